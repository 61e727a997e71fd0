"""Forget a person: take rows out of the source, every version of it, and the runs.

    make forget KEY=17                  shows what it would do
    make forget KEY=17 CONFIRM=yes      does it, and searches all files for traces

KEY is a key of conf/schema.yaml, <column>=<value>, or @<file> with one of these a line.
Reads and rewrites the source, conf/, data/, reports/, runs/, models/ and .dvc/cache, and withdraws
a model that serves and learnt from the rows.
"""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from .. import affected, errors, patches
from ..affected import Affected
from ..errors import ConfigError, DataError, ProjectError, RemoteError
from ..locks import forgetting
from ..paths import PROJECT, Paths
from ..promotion import forgetting as promoted
from ..report import forgetting as report
from ..runs import PREDICTIONS, SCHEMA
from . import cached, erase, outside
from .config import Data, load_data
from .holdings import Holdings, look
from .person import Person, parse
from .schema import Schema, load_schema
from .stages import checksums, refresh
from .traces import Trace


@dataclass
class Plan:
    """All that has to change for some rows to be gone."""

    wanted: str
    data: Data
    schema: Schema
    person: Person
    held: Holdings
    runs: list[Affected]
    patches: dict[Path, list[str]]  # run folder to files in its code.patch
    categories: erase.Categories
    profiled: list[str]
    pages: list[Path]
    old: list[Path]  # in DVC's cache
    models: list[Path]  # those of them that are of promoted models
    outputs: list[Path]  # of the stages
    outside: outside.Outside
    pushed: str = ""  # what became of the old versions in the DVC remote


def plan(wanted: str, paths: Paths) -> Plan:
    """Find everything that holds the rows; nothing is changed.

    Raises
    ------
    ConfigError
        When there is no schema yet, or it does not say what names a row.
    DataError
        When no version of the table holds such a row, or the table can't be read.
    """
    if not wanted:
        raise ConfigError("KEY says whose rows to forget: give one, such as make forget KEY=17")
    data = load_data(paths.data_config)
    if not data.columns:
        raise ConfigError("conf/schema.yaml is not there yet, and says what names a row: make data")
    schema = load_schema(paths.schema)
    person = parse(wanted, schema, paths.root)
    held = look(data, schema, person, paths)
    if not held.found:
        raise DataError(
            f"KEY={wanted}: no row of {data.source}, nor of any version in DVC's cache, holds it: "
            "see that it is written as in the table"
        )
    pages = [file for file in sorted(paths.reports.rglob("*")) if file.is_file()]
    # The parameters of the stages are in dvc.lock too.
    files = [paths.schema, paths.profile, paths.dvc_lock, *sorted(paths.models.glob("*.md"))]
    categories = erase.listed(held, data, schema, paths)
    runs = affected.affected(held, paths)
    for run in runs:
        kept = run.folder / SCHEMA
        if run.ids is not None and kept.exists():
            run.categories = erase.listed(held, data, load_schema(kept), paths)
    patched = patches.affected(patches.holding(data.source, categories, held), paths)
    models = promoted.contents(runs, patched, paths)
    public = [file for file in files if categories or (file.exists() and held.search.look(file))]
    return Plan(
        wanted,
        data,
        schema,
        person,
        held,
        runs,
        patched,
        categories,
        erase.describing(held, schema, paths),
        pages,
        [*dict.fromkeys([*models, *erase.old_versions(held, paths)])],
        models,
        erase.outdated(held, paths),
        outside.outside([paths.root / data.source, *public], paths),
    )


def apply(todo: Plan, paths: Paths) -> ProjectError | None:
    """Do what a plan says.

    What leads to a place comes last: a run finds its rows by an old version, which is therefore
    dropped only when the run is done. So a killed command can begin again.

    Returns
    -------
    ProjectError
        Why the rows that are left did not pass the data stages, or None where they did.
    """
    held = todo.held
    for folder in affected.scratch_runs(paths):
        shutil.rmtree(folder)
    for file in erase.leftovers(todo.data, paths):
        file.unlink()
    erase.keep_others(held, paths)
    # Before anything else, since who is in service might answer meanwhile.
    promoted.withdraw(todo.runs, paths)
    for run in todo.runs:
        affected.erase(run, paths)
    patches.erase(todo.patches, paths)
    erase.source(held, todo.data, paths)
    erase.unlist(todo.categories, paths)
    erase.undescribe(todo.profiled, paths)
    for page in todo.pages:
        page.unlink()
    if todo.outside.remote and todo.old:
        todo.pushed = _drop_pushed(todo, paths)
    failure, current = None, set()
    try:
        refresh(paths)
        current = set(checksums(paths).values())
    except ProjectError as error:
        # The rows that are left are no table to learn from; these go all the same.
        failure = error
        for file in erase.outdated(held, paths):
            file.unlink()
    promoted.renew(todo.runs, todo.models, paths)
    erase.drop_versions(held, current, paths)
    return failure


def _drop_pushed(todo: Plan, paths: Paths) -> str:
    """Delete the old versions from the remote; where that can't be done, the rest still is."""
    try:
        count = outside.drop_pushed(todo.old, paths)
    except RemoteError as error:
        return f"not cleaned: {error}"
    return f"{count} of these contents were there, and are deleted"


def prove(todo: Plan, paths: Paths) -> list[Trace]:
    """Search all files of the project, but those of git, for what is left of the rows."""
    given = [paths.root / todo.wanted[1:]] if todo.wanted.startswith("@") else []
    found = list(todo.held.search.folder(paths.root, skip=given))
    for run in todo.runs:
        file = run.folder / PREDICTIONS
        if run.ids is not None and file.exists():
            ids = pq.read_table(file, columns=["row_id"]).column(0).to_numpy()
            if left := int(np.isin(ids, run.ids).sum()):
                found.append(Trace(f"{run.where}/{PREDICTIONS}", f"{left} rows"))
    left_over = cached.objects(paths).keys() & todo.held.splits.keys()
    found += [Trace(f".dvc/cache: {checksum}", "their split") for checksum in sorted(left_over)]
    models = (file.relative_to(paths.root).as_posix() for file in todo.models if file.exists())
    found += [Trace(name, "a model's rows") for name in models]
    return found


def _main() -> None:
    wanted, confirm = (*sys.argv[1:], "", "")[:2]
    if confirm not in ("", "yes"):
        raise ConfigError(f"CONFIRM={confirm} is no answer: say CONFIRM=yes, or leave it out")
    with forgetting(PROJECT):
        todo = plan(wanted, PROJECT)
        report.show(todo, PROJECT)
        if not confirm:
            report.show_dry(todo, list(todo.held.search.folder(PROJECT.root)), PROJECT)
            return
        failure = apply(todo, PROJECT)
        traces = prove(todo, PROJECT)
    report.show_proof(todo, traces, PROJECT)
    if failure is not None:
        raise failure
    if traces:
        sys.exit(1)


if __name__ == "__main__":
    errors.run(_main)
