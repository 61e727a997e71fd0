"""Decide to which split each row goes.

hash       by the row's key, or all its cells where it has none: added rows move no old one
group      by a hash of its group, which so stays together: added rows move no old one
time       by order: the latest are for the test, those before them for validation
stratify   by hash within each class or range of the target: shares are exact in each of them,
           which small tables need; added rows may move an old one
"""

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd

from .config import Data, Split, SplitMethod, Task
from .duplicates import row_hash
from .schema import Role

NAMES = ["train", "valid", "test"]
_TRAIN, _VALID, _TEST = range(3)
_STRATA = 10  # ranges that a quantity is cut into


def columns(data: Data) -> list[str]:
    """Return the columns that decide, in the table's order."""
    by = {
        SplitMethod.hash: data.key,
        SplitMethod.group: data.with_role(Role.group),
        SplitMethod.time: data.with_role(Role.time),
        SplitMethod.stratify: [*data.key, data.target] if data.key else [],
    }[data.split.method]
    return [name for name in data.columns if name in by or not by]


def assign(data: Data, batches: Iterable[pd.DataFrame]) -> np.ndarray:
    """Assign each row to a split.

    Parameters
    ----------
    data
        Shares, method and salt of the split; key, roles and target.
    batches
        The rows in order, each of shape (n, columns) with those that `columns` names.

    Returns
    -------
    numpy.ndarray
        Shape (all rows,): index into `NAMES`, of 8 bits each.
    """
    if data.split.method is SplitMethod.time:
        return _by_time(data, batches)
    if data.split.method is SplitMethod.stratify:
        return _stratified(data, batches)
    codes = [_cut(_place(rows, data.split.seed), data.split) for rows in batches]
    return np.concatenate(codes)


def _place(rows: pd.DataFrame, seed: int) -> np.ndarray:
    """Return a number from 0 to 1 for each row, shape (n,), that follows from its cells."""
    salt = np.frombuffer(hashlib.sha256(str(seed).encode()).digest()[:8], "<u8")
    # pandas' own hash key reaches text only, so the salt goes in here and is hashed once more.
    return pd.util.hash_array(row_hash(rows) ^ salt) / 2.0**64


def _cut(place: np.ndarray, split: Split) -> np.ndarray:
    """Deal places from 0 to 1, evenly spread, out to the splits."""
    conditions = [place < split.test, place < split.test + split.valid]
    return np.select(conditions, [_TEST, _VALID], default=_TRAIN).astype(np.int8)


def _by_time(data: Data, batches: Iterable[pd.DataFrame]) -> np.ndarray:
    (name,) = data.with_role(Role.time)
    time = np.concatenate([rows[name].to_numpy() for rows in batches])
    # From the end, so that the latest come first; rows of one moment share its earliest rank.
    order = np.sort(time)
    later = len(time) - np.searchsorted(order, time, side="right")
    return _cut(later / len(time), data.split)


def _stratified(data: Data, batches: Iterable[pd.DataFrame]) -> np.ndarray:
    cut = _strata if data.task is Task.regression else _classes
    parts = [(rows[data.target], _place(rows, data.split.seed)) for rows in batches]
    place = np.concatenate([place for _, place in parts])
    strata = cut(pd.concat([target for target, _ in parts]))
    # The target itself comes first, then the hash; equal rows stay together by equal ranks.
    frame = pd.DataFrame({"stratum": strata, "place": place})
    rank = frame.groupby("stratum")["place"].rank(method="min").to_numpy() - 0.5
    size = frame.groupby("stratum")["place"].transform("size").to_numpy()
    return _cut(rank / size, data.split)


def _classes(target: pd.Series) -> np.ndarray:
    codes: np.ndarray = pd.factorize(target, sort=True)[0]
    return codes


def _strata(target: pd.Series) -> np.ndarray:
    ranges = np.unique(np.quantile(target, np.linspace(0, 1, _STRATA + 1)[1:-1]))
    return np.searchsorted(ranges, target.to_numpy())
