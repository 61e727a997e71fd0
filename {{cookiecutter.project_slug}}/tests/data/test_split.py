"""A row's split follows from its own cells, so growth moves nobody and nobody is in two."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from project.config import Data, Split
from project.data.load import load
from project.data.split import NAMES, assign
from project.errors import DataError
from project.paths import Paths

from ..conftest import table

CELLS = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 9))
ROWS = st.lists(st.tuples(CELLS, st.text(max_size=3)), min_size=1, max_size=30)


def frame(rows: list[tuple[object, str]]) -> pd.DataFrame:
    """Make a table of a quantity and a text."""
    numbers = np.array([np.nan if a is None else float(str(a)) for a, _ in rows])
    return pd.DataFrame({"a": numbers, "b": [b for _, b in rows]})


@given(old=ROWS, new=ROWS, seed=st.integers(0, 1000))
def test_adding_rows_moves_no_old_row(
    old: list[tuple[object, str]], new: list[tuple[object, str]], seed: int
) -> None:
    split = Split(0.2, 0.2, seed)
    before, after = assign(frame(old), split), assign(frame(old + new), split)
    assert (after[: len(old)] == before).all()


@given(rows=ROWS)
def test_equal_rows_stay_together(rows: list[tuple[object, str]]) -> None:
    codes = assign(frame(rows + rows), Split(0.3, 0.3, 0))
    assert (codes[: len(rows)] == codes[len(rows) :]).all()


def test_the_shares_are_kept_on_average() -> None:
    codes = assign(pd.DataFrame({"a": np.arange(20_000.0)}), Split(0.15, 0.25, 3))
    shares = np.bincount(codes, minlength=3) / len(codes)
    assert shares == pytest.approx([0.6, 0.15, 0.25], abs=0.015)


def test_another_seed_deals_otherwise() -> None:
    rows = pd.DataFrame({"a": np.arange(100.0)})
    assert (assign(rows, Split(0.2, 0.2, 0)) != assign(rows, Split(0.2, 0.2, 1))).any()


def test_every_row_is_in_one_split_and_comes_back_with_its_id(data: Data, paths: Paths) -> None:
    frames = load(data, paths, *NAMES)
    ids = np.concatenate([rows.index.to_numpy() for rows in frames.values()])
    assert sorted(ids) == pq.read_table(paths.validated).column("__row_id__").to_pylist()
    original = table()
    for rows in frames.values():
        assert list(rows["weight"]) == list(original["weight"].iloc[rows.index - 1])
        assert "name" not in rows


def test_a_split_that_no_row_fell_into_is_told(data: Data, paths: Paths, tmp_path: Path) -> None:
    few = pq.read_table(paths.split).slice(0, 0)
    pq.write_table(few, paths.split)
    pq.write_table(pq.read_table(paths.validated).slice(0, 0), paths.validated)
    with pytest.raises(DataError, match="no row fell into the split 'valid'"):
        load(data, paths, "valid")
