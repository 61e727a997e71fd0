"""Read the rows of some splits for training or evaluation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..errors import DataError
from ..paths import Paths
from .config import Data, SplitMethod, Task
from .duplicates import row_hash
from .schema import ColumnType, Role
from .split import SPLIT
from .table import ROW_ID


def load(data: Data, paths: Paths, *names: str) -> dict[str, pd.DataFrame]:
    """Read the features and the target of the named splits.

    Parameters
    ----------
    data
        The columns; ignored ones are not read.
    paths
        The project.
    names
        Of splits. Rows of another split are not so much as looked at.

    Returns
    -------
    dict
        Split name to a DataFrame of shape (n, features + 1), indexed by row id.

    Raises
    ------
    DataError
        When a split has no rows.
    """
    wanted = [*data.features(*ColumnType), data.target]
    table = pq.read_table(paths.validated, columns=[ROW_ID, *wanted])
    split = _read_split(paths.split)
    frames = {}
    for name in names:
        frame = table.filter(pc.equal(split, name)).to_pandas().set_index(ROW_ID)
        if frame.empty:
            raise DataError(
                f"{data.source}: no row fell into the split '{name}'; the table is too small for "
                f"`split` in conf/data.yaml: add rows, or raise its share"
            )
        categories = data.features(ColumnType.category)
        # scikit-learn's encoders expect plain Python strings, and NaN where there is none.
        frame[categories] = frame[categories].astype(object)
        frames[name] = frame
    return frames


def others(paths: Paths, split: str, names: list[str]) -> pd.DataFrame:
    """Read columns that no model sees, in the order of the rows that `load` returns.

    Returns
    -------
    pandas.DataFrame
        Shape (n, names), indexed by row id.
    """
    table = pq.read_table(paths.validated, columns=[ROW_ID, *names])
    rows: pd.DataFrame = table.filter(pc.equal(_read_split(paths.split), split)).to_pandas()
    return rows.set_index(ROW_ID)


def along(data: Data, paths: Paths, split: str) -> np.ndarray | None:
    """Read what the split goes by beside the features, so that folds can go by it, too.

    Returns
    -------
    numpy.ndarray or None
        Shape (n,), in the order of the rows that `load` returns: a number for each group, or the
        times; None where rows are dealt out one by one.
    """
    method = data.split.method
    if method not in (SplitMethod.group, SplitMethod.time):
        return None
    names = data.with_role(Role(method.value))
    table = pq.read_table(paths.validated, columns=names)
    rows = table.filter(pc.equal(_read_split(paths.split), split)).to_pandas()
    return rows[names[0]].to_numpy() if method is SplitMethod.time else row_hash(rows)


def target(frame: pd.DataFrame, data: Data) -> np.ndarray:
    """Return the target of some rows, shape (n,): class labels as text, or quantities."""
    kind = str if data.task is Task.classification else float
    return frame[data.target].to_numpy(dtype=kind)


def features(frame: pd.DataFrame, data: Data) -> pd.DataFrame:
    """Return the inputs of some rows, shape (n, features)."""
    return frame.drop(columns=data.target)


def _read_split(file: Path) -> pa.ChunkedArray:
    return pq.read_table(file, columns=[SPLIT]).column(SPLIT).cast(pa.string())
