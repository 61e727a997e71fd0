"""Propose a type for each column, and write the proposal into conf/data.yaml for people to correct.

Runs before the stages, once: a `columns` key that stands in the file is never touched.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from ..config import ColumnType, Data, Task
from ..errors import DataError
from ..files import replacing
from .table import batches, column_names

ROWS_LOOKED_AT = 100_000
_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"


def infer(data: Data, source: Path) -> dict[str, ColumnType]:
    """Propose the type of every column from the first rows of a table.

    A column is a number when most of its cells are (so that a few unreadable ones are told by
    `ingest` and not taken for categories); it is left out when it is empty, a date, or text that
    differs in nearly every row; the target follows the task.

    Parameters
    ----------
    data
        Names the target and the task.
    source
        The table.

    Returns
    -------
    dict
        Column name to type, in the table's order.

    Raises
    ------
    DataError
        When the target is not in the table, or the table can't be read.
    """
    names = column_names(source)
    if data.target not in names:
        raise DataError(
            f"{source} has no column '{data.target}': set `target` in conf/data.yaml to one of "
            f"{', '.join(names)}"
        )
    head: list[pa.RecordBatch] = []
    for batch in batches(source, None):
        head.append(batch)
        if sum(b.num_rows for b in head) >= ROWS_LOOKED_AT:
            break
    if not head:
        raise DataError(f"{source} has a header but no rows: give it some")
    table = pa.Table.from_batches(head)
    types = {name: _type_of(table.column(name)) for name in names}
    regression = data.task is Task.regression
    types[data.target] = ColumnType.number if regression else ColumnType.category
    return types


def write(types: dict[str, ColumnType], config: Path) -> None:
    """Append the proposed types to a data configuration, leaving its text as it is."""
    block = yaml.safe_dump(
        {"columns": {name: kind.value for name, kind in types.items()}},
        sort_keys=False,
        allow_unicode=True,
    )
    text = config.read_text(encoding="utf-8").rstrip("\n")
    with replacing(config) as scratch:
        scratch.write_text(f"{text}\n{block}", encoding="utf-8")


def _type_of(column: pa.ChunkedArray) -> ColumnType:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    filled = column.drop_null()
    if len(filled) == 0 or pa.types.is_temporal(kind) or pa.types.is_nested(kind):
        return ColumnType.ignore
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return ColumnType.number
    if pa.types.is_boolean(kind):
        return ColumnType.category
    text = filled.cast(pa.string())
    if pc.mean(pc.match_substring_regex(text, _NUMBER)).as_py() > 0.5:
        return ColumnType.number
    # Text that hardly repeats is an identifier or a sentence: no model here learns from it.
    distinct = pc.count_distinct(text).as_py()
    return ColumnType.ignore if distinct > max(20, len(text) / 2) else ColumnType.category
