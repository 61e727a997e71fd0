"""A row's split follows from its own cells, so growth moves nobody and nobody is in two."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from project.data.assign import NAMES, assign, columns
from project.data.config import Data, MissingTarget, Split, SplitMethod, Task
from project.data.load import load
from project.data.schema import Column, ColumnType, Role
from project.data.split import split_table
from project.errors import DataError
from project.paths import Paths

from ..conftest import table

CELLS = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 9))
ROWS = st.lists(st.tuples(CELLS, st.text(max_size=3)), min_size=1, max_size=30)
METHODS = st.sampled_from(SplitMethod)


def data_of(method: SplitMethod = SplitMethod.hash, key: Any = (), **shares: Any) -> Data:
    """Return a configuration for a table of a quantity and two texts."""
    columns = {
        "a": Column(ColumnType.number, Role.time if method is SplitMethod.time else Role.feature),
        "b": Column(ColumnType.category, Role.group),
        "y": Column(ColumnType.category, Role.target),
    }
    split = Split(shares.get("valid", 0.2), shares.get("test", 0.2), method, shares.get("seed", 0))
    return Data("t", "y", Task.classification, MissingTarget.drop, split, list(key), columns)


def frame(rows: list[tuple[object, str]]) -> pd.DataFrame:
    """Make a table of a quantity and two texts."""
    numbers = np.array([np.nan if a is None else float(str(a)) for a, _ in rows])
    return pd.DataFrame({"a": numbers, "b": [b for _, b in rows], "y": [b[:1] for _, b in rows]})


def codes_of(data: Data, rows: pd.DataFrame, batch: int = 7) -> np.ndarray:
    """Assign rows as the stage does: some at a time, of the columns that decide alone."""
    names = columns(data)
    return assign(data, [rows.iloc[i : i + batch][names] for i in range(0, len(rows), batch)])


@given(old=ROWS, new=ROWS, seed=st.integers(0, 1000), key=st.sampled_from([[], ["a", "b"]]))
def test_adding_rows_moves_no_old_row(
    old: list[tuple[object, str]], new: list[tuple[object, str]], seed: int, key: list[str]
) -> None:
    for method in (SplitMethod.hash, SplitMethod.group):
        data = data_of(method, key, seed=seed)
        before, after = codes_of(data, frame(old)), codes_of(data, frame(old + new))
        assert (after[: len(old)] == before).all()


@given(rows=ROWS, method=METHODS)
def test_equal_rows_stay_together(rows: list[tuple[object, str]], method: SplitMethod) -> None:
    codes = codes_of(data_of(method), frame(rows + rows))
    assert (codes[: len(rows)] == codes[len(rows) :]).all()


@given(rows=ROWS, method=METHODS, size=st.integers(1, 9))
def test_a_split_does_not_depend_on_how_the_rows_come_in(
    rows: list[tuple[object, str]], method: SplitMethod, size: int
) -> None:
    whole = codes_of(data_of(method), frame(rows), batch=len(rows))
    assert (codes_of(data_of(method), frame(rows), batch=size) == whole).all()


@given(rows=ROWS)
def test_a_group_is_in_one_split(rows: list[tuple[object, str]]) -> None:
    data = data_of(SplitMethod.group)
    placed = set(zip(frame(rows)["b"], codes_of(data, frame(rows)).tolist(), strict=True))
    assert len(placed) == frame(rows)["b"].nunique()


@given(times=st.lists(st.integers(0, 50), min_size=1, max_size=60))
def test_what_comes_later_is_never_in_an_earlier_split(times: list[int]) -> None:
    data = data_of(SplitMethod.time)
    codes = codes_of(data, frame([(time, "x") for time in times]))
    # From train over validation to test, no time goes back, and equal times are not parted.
    spans = [np.array(times)[codes == code] for code in range(3)]
    spans = [span for span in spans if len(span)]
    assert all(one.max() < other.min() for one, other in pairwise(spans))


def test_the_latest_rows_are_for_the_test() -> None:
    codes = codes_of(data_of(SplitMethod.time), frame([(i, "x") for i in range(100)]))
    assert codes.tolist() == [0] * 60 + [1] * 20 + [2] * 20


def test_strata_keep_their_shares_exactly() -> None:
    rows = frame([(i, "xxxy"[i % 4]) for i in range(400)])
    codes = codes_of(data_of(SplitMethod.stratify), rows)
    for label, size in (("x", 300), ("y", 100)):
        counts = np.bincount(codes[rows["y"] == label], minlength=3)
        assert counts.tolist() == [size * 0.6, size * 0.2, size * 0.2]


def test_the_shares_are_kept_on_average() -> None:
    rows = frame([(i, "x") for i in range(20_000)])
    codes = codes_of(data_of(valid=0.15, test=0.25, seed=3), rows, batch=1000)
    shares = np.bincount(codes, minlength=3) / len(codes)
    assert shares == pytest.approx([0.6, 0.15, 0.25], abs=0.015)


def test_another_seed_deals_otherwise() -> None:
    rows = frame([(i, "x") for i in range(100)])
    assert (codes_of(data_of(seed=0), rows) != codes_of(data_of(seed=1), rows)).any()


def test_with_a_key_nothing_else_decides() -> None:
    rows = frame([(i, "x") for i in range(100)])
    changed = rows.assign(b="other", y="z")
    data = data_of(key=["a"])
    assert (codes_of(data, rows) == codes_of(data, changed)).all()
    assert (codes_of(data_of(), rows) != codes_of(data_of(), changed)).any()


def test_every_row_is_in_one_split_and_comes_back_with_its_id(data: Data, paths: Paths) -> None:
    frames = load(data, paths, *NAMES)
    ids = np.concatenate([rows.index.to_numpy() for rows in frames.values()])
    assert sorted(ids) == pq.read_table(paths.validated).column("__row_id__").to_pylist()
    original = table()
    for rows in frames.values():
        assert list(rows["weight"]) == list(original["weight"].iloc[rows.index - 1])
        assert "name" not in rows


def test_a_split_that_no_row_fell_into_is_told(data: Data, paths: Paths) -> None:
    kept = paths.split.read_bytes()
    pq.write_table(pq.read_table(paths.validated).slice(0, 1), paths.validated)
    with pytest.raises(DataError, match="no row fell into the split"):
        split_table(data, paths.validated, paths.split)
    assert paths.split.read_bytes() == kept
