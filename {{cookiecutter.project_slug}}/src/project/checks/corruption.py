"""Make rows that are other than they were: for looking who notices."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..data.schema import ColumnType
from ..data.split import SPLIT
from ..paths import Paths
from .case import Case


def altered(case: Case, into: Path) -> Paths:
    """Copy a project's table with other values in every validation row.

    Parameters
    ----------
    case
        Its configuration and paths.
    into
        An empty folder.

    Returns
    -------
    Paths
        A project with a validated table and a split, and nothing else.
    """
    table = pq.read_table(case.paths.validated)
    split = pq.read_table(case.paths.split)
    valid = pc.equal(split.column(SPLIT).cast(pa.string()), "valid").to_numpy()
    data = case.config.data
    for name in (*data.features(*ColumnType), data.target):
        cells = table.column(name).to_pandas().copy()
        known = cells[~valid].dropna()
        if data.columns[name].type.numeric:
            cells[valid] = (cells[valid].fillna(0.0) * 3 + known.mean()).astype(cells.dtype)
        else:
            # Known ones, so that no column changes its kind; all the same, so that shares move.
            cells[valid] = np.sort(known.unique())[0]
        position = table.schema.get_field_index(name)
        changed = pa.Array.from_pandas(cells, type=table.schema.field(name).type)
        table = table.set_column(position, table.schema.field(name), changed)
    paths = Paths(into)
    for file, content in ((paths.validated, table), (paths.split, split)):
        file.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(content, file)
    return paths
