"""Find the cell or row at which a fast reader gave up, and say what is wrong with it.

The fast reader is threaded and knows neither; this one reads again, slowly, and only on failure.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.csv as pacsv

from ..errors import first_line

_NULLS = frozenset(pacsv.ConvertOptions().null_values)
_NUMBER = re.compile(
    r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*|\s*[+-]?(nan|inf|infinity)\s*", re.I
)


def diagnose(path: Path, types: dict[str, pa.DataType], delimiter: str, error: Exception) -> str:
    """Say in one sentence why a CSV can't be read.

    Parameters
    ----------
    path, types, delimiter
        The file, the wanted type of each column in its order, and what separates the cells.
    error
        What the fast reader raised.
    """
    position = _first_undecodable(path)
    if position is not None:
        return not_utf8(path, position)
    try:
        for row, cells in _rows(path, delimiter):
            if len(cells) != len(types):
                return (
                    f"{path}: row {row} has {len(cells)} cells where the header has {len(types)}; "
                    "quote cells that contain the delimiter"
                )
            for (name, kind), cell in zip(types.items(), cells, strict=True):
                if pa.types.is_floating(kind) and not _is_number(cell):
                    return (
                        f"{path}: column '{name}', row {row} holds '{cell}', which is not a "
                        f"number; mend the cell, or set `{name}: category` (or ignore) under "
                        "`columns` in conf/data.yaml"
                    )
    except (OSError, EOFError, csv.Error) as found:
        error = found
    return f"{path} can't be read to its end: {first_line(error)}; is the file whole?"


def _rows(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    with pa.input_stream(str(path), compression="detect") as stream:
        text = io.TextIOWrapper(cast(Any, stream), encoding="utf-8-sig", newline="")
        reader = csv.reader(text, delimiter=delimiter)
        next(reader)
        yield from enumerate((cells for cells in reader if cells), start=1)


def _first_undecodable(path: Path) -> int | None:
    position = 0
    try:
        with pa.input_stream(str(path), compression="detect") as stream:
            for line in io.BufferedReader(cast(Any, stream)):
                try:
                    line.decode("utf-8")
                except UnicodeDecodeError as error:
                    return position + error.start
                position += len(line)
    except (OSError, EOFError):
        return None
    return None


def not_utf8(path: Path, position: int) -> str:
    """Say that a file is not UTF-8, and how to convert it."""
    return (
        f"{path} is not UTF-8 (byte {position}): convert it, for example with "
        f"`iconv -f latin1 -t utf-8 {path.name} > utf8.csv`"
    )


def _is_number(cell: str) -> bool:
    return cell in _NULLS or _NUMBER.fullmatch(cell) is not None
