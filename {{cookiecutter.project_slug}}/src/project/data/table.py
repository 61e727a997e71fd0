"""Read a source table in batches: CSV of any delimiter, plain or compressed, or Parquet.

What can't be read is refused with the file, the column and the row: rows count from 1, below the
header.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..errors import DataError, first_line
from . import csvfile, parquetfile
from .cells import convert
from .filekind import check_kind
from .schema import Rule
from .unreadable import refuse
from .violations import shown

ROW_ID = "__row_id__"
_LONG = 500  # characters; the schema has them on one line
_CODES = pa.dictionary(pa.int32(), pa.string())


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
    check_kind(path)
    names = parquetfile.names_of(path) if is_parquet(path) else csvfile.header_of(path)[0]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(f"{path}: column '{twice[0]}' stands twice in the header; rename one")
    if "" in names:
        raise DataError(
            f"{path}: column {names.index('') + 1} has no name in the header; give it one"
        )
    long = [name for name in names if len(name) > _LONG]
    if long:
        raise DataError(
            f"{path}: a column's name has {len(long[0]):,} characters, '{shown(long[0])}': shorten "
            "it, or give the table a header if it has none"
        )
    ours = [name for name in names if name.startswith("__")]
    if ours:
        raise DataError(
            f"{path}: column '{ours[0]}' starts with two underscores, as only columns that the "
            "project adds may; rename it"
        )
    return names


def batches(
    path: Path,
    rules: Mapping[str, Rule] | None,
    stream: Any = None,
    *,
    coded: Sequence[str] = (),
) -> Iterator[pa.RecordBatch]:
    """Stream a table's rows.

    Parameters
    ----------
    path
        A CSV (.csv, .tsv, .txt, with .gz or .zst), a Parquet file, or a folder of Parquet parts.
    rules
        What the schema says of every column; None reads every cell as it stands: of a CSV, as text.
    stream
        The CSV's bytes, already open, from somebody who follows how far they have been read.
    coded
        Columns of categories whose words are to come as dictionaries; one may hold words that no
        row has.

    Yields
    ------
    pyarrow.RecordBatch
        Some rows, with the columns in the source's order and the types that `cells.convert` gives.

    Raises
    ------
    DataError
        At the first batch that holds a cell which its type can't hold, or a row of the wrong
        length; for a CSV it tells all that the whole file has of them.
    """
    names = column_names(path)
    if is_parquet(path):
        for part, batch in parquetfile.batches(path, coded):
            yield batch if rules is None else _convert_parquet(batch, rules, part, coded)
        return
    numeric = {name for name in names if rules is not None and rules[name].type.numeric}
    types = {name: pa.float64() if name in numeric else pa.string() for name in names}
    last, count = None, 0
    try:
        for batch in csvfile.rows(path, types, stream=stream):
            yield batch if rules is None else _convert(batch, rules, coded)
            count += batch.num_rows
            last = batch.column(-1)[-1].as_py() if batch.num_rows else last
        # A quote that is never closed takes all the rows below into its cell.
        if isinstance(last, str) and "\n" in last and not csvfile.ends_in_quotes(path):
            raise DataError(
                f"{path}: column '{names[-1]}' opens a quote in row {count} that is never closed: "
                "close it, or take it out"
            )
    except (pa.ArrowInvalid, OSError, EOFError, UnicodeDecodeError) as error:
        refuse(path, names, rules or {}, error)


def _convert(
    batch: pa.RecordBatch, rules: Mapping[str, Rule], coded: Sequence[str]
) -> pa.RecordBatch:
    names = batch.schema.names
    arrays = [_converted(batch.column(name), rules[name], name in coded) for name in names]
    return pa.RecordBatch.from_arrays(arrays, names=names)


def _convert_parquet(
    batch: pa.RecordBatch, rules: Mapping[str, Rule], path: Path, coded: Sequence[str]
) -> pa.RecordBatch:
    arrays = []
    for name in batch.schema.names:
        try:
            arrays.append(_converted(batch.column(name), rules[name], name in coded))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise DataError(
                f"{path}: column '{name}' can't be read as {rules[name].type.value}: "
                f"{first_line(error)}; correct its type in conf/schema.yaml"
            ) from None
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def _converted(cells: pa.Array, rule: Rule, coded: bool) -> pa.Array:
    if coded and cells.type == _CODES:
        return cells
    found = convert(cells, rule)
    return found.dictionary_encode() if coded else found
