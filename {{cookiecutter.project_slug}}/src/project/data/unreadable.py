"""Find all the cells and rows of a CSV at which the fast reader would give up.

The fast reader stops at the first and knows no row; this one reads again, as text, on failure only.
"""

from bisect import insort
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import DataError
from . import csvfile
from .cells import filled, has_zone, readable
from .filekind import broken, not_utf8
from .schema import ColumnType, Rule
from .violations import RowsRefused, Violations

RULES = {
    ColumnType.number: "is a number",
    ColumnType.integer: "is a number",
    ColumnType.time: "is a time",
}
ZONED = "has a zone in every row or in none"
_NUMBER = (
    "write numbers like 1234.5, with a point for decimals and without thousands separators or "
    "units, and leave missing cells empty; or set the column's type to category in conf/schema.yaml"
)
_TIME = (
    "write times like 2026-11-24 12:30:00 (ISO 8601), or give the column their `format` in "
    "conf/schema.yaml"
)
_FORMATTED = (
    "write all times so, or correct the column's `format` in conf/schema.yaml (as strptime takes "
    "it, such as %d.%m.%Y %H:%M)"
)


def refuse(path: Path, names: list[str], rules: Mapping[str, Rule], error: Exception) -> NoReturn:
    """Refuse a CSV that could not be read to its end, for all that is wrong with it.

    Parameters
    ----------
    path, names
        The file, and its columns in order.
    rules
        What the schema says of the columns; those that are read as text can be absent.
    error
        What the fast reader raised.

    Raises
    ------
    DataError
        Always.
    """
    position = csvfile.first_undecodable(path)
    if position is not None:
        raise DataError(not_utf8(path, position)) from None
    if "straddling" in str(error):
        raise DataError(
            f"{path}: row {csvfile.longest_row(path)} is longer than the {csvfile.BLOCK >> 20} MB "
            "that a row may have: shorten its longest cell, or close a quote that is left open"
        ) from None
    found = Violations()
    try:
        _search(path, names, rules, found)
    except (pa.ArrowInvalid, OSError, EOFError) as again:
        error = again
    if len(found):
        raise RowsRefused(str(path), list(found)) from None
    raise broken(path, error) from None


def _search(path: Path, names: list[str], rules: Mapping[str, Rule], found: Violations) -> None:
    ragged: list[int] = []

    def on_ragged(row: Any) -> str:
        number = row.number - 1  # the reader counts the header
        insort(ragged, number)
        found.add(
            "",
            f"has {row.expected_columns} cells in every row, as the header",
            [number],
            [row.text],
            hint="quote cells that contain the delimiter, and close every quote",
        )
        return "skip"

    zones: dict[str, bool] = {}
    done = 0
    for batch in csvfile.rows(path, dict.fromkeys(names, pa.string()), on_ragged=on_ragged):
        for name in names:
            cells = batch.column(name)
            for told, bad, hint in _broken_rules(name, cells, rules.get(name), zones):
                places = pc.indices_nonzero(bad)
                if len(places):
                    rows = [_row(done + index, ragged) for index in places.to_pylist()]
                    found.add(name, told, rows, cells.take(places[:10]).to_pylist(), hint)
        done += batch.num_rows


def _broken_rules(
    name: str, cells: pa.Array, rule: Rule | None, zones: dict[str, bool]
) -> Iterator[tuple[str, pa.Array, str]]:
    """Yield what some cells break: the rule, which of them do, and how to mend it."""
    if rule is None or rule.type not in RULES:
        return
    good = readable(cells, rule)
    if rule.type.numeric:
        yield RULES[rule.type], pc.invert(good), _NUMBER
    elif rule.format:
        yield f"is a time like {rule.format}", pc.invert(good), _FORMATTED
    else:
        yield RULES[rule.type], pc.invert(good), _TIME
        zoned = pc.if_else(pc.and_(good, filled(cells)), has_zone(cells), None)
        first = zoned.drop_null()
        if len(first):
            # As the first cell that there is, so are all.
            usual = zones.setdefault(name, first[0].as_py())
            hint = "write all times with a zone, such as 2026-11-24 12:30:00Z, or all without"
            yield ZONED, pc.fill_null(pc.not_equal(zoned, usual), fill_value=False), hint


def _row(index: int, skipped: list[int]) -> int:
    """Return the row, counted from 1, of the index-th row that was not skipped."""
    row = index + 1
    for other in skipped:
        if other > row:
            break
        row += 1
    return row
