"""Tell what forgetting a person takes, and whether anything is left."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from ..affected import model_copies, tracked
from ..data import cached
from ..data.traces import DISTINCT, Trace
from ..paths import Paths
from ..promotion.versions import GATES
from ..runs import CODE, MODEL, PREDICTIONS, SCHEMA
from .forgetting_runs import show_models, show_runs
from .tables import plain_table

if TYPE_CHECKING:
    from ..data.forget import Plan

_SHOWN = 20  # lines of one kind


def show(plan: "Plan", paths: Paths) -> None:
    """Print which files hold the rows, what becomes of each, and the runs that they went into."""
    console = Console(highlight=False)
    here = sum(int(gone.sum()) for gone in plan.held.source.values())
    rows = plan.held.rows.num_rows
    console.print(
        f"found [bold]{rows:,}[/] row{'s' if rows != 1 else ''}, {here:,} of them in "
        f"{escape(plan.data.source)} as it is now",
        soft_wrap=True,
    )
    table = plain_table()
    table.add_column("rows", justify="right")
    table.add_column("where", no_wrap=True)
    table.add_column("what becomes of it")
    for where, rows, what in _lines(plan, paths):
        table.add_row(rows, escape(where), what)
    console.print(table)
    show_runs(plan, console)
    show_models(plan, console, paths)


def _lines(plan: "Plan", paths: Paths) -> Iterator[tuple[str, str, str]]:
    for part, gone in plan.held.source.items():
        if gone.any():
            yield _short(part, paths), f"{gone.sum():,}", "loses them, and nothing else"
    for name, categories in plan.categories.items():
        yield "conf/schema.yaml", "", f"{name}: {len(categories)} categories are taken out"
    if plan.profiled:
        what = f"{escape(', '.join(plan.profiled))}: no longer described"
        yield "conf/profile.json", "", what
    for file in plan.outputs:
        ids = plan.held.ids.get(cached.checksum_of(file))
        yield _short(file, paths), f"{len(ids):,}" if ids is not None else "", "is made anew"
    named = {c for data in cached.manifests(paths).values() for c in data.values()}
    named |= set(cached.rewritten(paths).values())
    for file in plan.old:
        checksum = file.parent.name + file.name
        ids = plan.held.ids.get(checksum, plan.held.splits.get(checksum))
        kept = ids is not None and checksum in named
        what = "is rewritten, for the runs it led to" if kept else "is deleted"
        yield f"DVC's cache: {checksum[:12]}", f"{len(ids):,}" if ids is not None else "", what
    if paths.stage_cache.exists():
        yield "DVC's cache: runs/", "", "is emptied: what it remembers of stages"
    for page in plan.pages:
        yield _short(page, paths), "", "is deleted: pages show cells"
    yield from _in_runs(plan, paths)


def _in_runs(plan: "Plan", paths: Paths) -> Iterator[tuple[str, str, str]]:
    for run in plan.runs:
        if run.rows:
            told = f"{sum(run.rows.values()):,}"
            beside = "card, page and figures" if run.promoted else "page and figures"
            yield f"{run.where}/", told, f"{PREDICTIONS} loses them; its {beside} are deleted"
            # The tracker's folder of the run alone, since those within have long names.
            kept = {copy.relative_to(paths.root).parts[:2] for copy in tracked(run, paths)}
            for parts in sorted(kept):
                where = "/".join(parts)
                yield f"{where}/", "", "what the tracker has of this run's rows is deleted"
        if run.categories:
            taken = ", ".join(f"{name}: {len(cells)}" for name, cells in run.categories.items())
            yield f"{run.where}/", "", f"{SCHEMA} loses categories ({escape(taken)})"
        if run.stores:
            what = f"for it keeps training rows: {escape(', '.join(run.stores))}"
            yield f"{run.where}/", "", f"{MODEL} is deleted, {what}"
            for copy in model_copies(run, paths):
                yield f"{copy.parent.relative_to(paths.root)}/", "", "a copy of it is deleted"
    for folder, names in plan.patches.items():
        yield (
            f"{folder.parent.name}/{folder.name}/",
            "",
            f"{CODE} loses {escape(', '.join(names))}",
        )


def show_dry(plan: "Plan", found: list[Trace], paths: Paths) -> None:
    """Say that nothing was done, and name the files that hold traces and stay as they are."""
    console = Console(highlight=False)
    ours = [*plan.held.source, *plan.outputs, *plan.old, *plan.pages]
    ours += [run.folder / MODEL for run in plan.runs if run.stores]
    ours += [copy for run in plan.runs if run.stores for copy in model_copies(run, paths)]
    ours += [copy for run in plan.runs if run.rows for copy in tracked(run, paths)]
    known = {_short(file, paths) for file in ours} | {"conf/profile.json", "dvc.lock"}
    known |= {f"{folder.parent.name}/{folder.name}/{CODE}" for folder in plan.patches}
    known |= {f"models/{run.name}.md" for run in plan.runs if run.promoted}
    known |= {f"{run.where}/{GATES}" for run in plan.runs if run.promoted}
    known |= {"models/CHANGELOG.md"} | {f"{run.where}/{SCHEMA}" for run in plan.runs}
    known |= {"conf/schema.yaml"} if plan.categories else set()
    caches = (".dvc/cache/runs/", ".cache/patches/")
    others = [t for t in found if t.path not in known and not t.path.startswith(caches)]
    if others:
        console.print("\n[yellow]Not touched[/], and yours to mend:")
        _list(others, console)
    if plan.outside.remote and plan.old:
        where = escape(plan.outside.remote)
        console.print(f"\nThe remote {where} loses the same old versions", soft_wrap=True)
    _show_outside(plan, console)
    console.print("\nNothing has been changed: add CONFIRM=yes to do it", soft_wrap=True)


def show_proof(plan: "Plan", traces: list[Trace], paths: Paths) -> None:
    """Say what the search for traces found."""
    console = Console(highlight=False)
    if traces:
        console.print(f"\n[red]Traces are left[/] in {len(traces)} files:")
        _list(traces, console)
    else:
        console.print(
            "\n[green]No trace is left[/] in the files of this folder and in DVC's cache.",
            soft_wrap=True,
        )
    words = len(plan.held.search.words)
    console.print(
        "Searched: all files but .git. In tables, the columns that name a row; anywhere, the "
        f"{words} cells of at least {DISTINCT} letters that these rows alone have. Shorter ones "
        "stand in any file by chance.",
        soft_wrap=True,
    )
    if plan.pushed:
        console.print(
            f"The remote {escape(plan.outside.remote)}: {escape(plan.pushed)}", soft_wrap=True
        )
    if plan.pushed.startswith("not cleaned"):
        console.print("Delete these there, in its folder files/md5:", soft_wrap=True)
        for file in plan.old:
            console.print(f"  {file.parent.name}/{file.name}", soft_wrap=True)
    if plan.wanted.startswith("@"):
        console.print(f"{escape(plan.wanted[1:])} names them still: delete it", soft_wrap=True)
    _show_outside(plan, console)


def _show_outside(plan: "Plan", console: Console) -> None:
    console.print("\nOut of reach from here:")
    for name in plan.outside.committed:
        console.print(
            f"  git's history of {escape(name)}: after the next commit, `git filter-repo "
            f"--invert-paths --path {escape(name)}` takes it out",
            soft_wrap=True,
        )
    if plan.outside.remote:
        console.print("  versions that the remote has and DVC's cache here has not", soft_wrap=True)
    console.print(
        "  other clones (make forget there too), backups, and what was sent to a tracking server",
        soft_wrap=True,
    )


def _list(traces: list[Trace], console: Console) -> None:
    for trace in traces[:_SHOWN]:
        console.print(f"  {escape(trace.path)}: {escape(trace.what)}", soft_wrap=True)
    if len(traces) > _SHOWN:
        console.print(f"  and {len(traces) - _SHOWN} more")


def _short(file: Path, paths: Paths) -> str:
    return file.relative_to(paths.root).as_posix()
