"""Stage `ingest`: freeze the source as Parquet, every row with a number of its own.

python -m project.data.ingest       source of conf/data.yaml -> data/raw/table.parquet
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from .. import errors
from ..config import Data, load_data
from ..errors import DataError
from ..files import replacing
from ..paths import PROJECT
from .table import ROW_ID, batches, column_names


def ingest(data: Data, source: Path, output: Path) -> int:
    """Copy a table into Parquet with the declared column types.

    Parameters
    ----------
    data
        The declared columns. Row ids count from 1 in the source's order.
    source, output
        The table to read, and the Parquet file to write whole or not at all.

    Returns
    -------
    int
        The number of rows.

    Raises
    ------
    DataError
        When the columns are not those declared, a cell is unreadable or there is no row.
    """
    check_columns(data, column_names(source), source)
    rows = 0
    with replacing(output) as scratch:
        writer: pq.ParquetWriter | None = None
        for batch in batches(source, data.columns):
            ids = pa.array(range(rows + 1, rows + batch.num_rows + 1), pa.int64())
            numbered = pa.RecordBatch.from_arrays(
                [ids, *batch.columns], names=[ROW_ID, *batch.schema.names]
            )
            writer = writer or pq.ParquetWriter(scratch, numbered.schema)
            writer.write_batch(numbered)
            rows += batch.num_rows
        if writer is not None:
            writer.close()
        if rows == 0:
            raise DataError(f"{source} has a header but no rows: give it some")
    return rows


def check_columns(data: Data, names: list[str], source: Path) -> None:
    """Compare a table's header with the declared columns.

    Raises
    ------
    DataError
        When the target or a declared column is not in the table, or a column is not declared.
    """
    if data.target not in names:
        raise DataError(
            f"{source} has no column '{data.target}': set `target` in conf/data.yaml to one of "
            f"{', '.join(names)}"
        )
    missing = [name for name in data.columns if name not in names]
    if missing:
        raise DataError(
            f"{source} has no column '{missing[0]}': take it out of `columns` in conf/data.yaml"
        )
    new = [name for name in names if name not in data.columns]
    if new:
        raise DataError(
            f"{source} has a column '{new[0]}' that `columns` in conf/data.yaml does not name: "
            f"add `{new[0]}: number`, category or ignore"
        )


def _main() -> None:
    data = load_data(PROJECT.data_config)
    ingest(data, Path(data.source), PROJECT.raw)


if __name__ == "__main__":
    errors.run(_main)
