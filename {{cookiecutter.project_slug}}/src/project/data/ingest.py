"""Stage `ingest`: freeze the source as Parquet, every row with a number of its own.

    python -m project.data.ingest       source of conf/data.yaml -> data/raw/table.parquet

Changed bytes make a new version; DVC keeps the old one.
"""

import difflib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from .. import errors
from ..errors import DataError
from ..files import replacing
from ..paths import PROJECT
from ..report.progress import reading
from ..report.validation import telling
from .config import load_data
from .prefetch import prefetch
from .schema import Schema, load_schema
from .table import ROW_ID, batches, column_names
from .violations import shown


def ingest(schema: Schema, source: Path, output: Path) -> int:
    """Copy a table into Parquet with the types of its schema, read-only.

    Parameters
    ----------
    schema
        The columns. Row ids count from 1 in the source's order.
    source, output
        The table to read, and the Parquet file to write whole or not at all.

    Returns
    -------
    int
        The number of rows.

    Raises
    ------
    DataError
        When the columns are not those of the schema, a cell is unreadable or there is no row.
    """
    check_columns(schema, column_names(source), source)
    rows = 0
    with replacing(output) as scratch, reading(source, f"freezing {source.name}") as stream:
        writer: pq.ParquetWriter | None = None
        for batch in prefetch(batches(source, schema.columns, stream)):
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
        scratch.chmod(0o444)
    return rows


def check_columns(schema: Schema, names: list[str], source: Path) -> None:
    """Compare a table's header with the columns of the schema.

    Raises
    ------
    DataError
        When a column of the schema is not in the table, or the other way round.
    """
    missing = [name for name in schema.columns if name not in names]
    new = [name for name in names if name not in schema.columns]
    if len(missing) == len(schema.columns):
        raise DataError(
            f"{source}: its first line, {_some(names)}, has none of the columns of "
            f"conf/schema.yaml, {_some(missing)}: give it that header, or correct `source` in "
            "conf/data.yaml"
        )
    if missing and new:
        alike = difflib.get_close_matches(missing[0], new, n=1, cutoff=0.5) or new
        raise DataError(
            f"{source} has no column {_some(missing)}, which conf/schema.yaml lists, but has "
            f"'{alike[0]}', which it does not: write it alike in both"
        )
    if missing:
        raise DataError(
            f"{source} has no column {_some(missing)}, which conf/schema.yaml lists: take it out "
            "there, or put it into the table"
        )
    if new:
        raise DataError(
            f"{source} has a column {_some(new)} that conf/schema.yaml does not list: add it "
            f"there, such as `{new[0]}: {{type: text, role: ignore}}`"
        )


def _some(names: list[str]) -> str:
    """Quote the first of some names, and count the others."""
    more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
    return f"'{shown(names[0])}'{more}"


def _main() -> None:
    data = load_data(PROJECT.data_config)
    with telling(PROJECT.reports, data.source):
        ingest(load_schema(PROJECT.schema), Path(data.source), PROJECT.raw)


if __name__ == "__main__":
    errors.run(_main)
