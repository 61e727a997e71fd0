"""Compare two versions of a table: columns, rows, cells and distributions.

The order of rows and of columns, and row ids, are no part of a version.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..evaluation.shift import Shift, judge
from .rows import Match, cell_hashes, is_unique, match, numbered, row_hashes
from .shifts import Comparison, compare, kind_of
from .table import ROW_ID

EXAMPLES = 5
_WIDTH = 6  # columns that name a row without a key


@dataclass(frozen=True)
class Version:
    """A frozen table: what the user calls it, its Parquet file and DVC's checksum of it."""

    name: str
    path: Path
    checksum: str


@dataclass(frozen=True)
class ColumnChange:
    """A column that is new, gone or of another type; a type is empty where it is not there."""

    column: str
    old: str
    new: str


@dataclass(frozen=True)
class CellChange:
    """How many cells of a column have changed; some of them as row, old and new."""

    column: str
    count: int
    examples: list[tuple[str, str, str]]


@dataclass
class Difference:
    """What has changed from one version to another.

    Parameters
    ----------
    old, new, rows
        The versions, and how many rows they have.
    key
        The columns that name a row; none where rows are compared by all their cells.
    note
        Why the key of the schema was not used, or nothing.
    added, removed, changed
        Numbers of rows; without a key, a changed row counts as removed and added.
    examples
        "added" and "removed" to some of those rows in words.
    """

    old: Version
    new: Version
    rows: tuple[int, int] = (0, 0)
    key: list[str] = field(default_factory=list)
    note: str = ""
    columns: list[ColumnChange] = field(default_factory=list)
    added: int = 0
    removed: int = 0
    changed: int = 0
    examples: dict[str, list[str]] = field(default_factory=dict)
    cells: list[CellChange] = field(default_factory=list)
    shifts: list[tuple[str, Shift]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing has changed but the order of rows or columns."""
        return not (self.columns or self.added or self.removed or self.changed)


def diff(old: Version, new: Version, key: list[str], untested: set[str]) -> Difference:
    """Compare two versions of a table.

    Parameters
    ----------
    old, new
        The frozen tables.
    key
        The columns that name a row; without any, rows are compared by all their cells.
    untested
        Columns whose distribution says nothing, such as ids.

    Returns
    -------
    Difference
        Columns of the same name and type are compared cell by cell, and by distribution.
    """
    schemas = [pq.read_schema(version.path) for version in (old, new)]
    types = [{n: kind_of(s.field(n).type) for n in s.names if n != ROW_ID} for s in schemas]
    common = [name for name, kind in types[0].items() if types[1].get(name) == kind]
    rows = tuple(pq.read_metadata(version.path).num_rows for version in (old, new))
    found = Difference(old, new, rows=(rows[0], rows[1]))
    found.columns = [
        ColumnChange(name, types[0].get(name, ""), types[1].get(name, ""))
        for name in types[0] | types[1]
        if types[0].get(name) != types[1].get(name)
    ]
    matched = _match(found, common, key)
    found.added, found.removed = len(matched.added), len(matched.removed)
    found.changed = int(matched.changed.sum())
    _compare_columns(found, matched, common, untested | set(found.key))
    return found


def _match(found: Difference, common: list[str], key: list[str]) -> Match:
    """Match the rows by the key where it names each row once; else by all their cells."""
    paths = (found.old.path, found.new.path)
    old_rows, new_rows = (row_hashes(path, common) for path in paths)
    lost = [name for name in key if name not in common]
    if lost:
        found.note = f"column '{lost[0]}' of the key is not the same in both"
    elif key:
        old_names, new_names = (row_hashes(path, key) for path in paths)
        if is_unique(old_names) and is_unique(new_names):
            found.key = key
            return match(old_names, new_names, old_rows, new_rows)
        found.note = f"the key ({', '.join(key)}) does not name each row once"
    return match(numbered(old_rows), numbered(new_rows), old_rows, new_rows)


def _compare_columns(
    found: Difference, matched: Match, common: list[str], untested: set[str]
) -> None:
    """Go through the columns one by one, so that no more than two of them are held."""
    pairs = matched.old[matched.changed], matched.new[matched.changed]
    order = np.argsort(pairs[0])  # so that the first rows are those of the old version
    pairs = pairs[0][order], pairs[1][order]
    names = {"added": (1, matched.added), "removed": (0, matched.removed)}
    shown = found.key or common[:_WIDTH]
    labels = {kind: [""] * min(len(at), EXAMPLES) for kind, (_, at) in names.items()}
    keys = [_read(found.old.path, name) for name in shown] if found.changed else []
    tests: list[Comparison] = []
    for name in common:
        columns = [_read(version.path, name) for version in (found.old, found.new)]
        for kind, (side, at) in names.items() if name in shown else ():
            for place, cell in enumerate(columns[side].take(at[:EXAMPLES]).to_pylist()):
                labels[kind][place] += f"{', ' * bool(labels[kind][place])}{name}={_word(cell)}"
        before, after = columns[0].take(pairs[0]), columns[1].take(pairs[1])
        differ = np.flatnonzero(cell_hashes(before) != cell_hashes(after))
        if len(differ):
            few = differ[:EXAMPLES]
            named = zip(
                _labels([column.take(pairs[0][few]) for column in keys]),
                map(_word, before.take(few).to_pylist()),
                map(_word, after.take(few).to_pylist()),
                strict=True,
            )
            found.cells.append(CellChange(name, len(differ), list(named)))
        if name not in untested:
            tests += compare(name, columns, matched, len(differ), keyed=bool(found.key))
    found.examples = labels
    shifts = judge([test.test for test in tests])
    found.shifts = [(made.rows, shift) for made, shift in zip(tests, shifts, strict=True)]


def _labels(key: list[pa.Array]) -> list[str]:
    """Name rows by their cells in some columns."""
    return [
        " ".join(map(_word, cells)) for cells in zip(*(c.to_pylist() for c in key), strict=True)
    ]


def _read(path: Path, name: str) -> pa.Array:
    column = pq.read_table(path, columns=[name]).column(0).combine_chunks()
    return column if isinstance(column, pa.Array) else pa.concat_arrays(column.chunks)


def _word(cell: object) -> str:
    if cell is None:
        return "missing"
    return f"{cell:.10g}" if isinstance(cell, float) else str(cell)
