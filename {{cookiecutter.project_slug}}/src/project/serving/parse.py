"""Read the rows of a request: CSV, JSON or JSON lines, to columns of the schema's types.

Whatever bytes come, the result is rows or one `DataError` that names column and row; rows count
from 1, below a CSV's header.
"""

import csv
import io
import json
from collections.abc import Callable
from email.message import Message
from typing import Any, NoReturn

import pyarrow as pa

from ..data.cells import NULLS
from ..data.schema import Rule
from ..data.violations import Violations, shown
from ..errors import DataError, first_line
from .cells import from_json, from_text
from .screen import Screen, refuse

CSV, JSON, LINES = "text/csv", "application/json", "application/jsonlines"
KINDS = {
    CSV: CSV,
    "application/csv": CSV,
    JSON: JSON,
    LINES: LINES,
    "application/x-jsonlines": LINES,
    "application/jsonl": LINES,
    "application/x-ndjson": LINES,
}
WHERE = "the request"
_NULLS = frozenset(NULLS)


def media_type(text: str) -> tuple[str, dict[str, str]]:
    """Split a content type into its lower-case name and its parameters."""
    header = Message()
    try:
        header["Content-Type"] = text
        found = header.get_params() or []
    except (ValueError, TypeError, AttributeError):
        return "", {}
    name = text.partition(";")[0].strip().lower()
    return name, {str(key).lower(): str(value).lower() for key, value in found[1:]}


def parse(body: bytes, kind: str, header: str, screen: Screen) -> tuple[pa.RecordBatch, bool]:
    """Read the rows of a request.

    Parameters
    ----------
    body, kind
        The bytes, and one of the values of `KINDS`.
    header
        Of a CSV, the parameter of RFC 4180: "present", "absent", or "" where a first line that
        names every feature is the header, and else there is none.
    screen
        The rules.

    Returns
    -------
    tuple
        The rows, shape (n, columns), n > 0, and whether a CSV had a header.

    Raises
    ------
    DataError
        When they can't be read.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{WHERE} is not UTF-8 (byte {error.start}): encode it so") from None
    if kind == CSV:
        names, cells, had = _csv(text, header, screen)
        kept = {name: [None if c in _NULLS else c for c in cells[name]] for name in names}
        return _typed(kept, screen, from_text), had
    rows = _json(text) if kind == JSON else _lines(text)
    return _typed(_columns(rows, screen), screen, from_json), True


def _csv(text: str, header: str, screen: Screen) -> tuple[list[str], dict[str, list[str]], bool]:
    try:
        found = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows = [row for row in found if row]
    except csv.Error as error:
        raise DataError(f"{WHERE} can't be read as CSV: {first_line(error)}") from None
    if not rows:
        raise DataError(f"{WHERE} holds no rows: give it some")
    first = [name.strip() for name in rows[0]]
    had = header == "present" or (header != "absent" and set(screen.needed) <= set(first))
    # A header with a word wrong is told as such, and not as a row whose cells are.
    if not had and header != "absent" and len(set(first) & set(screen.rules)) >= len(first) / 2:
        had = True
    names = first if had else screen.needed
    if had:
        screen.check_columns(names, WHERE)
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise DataError(f"{WHERE}: column '{shown(twice)}' stands twice in the header")
    rows = rows[1:] if had else rows
    if not rows:
        raise DataError(f"{WHERE} has a header but no rows: give it some")
    for number, row in enumerate(rows, 1):
        if len(row) != len(names):
            told = "as the header" if had else f"one for each feature: {', '.join(names)}"
            raise DataError(
                f"{WHERE}: row {number} has {len(row)} cells and not {len(names)}, {told}"
            )
    return names, dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)), had


def _json(text: str) -> list[Any]:
    found = _loads(text, WHERE)
    if isinstance(found, dict):
        found = found["instances"] if set(found) == {"instances"} else [found]
    if not isinstance(found, list):
        raise DataError(
            f"{WHERE} is no list of rows: give it as [{{column: cell, …}}, …], or the same under "
            "`instances`"
        )
    return found


def _lines(text: str) -> list[Any]:
    lines = enumerate(text.split("\n"), 1)
    return [_loads(line, f"{WHERE}, line {n}") for n, line in lines if line.strip()]


def _loads(text: str, where: str) -> Any:
    def no_number(name: str) -> NoReturn:
        raise DataError(f"{where} holds {name}, which is no JSON: give null where nothing is known")

    try:
        return json.loads(text, parse_constant=no_number)
    except RecursionError:
        raise DataError(f"{where} is nested too deeply: a cell is one value") from None
    except ValueError as error:
        raise DataError(f"{where} can't be read as JSON: {first_line(error)}") from None


def _columns(rows: list[Any], screen: Screen) -> dict[str, list[Any]]:
    """Turn rows into columns; a column that is missing in some rows only must not be a feature."""
    if not rows:
        raise DataError(f"{WHERE} holds no rows: give it some")
    names: dict[str, None] = {}
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise DataError(f"{WHERE}: row {number} is no object: give it as {{column: cell, …}}")
        if number == 1 or row.keys() != names.keys():
            screen.check_columns(row, f"{WHERE}: row {number}")
            names |= dict.fromkeys(row)
    return {name: [row.get(name) for row in rows] for name in names}


Converter = Callable[[str, list[Any], Rule, Violations], pa.Array | None]


def _typed(cells: dict[str, list[Any]], screen: Screen, typed: Converter) -> pa.RecordBatch:
    found = Violations()
    columns = {n: typed(n, cells[n], rule, found) for n, rule in screen.rules.items() if n in cells}
    if len(found):
        raise refuse(WHERE, found)
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
