"""Which rows calibrate, and which runs may be evaluated."""

import numpy as np
import pytest

from project.data.config import Data, SplitMethod
from project.data.load import load, others
from project.errors import RunError
from project.evaluate import first_half, same_data
from project.paths import Paths

from .conftest import configure


@pytest.fixture
def task() -> str:
    """One task is enough: rows are halved alike."""
    return "classification"


def test_a_row_keeps_its_half_when_others_come_or_go(data: Data, paths: Paths) -> None:
    config = configure(data)
    valid = load(data, paths, "valid")["valid"]
    half = first_half(valid, config, paths)
    assert 0.25 < half.mean() < 0.75
    fewer = first_half(valid.iloc[::3], config, paths)
    np.testing.assert_array_equal(fewer, half[::3])


def test_with_a_split_by_time_the_earlier_half_calibrates(
    data: Data, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    data.split.method = SplitMethod.time
    config = configure(data)
    valid = load(data, paths, "valid")["valid"]
    times = np.random.default_rng(0).permutation(len(valid))
    monkeypatch.setattr("project.data.load.along", lambda *_: times)
    half = first_half(valid, config, paths)
    assert times[half].max() < times[~half].min()
    assert abs(int(half.sum()) - int((~half).sum())) <= 1


def test_groups_stay_whole(data: Data, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    data.split.method = SplitMethod.group
    config = configure(data)
    valid = load(data, paths, "valid")["valid"]
    groups = np.arange(len(valid)) // 4
    monkeypatch.setattr("project.data.load.along", lambda *_: groups)
    half = first_half(valid, config, paths)
    for group in np.unique(groups):
        assert len(set(half[groups == group])) == 1
    assert 0 < half.sum() < len(half)


def test_columns_beside_come_in_the_order_of_the_rows(data: Data, paths: Paths) -> None:
    rows = load(data, paths, "valid")["valid"]
    beside = others(paths, "valid", ["name"])
    assert list(beside.index) == list(rows.index)
    assert beside["name"].nunique() == len(rows)


def test_a_run_of_other_data_is_refused() -> None:
    manifest = {"inputs": {"data": {"a": "1", "b": "2"}}}
    same_data(manifest, {"a": "1", "b": "2"}, "run")
    for now in ({"a": "1", "b": "3"}, {"a": "1"}):
        with pytest.raises(RunError, match="another version of b"):
            same_data(manifest, now, "run")
