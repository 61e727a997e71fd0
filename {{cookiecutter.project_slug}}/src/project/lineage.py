"""Follow a run from the source over the stages to its predictions, or one row of it.

    make lineage RUN=<id or latest>             what was made of what, and what is there now
    make lineage RUN=<id> ROW=<row id>          the raw cells of a row of its predictions.parquet

Reads runs/<run id>/, the stages' outputs and DVC's cache; changes nothing.
"""

import sys
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from . import errors
from .data import cached
from .data.split import SPLIT
from .data.table import ROW_ID
from .errors import DataError
from .files import sha256
from .locks import reading
from .manifest import checksum_of, load_manifest
from .paths import PROJECT, Paths
from .report import lineage as report
from .runs import FORGOTTEN, MODEL, PREDICTIONS, chosen, read_json


class State(Enum):
    """How what is there now compares with what a run was made of."""

    same = "the same"
    cached = "changed; that version is in DVC's cache"
    rewritten = "in DVC's cache, without rows that were forgotten since"
    erased = "without rows that were forgotten since"
    removed = "removed: it kept rows that were forgotten since"
    changed = "changed; that version is not here"
    edited = "edited after the run"
    gone = "gone"


@dataclass
class Step:
    """One file of a run's chain."""

    name: str
    path: str
    checksum: str
    state: State
    rows: dict[str, int] = field(default_factory=dict)  # split to rows, or "" for all
    file: Path | None = None  # where that version can be read


@dataclass
class Row:
    """One row of a run: its raw cells, and what the run predicted for it."""

    row_id: int
    cells: dict[str, Any]
    split: str
    prediction: dict[str, Any]


def chain(folder: Path, paths: Paths) -> list[Step]:
    """List what a run was made of and what it left, from the source to its predictions.

    Parameters
    ----------
    folder
        The run's.
    paths
        The project.
    """
    manifest = load_manifest(folder)
    source = str(manifest["inputs"]["config"]["data"]["source"])
    names = {
        "source": source,
        **{
            name: file.relative_to(paths.root).as_posix()
            for name, file in zip(("raw", "validated", "split"), stages(paths), strict=True)
        },
    }
    steps = [
        _data_step(name, path, checksum_of(path, folder, manifest), paths)
        for name, path in names.items()
    ]
    for step in steps[1:]:
        if step.file is not None:
            step.rows = _rows(step.file)
    # The raw table is the source row by row, whether or not the source is still here.
    if steps[1].state in (State.same, State.cached):
        steps[0].rows = steps[1].rows
    return [*steps, *_made(folder, manifest)]


def stages(paths: Paths) -> tuple[Path, Path, Path]:
    """Return the outputs of the stages, in their order."""
    return paths.raw, paths.validated, paths.split


def row(folder: Path, row_id: int, paths: Paths) -> Row:
    """Find the raw cells of a row of a run, its split, and what was predicted for it.

    Raises
    ------
    DataError
        When the version is not here, or holds no such row.
    """
    _, raw, _, split, _, predictions = chain(folder, paths)
    if raw.file is None:
        raise DataError(
            f"run {folder.name} was made of {raw.path} with the checksum {raw.checksum}, which is "
            "neither in data/ nor in DVC's cache: bring it back from where it was pushed to"
        )
    cells = _where(raw.file, ROW_ID, row_id)
    if not cells:
        last = pq.read_metadata(raw.file).num_rows
        why = "it was forgotten, or never there" if raw.state is State.rewritten else f"1 to {last}"
        raise DataError(f"ROW={row_id}: run {folder.name} has no such row ({why})")
    del cells[ROW_ID]
    dealt = _where(split.file, ROW_ID, row_id) if split.file else {}
    made = _where(predictions.file, "row_id", row_id) if predictions.file else {}
    where = dealt.get(SPLIT) or made.get("split") or "none: it was left out for want of a target"
    return Row(row_id, cells, str(where), made)


def _data_step(name: str, path: str, checksum: str, paths: Paths) -> Step:
    here, kept = paths.root / path, cached.present(checksum, paths)
    if here.exists() and cached.checksum_of(here) == checksum:
        return Step(name, path, checksum, State.same, file=here)
    if kept is not None:
        same = kept == paths.cached(checksum)
        return Step(name, path, checksum, State.cached if same else State.rewritten, file=kept)
    return Step(name, path, checksum, State.changed if here.exists() else State.gone)


def _made(folder: Path, manifest: dict[str, Any]) -> list[Step]:
    note = folder / FORGOTTEN
    since: dict[str, str] = read_json(note)["files"] if note.exists() else {}
    steps = []
    for name, file in (("model", folder / MODEL), ("predictions", folder / PREDICTIONS)):
        checksum, path = manifest["files"][file.name], f"runs/{folder.name}/{file.name}"
        if not file.exists():
            steps.append(Step(name, path, checksum, State.removed if since else State.gone))
            continue
        now = sha256(file)
        other = State.erased if since.get(file.name) == now else State.edited
        steps.append(Step(name, path, checksum, State.same if now == checksum else other, {}, file))
    # What was edited may be no table any more.
    if steps[-1].file is not None and steps[-1].state is not State.edited:
        steps[-1].rows = _counts(steps[-1].file, "split")
    return steps


def _rows(file: Path) -> dict[str, int]:
    if SPLIT in pq.read_schema(file).names:
        return _counts(file, SPLIT)
    return {"": pq.read_metadata(file).num_rows}


def _counts(file: Path, column: str) -> dict[str, int]:
    cells = pq.read_table(file, columns=[column]).column(0).cast("string")
    counts = {str(c["values"]): int(c["counts"]) for c in pc.value_counts(cells).to_pylist()}
    return {name: counts[name] for name in ("train", "valid", "test") if name in counts}


def _where(file: Path, column: str, value: int) -> dict[str, Any]:
    found = pq.read_table(file, filters=pc.field(column) == value).to_pylist()
    return found[0] if found else {}


def _main() -> None:
    wanted, row_id = (*sys.argv[1:], "", "")[:2]
    if row_id and not row_id.isdecimal():
        raise DataError(f"ROW={row_id} is no row id: give one of the run's {PREDICTIONS}")
    with reading(PROJECT):
        for folder in chosen(wanted, PROJECT):
            if row_id:
                report.show_row(folder.name, row(folder, int(row_id), PROJECT))
            else:
                report.show(load_manifest(folder), chain(folder, PROJECT), folder)


if __name__ == "__main__":
    errors.run(_main)
