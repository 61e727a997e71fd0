"""Take rows out of a table and leave every other byte of it as it was.

Of a CSV the bytes of the rows go, and nothing else of its text is touched. A Parquet file is
written anew, with its schema, row groups and compression; parts of a folder that hold no such row
stay.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..errors import DataError
from . import csvfile
from .duplicates import row_hash
from .person import Person
from .table import batches, is_parquet

SCRATCH = ".forget"
_BLOCK = 1 << 22  # bytes
_BOM = b"\xef\xbb\xbf"


def parts(source: Path) -> list[Path]:
    """Return the files of a source table: itself, or the parts of a folder."""
    return sorted(source.rglob("*.parquet")) if source.is_dir() else [source]


def find(part: Path, person: Person) -> np.ndarray:
    """Tell which rows of one file of the source are meant: booleans, shape (n,)."""
    found = [person.mask(batch) for batch in batches(part, None)]
    return np.concatenate(found) if found else np.zeros(0, dtype=bool)


def remove(part: Path, gone: np.ndarray, scratch: Path) -> None:
    """Take rows out of one file of the source; it is the old or the new one at every moment.

    Parameters
    ----------
    part
        The file.
    gone
        The rows to take out: booleans, shape (n,).
    scratch
        A folder on the same disk for the new file, which is removed at the end.

    Raises
    ------
    DataError
        When another row would be read otherwise afterwards; the file is then as it was.
    """
    scratch.mkdir(exist_ok=True)
    new = scratch / part.name  # its name tells how it is read
    try:
        if is_parquet(part):
            filter_parquet(part, gone, new)
        else:
            _filter_csv(part, gone, new)
            _compare(part, gone, new)
        shutil.copymode(part, new)
        new.replace(part)
    finally:
        shutil.rmtree(scratch)


def filter_parquet(old: Path, gone: np.ndarray, new: Path) -> None:
    """Write a Parquet file without some rows, one row group for each, compressed as before."""
    with pq.ParquetFile(old) as source:
        meta = source.metadata
        first = meta.row_group(0) if meta.num_row_groups else None
        codec = first.column(0).compression.lower() if first and first.num_columns else "snappy"
        with pq.ParquetWriter(
            new, source.schema_arrow, compression=None if codec == "uncompressed" else codec
        ) as writer:
            done = 0
            for group in range(meta.num_row_groups):
                rows = source.read_row_group(group)
                kept = rows.filter(pa.array(~gone[done : done + rows.num_rows]))
                done += rows.num_rows
                if kept.num_rows:
                    writer.write_table(kept, row_group_size=kept.num_rows)


def records(stream: Any, delimiter: str) -> Iterator[bytes]:
    """Cut the bytes of a CSV into records, each with its line end, as Arrow's reader does.

    A quote counts at the start of a cell only; a blank line is a record of its own.

    Yields
    ------
    bytes
        The records; put together, all the bytes.
    """
    d = re.escape(delimiter.encode())
    # What opens with a quote and does not close it needs more bytes, so it is no cell yet.
    cell = rb'(?:"(?:[^"]|"")*+"|(?!"))[^' + d + rb"\r\n]*+"
    record = re.compile(cell + rb"(?:" + d + cell + rb")*+(?:\r\n|\n|\r|\Z)")
    rest, block = b"", _BLOCK
    while True:
        more = stream.read(block)
        rest += more
        start = len(_BOM) if rest.startswith(_BOM) else 0
        begin = 0
        while (found := record.match(rest, start)) is not None and start < len(rest):
            # The next block may go on with this cell, or with the second half of its line end.
            if found.end() == len(rest) and more:
                break
            yield rest[begin : found.end()]
            begin = start = found.end()
        rest = rest[begin:]
        # A record longer than a block is looked at ever more rarely.
        block = max(_BLOCK, len(rest))
        if not more:
            if rest:
                yield rest
            return


def _filter_csv(old: Path, gone: np.ndarray, new: Path) -> None:
    _, delimiter = csvfile.header_of(old)
    kind = csvfile.compression_of(old)
    row = -1  # the header
    with (
        pa.input_stream(str(old), compression=kind) as source,
        pa.output_stream(str(new), compression=kind) as target,
    ):
        for record in records(source, delimiter):
            blank = record.removeprefix(_BOM).strip(b"\r\n") == b""
            if blank or row < 0 or not (row < len(gone) and gone[row]):
                target.write(record)
            row += not blank


def _compare(old: Path, gone: np.ndarray, new: Path) -> None:
    before, after = _hashes(old)[~gone], _hashes(new)
    if not np.array_equal(before, after):
        raise DataError(
            f"{old.name} has quotes or line ends that its rows can't be told apart by: quote its "
            "cells as a CSV should, then run this again; nothing of it has changed"
        )


def _hashes(path: Path) -> np.ndarray:
    found = [row_hash(batch.to_pandas()) for batch in batches(path, None)]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.uint64)
