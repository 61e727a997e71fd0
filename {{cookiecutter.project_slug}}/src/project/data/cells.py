"""Turn cells into what the schema says they are, and tell which can't be."""

import datetime as dt
import re

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from .schema import ColumnType, Rule

NULLS = tuple(pacsv.ConvertOptions().null_values)
_NUMBER = r"^\s*[+-]?((\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[nN]a[nN]|[iI]nf(inity)?)\s*$"
_TIME = pa.timestamp("us")
_CODES = 0.02  # share of numbers with leading or too many digits, above which they are names


def convert(cells: pa.Array, rule: Rule) -> pa.Array:
    """Convert cells, shape (n,), to the type of a rule.

    Returns
    -------
    pyarrow.Array
        Shape (n,): float64 without NaN, strings, or timestamps without zone (UTC where the cells
        have one).

    Raises
    ------
    pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError
        When a cell can't be converted.
    """
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if rule.type is ColumnType.time:
        return _times(cells, rule.format)
    if not rule.type.numeric:
        return cells.cast(pa.string())
    if pa.types.is_boolean(cells.type):
        cells = cells.cast(pa.int8())
    numbers = cells.cast(pa.float64())
    nan = pc.is_nan(numbers)
    return pc.if_else(nan, None, numbers) if pc.any(nan).as_py() else numbers


def readable(text: pa.Array, rule: Rule) -> pa.Array:
    """Tell which cells of a CSV can be converted: booleans, shape (n,)."""
    empty = pc.invert(filled(text))
    if rule.type.numeric:
        return pc.or_(empty, pc.fill_null(pc.match_substring_regex(text, _NUMBER), fill_value=True))
    if rule.type is ColumnType.time:
        every = text.unique()
        good = pa.array([_is_time(cell, rule) for cell in every.to_pylist()])
        return pc.or_(empty, good.take(pc.index_in(text, every)))
    return pc.or_(empty, True)


def filled(text: pa.Array) -> pa.Array:
    """Tell which cells of a CSV are not missing: booleans, shape (n,)."""
    return pc.invert(pc.or_(pc.is_null(text), pc.is_in(text, pa.array(NULLS))))


def has_zone(text: pa.Array) -> pa.Array:
    """Tell which times of a CSV say their zone: booleans, shape (n,)."""
    return pc.match_substring_regex(text, r"(Z|:\d\d(\.\d+)?[+-]\d\d(:?\d\d)?)\s*$")


def looks_like(text: pa.Array) -> ColumnType | None:
    """Tell what most of some filled cells can be read as; None where that is text alone.

    More than half is most, so that a few unreadable cells are told later and not taken for
    categories.
    """
    share = pc.mean(readable(text, Rule(ColumnType.number))).as_py()
    if share > 0.5:
        code = pc.match_substring_regex(text, r"^\s*(0\d+|\d{16,})\s*$")
        if pc.mean(code).as_py() > _CODES:
            # A postcode or a card's number, which would lose digits as a quantity.
            return None
        whole = pc.match_substring_regex(text, r"^\s*[+-]?\d{1,15}\s*$")
        return ColumnType.integer if pc.mean(whole).as_py() > 0.5 else ColumnType.number
    few = text.slice(0, 1000)
    if pc.mean(readable(few, Rule(ColumnType.time))).as_py() > 0.5:
        return ColumnType.time
    return None


def _times(cells: pa.Array, format_: str | None) -> pa.Array:
    if not pa.types.is_string(cells.type) and not pa.types.is_large_string(cells.type):
        if pa.types.is_timestamp(cells.type) and cells.type.tz:
            cells = cells.cast(pa.timestamp("us", "UTC"))
        return cells.cast(_TIME)
    text = pc.utf8_trim_whitespace(cells)
    if format_:
        return _formatted(text, format_)
    try:
        return text.cast(_TIME)
    except pa.ArrowInvalid:
        # Cells with a zone can't be cast to times without one, nor the other way round.
        return text.cast(pa.timestamp("us", "UTC")).cast(_TIME)


def _formatted(text: pa.Array, format_: str) -> pa.Array:
    times = pc.strptime(text, format=format_, unit="us").cast(_TIME)
    # Arrow takes the 31st of February for the 3rd of March; Python knows better, and is slow.
    odd = pc.and_(pc.less_equal(pc.day(times), 3), pc.match_substring_regex(text, "29|30|31"))
    for cell in text.filter(odd).unique().to_pylist():
        try:
            dt.datetime.strptime(cell, format_).replace(tzinfo=dt.UTC)
        except ValueError as error:
            raise pa.ArrowInvalid(f"there is no day {cell}") from error
    return times


def _is_time(cell: str | None, rule: Rule) -> bool:
    if cell is None:
        return True
    # A bare number is a year or a day to some; here it is a number.
    if not rule.format and re.match(r"\s*\d{4}-\d\d-\d\d", cell) is None:
        return False
    try:
        _times(pa.array([cell]), rule.format)
    except pa.ArrowInvalid:
        return False
    return True
