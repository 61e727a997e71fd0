"""Read a source table in batches: CSV of any delimiter, plain or compressed, or Parquet.

What can't be read is refused with the file, the column and the row: rows count from 1, below the
header.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.dataset as ds

from ..config import ColumnType
from ..errors import DataError, first_line
from .diagnose import diagnose, not_utf8

ROW_ID = "__row_id__"
ARROW_TYPES = {
    ColumnType.number: pa.float64(),
    ColumnType.category: pa.string(),
    ColumnType.ignore: pa.string(),
}
_DELIMITERS = ",;\t|"


def is_parquet(path: Path) -> bool:
    """Tell whether a source is Parquet: one file, or a folder of parts."""
    return path.suffix == ".parquet" or path.is_dir()


def column_names(path: Path) -> list[str]:
    """Return the names in a table's header.

    Raises
    ------
    DataError
        When the source is missing or empty, a name is empty or stands twice, or the bytes are not
        text.
    """
    if not path.exists():
        raise DataError(f"{path}: there is no such file; correct `source` in conf/data.yaml")
    if is_parquet(path):
        names = list(_parquet(path).schema.names)
    else:
        header = _first_line(path)
        if not header.strip():
            raise DataError(f"{path} is empty: it needs a header and at least one row")
        names = next(csv.reader([header], delimiter=delimiter_of(header)))
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(f"{path}: column '{twice[0]}' stands twice in the header; rename one")
    if "" in names:
        raise DataError(
            f"{path}: column {names.index('') + 1} has no name in the header; give it one"
        )
    return names


def delimiter_of(header: str) -> str:
    """Return the delimiter that occurs most outside quotes in a header line; else a comma."""
    bare = re.sub(r'"[^"]*"', "", header)
    return max(_DELIMITERS, key=bare.count)


def batches(path: Path, types: dict[str, ColumnType] | None) -> Iterator[pa.RecordBatch]:
    """Stream a table's rows.

    Parameters
    ----------
    path
        A CSV (.csv, .tsv, .txt, with .gz or .zst), a Parquet file, or a folder of Parquet parts.
    types
        The type of every column; None reads every cell of a CSV as text.

    Yields
    ------
    pyarrow.RecordBatch
        Some rows, with the columns in the source's order.

    Raises
    ------
    DataError
        At the first batch that holds a cell which its type can't hold, or a row of the wrong
        length.
    """
    names = column_names(path)
    if is_parquet(path):
        yield from _parquet_batches(path, types)
        return
    wanted = {name: ARROW_TYPES[types[name]] if types else pa.string() for name in names}
    try:
        yield from _csv_batches(path, wanted)
    except (pa.ArrowInvalid, OSError, EOFError, UnicodeDecodeError) as error:
        raise DataError(diagnose(path, wanted, delimiter_of(_first_line(path)), error)) from None


def _csv_batches(path: Path, types: dict[str, pa.DataType]) -> Iterator[pa.RecordBatch]:
    reader = pacsv.open_csv(
        pa.input_stream(str(path), compression="detect"),
        read_options=pacsv.ReadOptions(use_threads=False, block_size=1 << 22),
        parse_options=pacsv.ParseOptions(
            delimiter=delimiter_of(_first_line(path)), newlines_in_values=True
        ),
        convert_options=pacsv.ConvertOptions(column_types=types, strings_can_be_null=True),
    )
    yield from reader


def _parquet(path: Path) -> ds.Dataset:
    try:
        return ds.dataset(path, format="parquet", exclude_invalid_files=path.is_dir())
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{path} can't be read as Parquet: {first_line(error)}") from None


def _parquet_batches(path: Path, types: dict[str, ColumnType] | None) -> Iterator[pa.RecordBatch]:
    for batch in _parquet(path).to_batches():
        if types is None:
            yield batch
            continue
        arrays = []
        for name in batch.schema.names:
            wanted = ARROW_TYPES[types[name]]
            try:
                arrays.append(_cast(batch.column(name), wanted))
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
                raise DataError(
                    f"{path}: column '{name}' can't be read as {types[name].value}: "
                    f"{first_line(error)}; correct its type under `columns` in conf/data.yaml"
                ) from None
        yield pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def _cast(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_boolean(array.type) and pa.types.is_floating(wanted):
        array = array.cast(pa.int8())
    return array.cast(wanted)


def _first_line(path: Path) -> str:
    try:
        with pa.input_stream(str(path), compression="detect") as stream:
            line = io.TextIOWrapper(cast(Any, stream), encoding="utf-8-sig", newline=None)
            return line.readline().rstrip("\n")
    except UnicodeDecodeError as error:
        raise DataError(not_utf8(path, error.start)) from None
    except OSError as error:
        raise DataError(f"{path} can't be opened: {first_line(error)}") from None
