"""Smaller subsets lie within larger ones, and go by what the split goes by."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from project.config import Config
from project.curves.subsets import folds_of, growing
from project.data.config import Data, SplitMethod
from project.data.load import load
from project.errors import DataError
from project.models.folds import Fold
from project.paths import Paths

from ..conftest import configure


@pytest.fixture
def config(data: Data) -> Config:
    """Few folds and sizes."""
    return configure(data, "curves.sizes=5", "evaluation.folds=3", "evaluation.repeats=2")


@pytest.fixture
def rows(data: Data, paths: Paths) -> pd.DataFrame:
    """The training split."""
    return load(data, paths, "train")["train"]


def subsets(config: Config, rows: pd.DataFrame, along: np.ndarray | None) -> list[list[Fold]]:
    """Cut growing subsets, and see that they grow and are not tested on."""
    folds = folds_of(config, rows, along)
    sizes, steps = growing(config, rows, along, folds)
    assert sizes == sorted(set(sizes))
    for small, large in pairwise(steps):
        for one, other in zip(small, large, strict=True):
            assert set(one.train) < set(other.train)
            assert np.array_equal(one.test, other.test)
            assert not set(other.train) & set(other.test)
    return steps


def test_subsets_are_nested_and_hold_every_class(config: Config, rows: pd.DataFrame) -> None:
    steps = subsets(config, rows, None)
    assert len(steps) == 5
    for folds in steps:
        assert len(folds) == 6
        for fold in folds:
            assert len(set(fold.train)) == len(fold.train)
            counts = rows["kind"].iloc[fold.train].value_counts()
            if config.data.task.value == "classification":
                assert counts.min() >= 5
    orders = [tuple(fold.train[:10]) for fold in steps[0]]
    assert len(set(orders)) == len(orders)


def test_the_seed_alone_decides(config: Config, rows: pd.DataFrame) -> None:
    one, two = (subsets(config, rows, None) for _ in range(2))
    assert all(
        np.array_equal(a.train, b.train)
        for x, y in zip(one, two, strict=True)
        for a, b in zip(x, y, strict=True)
    )


@pytest.mark.parametrize("task", ["classification"])
def test_groups_come_whole(config: Config, rows: pd.DataFrame) -> None:
    config.data.split.method = SplitMethod.group
    groups = np.arange(len(rows)) // 4
    for folds in subsets(config, rows, groups):
        for fold in folds:
            inside = set(groups[fold.train])
            assert np.isin(groups, list(inside)).sum() == len(fold.train)


@pytest.mark.parametrize("task", ["regression"])
def test_with_time_fewer_rows_are_the_latest(config: Config, rows: pd.DataFrame) -> None:
    config.data.split.method = SplitMethod.time
    times = np.random.default_rng(0).permutation(len(rows))
    steps = subsets(config, rows, times)
    largest = steps[-1]
    for folds in steps:
        for fold, whole in zip(folds, largest, strict=True):
            assert times[fold.train].max() < times[fold.test].min()
            left = set(whole.train) - set(fold.train)
            assert not left or times[fold.train].min() > times[list(left)].max()


def test_too_few_rows_for_a_curve_are_told(config: Config, rows: pd.DataFrame) -> None:
    few = rows.groupby("kind").head(8)
    folds = folds_of(config, few, None)
    with pytest.raises(DataError, match="too few for a curve"):
        growing(config, few, None, folds)
