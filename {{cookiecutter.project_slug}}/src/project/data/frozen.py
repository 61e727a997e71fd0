"""Read the tables that the stages left, some rows at a time."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .prefetch import prefetch
from .table import ROW_ID

ROWS = 1 << 17  # at once


def batches(file: Path, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Stream a table that a stage left, in memory that does not grow with it.

    Parameters
    ----------
    file
        Parquet.
    columns
        Those to read; all where none are named.
    """
    # Buffering ahead would keep all that was read until the file is closed.
    with pq.ParquetFile(file, pre_buffer=False) as source:
        yield from prefetch(source.iter_batches(ROWS, columns=columns), depth=1)


def frame(batch: pa.RecordBatch) -> pd.DataFrame:
    """Return rows as a DataFrame, shape (n, columns), indexed by row id."""
    rows: pd.DataFrame = batch.to_pandas().set_index(ROW_ID)
    return rows
