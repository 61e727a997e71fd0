"""Stage `split`: deal the rows out to train, valid and test by a hash of what they contain.

    python -m project.data.split        data/validated/table.parquet -> data/split/split.parquet

A row's split follows from its own cells and the salt alone, so rows that are added later move no
old row, and equal rows always stay together.
"""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .. import errors
from ..config import Split, load_data
from ..files import replacing
from ..paths import PROJECT
from .table import ROW_ID

SPLIT = "__split__"
NAMES = ["train", "valid", "test"]


def assign(rows: pd.DataFrame, split: Split) -> np.ndarray:
    """Assign each row to a split.

    Parameters
    ----------
    rows
        Shape (n, columns): the cells that decide, without row ids.
    split
        Shares and salt.

    Returns
    -------
    numpy.ndarray
        Shape (n,): index into `NAMES`.
    """
    salt = np.frombuffer(hashlib.sha256(str(split.seed).encode()).digest()[:8], "<u8")
    cells = pd.util.hash_pandas_object(rows, index=False).to_numpy()
    # pandas' own hash key reaches text only, so the salt goes in here and is hashed once more.
    place = pd.util.hash_array(cells ^ salt) / 2.0**64
    return np.select([place < split.test, place < split.test + split.valid], [2, 1], default=0)


def split_table(split: Split, validated: Path, output: Path) -> None:
    """Write the split of every row of a validated table, in the table's order.

    Parameters
    ----------
    split
        Shares and salt.
    validated, output
        Parquet files: the table, and row ids with their split, written whole or not at all.
    """
    source = pq.ParquetFile(validated)
    kind = pa.dictionary(pa.int8(), pa.string())
    schema = pa.schema([(ROW_ID, pa.int64()), (SPLIT, kind)])
    with replacing(output) as scratch, pq.ParquetWriter(scratch, schema) as writer:
        for batch in source.iter_batches():
            codes = assign(batch.drop_columns([ROW_ID]).to_pandas(), split)
            names = pa.DictionaryArray.from_arrays(pa.array(codes, pa.int8()), NAMES)
            writer.write_batch(
                pa.RecordBatch.from_arrays([batch.column(ROW_ID), names], schema=schema)
            )


def _main() -> None:
    split_table(load_data(PROJECT.data_config).split, PROJECT.validated, PROJECT.split)


if __name__ == "__main__":
    errors.run(_main)
