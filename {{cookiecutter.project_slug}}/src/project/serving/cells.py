"""Turn the cells of a request into what the schema says they are, or say which can't be."""

import math
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ..data.cells import convert, readable
from ..data.schema import Rule
from ..data.violations import Violations


def from_text(name: str, cells: list[str | None], rule: Rule, found: Violations) -> pa.Array | None:
    """Convert the cells of a CSV, or add those that can't be and return None.

    Parameters
    ----------
    name, cells, rule
        The column, its n cells, and what the schema says of it.
    found
        Takes the violations.
    """
    text = pa.array(cells, pa.string())
    try:
        if rule.type.numeric:
            text = pc.utf8_trim_whitespace(text)
        return convert(text, rule)
    except pa.ArrowInvalid:
        bad = [at for at, good in enumerate(readable(text, rule).to_pylist()) if not good]
        # What no pattern finds, such as a day that is not in the calendar, is told of all cells.
        bad = bad or [at for at, cell in enumerate(cells) if cell is not None][:1]
        _unreadable(found, name, rule, bad, cells)
        return None


def from_json(name: str, cells: list[Any], rule: Rule, found: Violations) -> pa.Array | None:
    """Convert the cells of JSON, or add those that can't be and return None; as `from_text`."""
    one = _number if rule.type.numeric else _text
    values: list[Any] = []
    bad: list[int] = []
    for at, cell in enumerate(cells):
        value = None if cell is None else one(cell)
        values.append(value)
        if value is None and cell is not None:
            bad.append(at)
    if bad:
        _unreadable(found, name, rule, bad, cells)
        return None
    if rule.type.numeric:
        return pa.array(values, pa.float64())
    return from_text(name, values, rule, found)


def _number(cell: Any) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    try:
        value = float(cell)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def _text(cell: Any) -> str | None:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, int | float):
        # As a table's numbers are read where categories are wanted: 3.0 is "3".
        return f"{cell:.15g}" if isinstance(cell, float) else _digits(cell)
    if not isinstance(cell, str):
        return None
    try:
        cell.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can write and no text holds
        return None
    return cell


def _digits(cell: int) -> str | None:
    return str(cell) if abs(cell) < 10**18 else None


def _unreadable(found: Violations, name: str, rule: Rule, bad: list[int], cells: list[Any]) -> None:
    kind = "number" if rule.type.numeric else rule.type.value
    wanted = {"category": "is one text", "text": "is one text"}.get(kind, f"is a {kind}")
    hint = {
        "number": "write it like 1234.5, and nothing where it is missing",
        "time": "write it like 2026-11-24 12:30:00",
    }.get(kind, "write it as text")
    examples = [ascii(cells[at])[1:-1] if isinstance(cells[at], str) else cells[at] for at in bad]
    found.add(name, wanted, [at + 1 for at in bad], examples[:10], hint)
