"""Folds go by what the splits go by, and no row is on both sides of one."""

import numpy as np
import pandas as pd
import pytest

from project.data.config import Data, SplitMethod
from project.data.load import along, load
from project.errors import DataError
from project.models.folds import Fold, cut
from project.paths import Paths


@pytest.fixture
def rows(data: Data, paths: Paths) -> pd.DataFrame:
    """The training split."""
    return load(data, paths, "train")["train"]


def check(folds: list[Fold], size: int) -> None:
    """See that no row is on both sides of a fold."""
    for fold in folds:
        assert not set(fold.train) & set(fold.test)
        assert set(fold.train) | set(fold.test) <= set(range(size))


def test_each_round_tests_each_row_once(data: Data, rows: pd.DataFrame) -> None:
    folds = cut(rows, data, None, count=4, repeats=3, seed=0)
    assert len(folds) == 12
    check(folds, len(rows))
    for start in range(0, 12, 4):
        tested = np.concatenate([fold.test for fold in folds[start : start + 4]])
        assert sorted(tested) == list(range(len(rows)))
    assert not np.array_equal(folds[0].test, folds[4].test)


def test_the_seed_alone_decides(data: Data, rows: pd.DataFrame) -> None:
    one, two, three = (cut(rows, data, None, count=3, repeats=2, seed=s) for s in (1, 1, 2))
    assert all(np.array_equal(a.test, b.test) for a, b in zip(one, two, strict=True))
    assert not all(np.array_equal(a.test, b.test) for a, b in zip(one, three, strict=True))


def test_groups_stay_whole(data: Data, rows: pd.DataFrame) -> None:
    data.split.method = SplitMethod.group
    groups = np.arange(len(rows)) % 11
    folds = cut(rows, data, groups, count=4, repeats=2, seed=0)
    assert len(folds) == 8
    check(folds, len(rows))
    assert all(not set(groups[fold.train]) & set(groups[fold.test]) for fold in folds)


def test_what_is_tested_comes_after_what_was_learnt(data: Data, rows: pd.DataFrame) -> None:
    data.split.method = SplitMethod.time
    times = np.random.default_rng(0).permutation(len(rows))
    folds = cut(rows, data, times, count=4, repeats=2, seed=0)
    assert len(folds) == 4
    check(folds, len(rows))
    assert all(times[fold.train].max() < times[fold.test].min() for fold in folds)


def test_too_few_rows_for_the_folds_are_told(data: Data, rows: pd.DataFrame) -> None:
    few = rows.iloc[:3]
    with pytest.raises(DataError, match=r"too few for 20 folds.*evaluation\.folds"):
        cut(few, data, None, count=20, repeats=1, seed=0)


def test_rows_that_are_dealt_out_one_by_one_go_by_nothing(data: Data, paths: Paths) -> None:
    assert along(data, paths, "train") is None


def test_the_columns_that_the_split_goes_by_are_read(data: Data, paths: Paths) -> None:
    from project.data.schema import Role

    data.columns["name"].role = Role.group
    data.split.method = SplitMethod.group
    groups = along(data, paths, "train")
    rows = load(data, paths, "train")["train"]
    assert groups is not None
    assert len(set(groups)) == len(rows)
