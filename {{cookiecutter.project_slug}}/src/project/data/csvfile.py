"""Read a CSV: its delimiter, its header, its rows."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.csv as pacsv

from ..errors import DataError
from .filekind import broken, not_utf8

BLOCK = 1 << 22  # bytes that are parsed at once; no row can be longer
_LONGEST = 1 << 28  # characters of a cell, beyond which there is no need to look for a longer one
_DELIMITERS = ",;\t|"


def delimiter_of(header: str) -> str:
    """Return the delimiter that occurs most outside quotes in a header line; else a comma."""
    bare = re.sub(r'"[^"]*"', "", header)
    return max(_DELIMITERS, key=bare.count)


def header_of(path: Path) -> tuple[list[str], str]:
    """Return the column names of a CSV and its delimiter.

    Raises
    ------
    DataError
        When the file can't be opened, is empty, is not UTF-8 or has no header.
    """
    try:
        with pa.input_stream(str(path), compression=compression_of(path)) as stream:
            text = io.TextIOWrapper(cast(Any, stream), encoding="utf-8-sig", newline=None)
            line = _first_record(text)
    except UnicodeDecodeError as error:
        raise DataError(not_utf8(path, error.start)) from None
    except (OSError, EOFError) as error:
        raise broken(path, error) from None
    if not line:
        raise DataError(f"{path} is empty: it needs a header and at least one row")
    delimiter = delimiter_of(line)
    try:
        names = next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter))
    except csv.Error:
        names = []
    if not any(name.strip() for name in names) or len(line) >= BLOCK:
        raise DataError(f"{path}: the first line holds no column names: give it a header")
    return names, delimiter


def _first_record(text: io.TextIOWrapper) -> str:
    """Return the first lines that are not empty, up to one outside quotes."""
    record = ""
    while len(record) < BLOCK and (line := text.readline(BLOCK)):
        if record or line != "\n":
            record += line
            if record.count('"') % 2 == 0:
                break
    return record.removesuffix("\n")


def rows(
    path: Path,
    types: Mapping[str, pa.DataType],
    *,
    stream: Any = None,
    on_ragged: Callable[[Any], str] | None = None,
) -> Iterator[pa.RecordBatch]:
    """Stream the rows of a CSV.

    Parameters
    ----------
    path, types
        The file, and the Arrow type of each column.
    stream
        The file's bytes, already open, from somebody who follows how far they have been read.
    on_ragged
        Takes a row of the wrong length and says "skip" or "error"; without it such a row raises.

    Raises
    ------
    pyarrow.ArrowInvalid, OSError
        When a cell, a row or the file can't be read.
    """
    source = pa.PythonFile(stream, mode="r") if stream else pa.OSFile(str(path))
    yield from pacsv.open_csv(
        pa.CompressedInputStream(source, kind) if (kind := compression_of(path)) else source,
        # One thread: rows are then counted, and two cores have the writer to do meanwhile.
        read_options=pacsv.ReadOptions(use_threads=False, block_size=BLOCK),
        parse_options=pacsv.ParseOptions(
            delimiter=header_of(path)[1], newlines_in_values=True, invalid_row_handler=on_ragged
        ),
        convert_options=pacsv.ConvertOptions(column_types=types, strings_can_be_null=True),
    )


def first_undecodable(path: Path) -> int | None:
    """Return the place of the first byte that is not UTF-8; None where there is none."""
    position = 0
    try:
        with pa.input_stream(str(path), compression=compression_of(path)) as stream:
            for line in io.BufferedReader(cast(Any, stream)):
                try:
                    line.decode("utf-8")
                except UnicodeDecodeError as error:
                    return position + error.start
                position += len(line)
    except (OSError, EOFError):
        return None
    return None


def longest_row(path: Path) -> int:
    """Return the row, counted from 1, that holds the most characters."""
    before = csv.field_size_limit(_LONGEST)
    number = longest = most = 0
    try:
        with pa.input_stream(str(path), compression=compression_of(path)) as stream:
            text = io.TextIOWrapper(cast(Any, stream), encoding="utf-8-sig", newline="")
            whole = (row for row in csv.reader(text, delimiter=header_of(path)[1]) if row)
            for number, row in enumerate(whole):
                if (size := sum(map(len, row))) > most:
                    longest, most = number, size
    except csv.Error:
        return number + 1
    finally:
        csv.field_size_limit(before)
    return longest


def ends_in_quotes(path: Path) -> bool:
    """Tell whether the last character of a CSV, but for newlines, closes a quote."""
    last = b""
    with pa.input_stream(str(path), compression=compression_of(path)) as stream:
        while block := stream.read(BLOCK):
            last = block.rstrip(b"\r\n")[-1:] or last
    return last == b'"'


def compression_of(path: Path) -> str | None:
    """Return Arrow's word for how a file is compressed, by its name; None where it is not."""
    return {".gz": "gzip", ".zst": "zstd"}.get(path.suffix)
