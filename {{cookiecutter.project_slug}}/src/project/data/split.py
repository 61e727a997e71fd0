"""Stage `split`: deal the rows out to train, valid and test.

    python -m project.data.split        data/validated/table.parquet -> data/split/split.parquet

`split` in conf/data.yaml has the shares and the method; assign.py says what each method does.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .. import errors
from ..errors import DataError
from ..files import replacing
from ..paths import PROJECT
from .assign import NAMES, assign, columns
from .config import Data, load_data
from .frozen import batches
from .table import ROW_ID

SPLIT = "__split__"


def split_table(data: Data, validated: Path, output: Path) -> dict[str, int]:
    """Write the split of every row of a validated table, in the table's order.

    Parameters
    ----------
    data
        The split, and the columns that it goes by.
    validated, output
        Parquet files: the table, and row ids with their split, written whole or not at all.

    Returns
    -------
    dict
        Split name to the number of its rows.

    Raises
    ------
    DataError
        When a split gets no row.
    """
    cells = (batch.to_pandas() for batch in batches(validated, columns(data)))
    codes = assign(data, cells)
    sizes = dict(zip(NAMES, np.bincount(codes, minlength=len(NAMES)).tolist(), strict=True))
    for name, size in sizes.items():
        if not size:
            raise DataError(
                f"{data.source}: no row fell into the split '{name}'; the table is too small for "
                "`split` in conf/data.yaml: add rows, raise its share, or set method: stratify"
            )
    kind = pa.dictionary(pa.int8(), pa.string())
    schema = pa.schema([(ROW_ID, pa.int64()), (SPLIT, kind)])
    with replacing(output) as scratch, pq.ParquetWriter(scratch, schema) as writer:
        done = 0
        for batch in batches(validated, [ROW_ID]):
            part = codes[done : done + batch.num_rows]
            names = pa.DictionaryArray.from_arrays(pa.array(part, pa.int8()), NAMES)
            writer.write_batch(
                pa.RecordBatch.from_arrays([batch.column(ROW_ID), names], schema=schema)
            )
            done += batch.num_rows
    return sizes


def _main() -> None:
    data = load_data(PROJECT.data_config)
    sizes = split_table(data, PROJECT.validated, PROJECT.split)
    told = ", ".join(f"{size:,} for {name}" for name, size in sizes.items())
    print(f"split by {data.split.method.value}: {told}", flush=True)


if __name__ == "__main__":
    errors.run(_main)
