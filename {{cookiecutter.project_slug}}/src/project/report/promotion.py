"""Show on the terminal what the gates said of a run, and what became of it."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from ..config import Config
from ..evaluation.result import Evaluation
from ..openings import warning
from ..paths import Paths
from ..promotion.config import WHERE
from ..promotion.gate import Gate, Verdict
from .evaluation import SPLITS
from .tables import plain_table

_TONES = {Verdict.passes: "green", Verdict.fails: "bold red", Verdict.unknown: "yellow"}


def show(
    judged: list[Gate],
    manifest: dict[str, Any],
    split: str,
    openings: list[dict[str, Any]],
    found: Evaluation,
    config: Config,
    console: Console | None = None,
) -> None:
    """Print the gates: what each asks, what was found, and its verdict."""
    console = console or Console(highlight=False)
    model = manifest["inputs"]["config"]["model"]["name"]
    console.print(
        f"[bold]{escape(model)} (run {manifest['run_id']}) predicts {escape(config.data.target)}: "
        f"{found.rows:,} {SPLITS[split]} rows[/]",
        soft_wrap=True,
    )
    if warned := warning(openings):
        console.print(f"[bold red]{escape(warned)}[/]", soft_wrap=True)
    table = plain_table()
    table.add_column("gate", no_wrap=True)
    table.add_column("asked")
    table.add_column("found")
    table.add_column("verdict")
    for one in judged:
        verdict = f"[{_TONES[one.verdict]}]{one.verdict.value}[/]"
        waived = f"\n[dim]waived: {escape(one.waiver)}[/]" if one.waiver else ""
        table.add_row(one.name, escape(one.asked), escape(one.found), verdict + waived)
    console.print(table)


def refused(judged: list[Gate], run: str, console: Console | None = None) -> None:
    """Say by which gates a run is stopped, with their figures, and what can be done."""
    console = console or Console(highlight=False)
    console.print(f"[bold red]run {run} is not promoted:[/]", soft_wrap=True)
    for one in judged:
        if one.stops:
            console.print(
                f"  [bold]{one.name}[/] {one.verdict.value}: asked is {escape(one.asked)}; found "
                f"was {escape(one.found)}",
                soft_wrap=True,
            )
    unknown = [one.name for one in judged if one.stops and one.verdict is Verdict.unknown]
    hint = (
        f"more rows may tell of {', '.join(unknown)}; who takes the risk"
        if unknown
        else "who has a reason to let it pass"
    )
    console.print(
        f"{hint} writes it under `waivers` in {WHERE}, as `<gate>: <reason>`; the model card then "
        "shows it",
        soft_wrap=True,
    )


def promoted(
    version: str, page: Path, before: str | None, paths: Paths, console: Console | None = None
) -> None:
    """Say that a run serves from now on, and what git must keep."""
    console = console or Console(highlight=False)
    left = f" in place of {before}" if before else ""
    shown = page.relative_to(paths.root)
    console.print(
        f"[bold green]{version} serves[/]{left}: its model card is {shown}", soft_wrap=True
    )
    console.print(
        "commit models/ (git keeps the cards, the history and what names the contents; DVC keeps "
        "the contents), then make push",
        soft_wrap=True,
    )
