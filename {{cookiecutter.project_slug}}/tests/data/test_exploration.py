"""What the profile page tells of a table is what the table holds."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from project.data import profile
from project.data.association import Verdict
from project.data.config import Data, Task
from project.data.description import (
    BARS,
    CATEGORIES,
    describe,
    split_by_class,
    split_by_quantity,
)
from project.data.exploration import Exploration, explore
from project.data.schema import load_schema
from project.paths import Paths

NUMBERS = st.lists(
    st.one_of(st.none(), st.integers(-5, 30), st.floats(-1e9, 1e9)), min_size=1, max_size=80
)


@pytest.fixture
def found(data: Data, paths: Paths) -> Exploration:
    """The exploration of the tiny table."""
    return explore(data, load_schema(paths.schema), paths)


def test_the_target_comes_first_and_then_the_strongest(found: Exploration, task: str) -> None:
    names = [column.name for column in found.columns]
    assert names[0] == found.data.target
    values = [column.association.value for column in found.associated if column.association]
    assert values == sorted(values, reverse=True)
    # Size decides both; the name of each row, that differs everywhere, says nothing.
    by_name = {column.name: column for column in found.columns}
    size = by_name["size"].association
    assert size is not None
    assert size.verdict is Verdict.there
    assert by_name["name"].association is None
    assert found.classes == (["apple", "plum"] if task == "classification" else [])


def test_rows_are_counted_in_the_whole_table(data: Data, paths: Paths) -> None:
    rows = pq.read_table(paths.validated)
    pq.write_table(rows.take([*range(rows.num_rows), 3, 3]), paths.validated)
    found = explore(data, load_schema(paths.schema), paths)
    assert (found.rows, found.repeated) == (202, 2)
    assert found.size == (paths.root / data.source).stat().st_size
    assert found.sampled == 202


def test_a_long_table_is_sampled(data: Data, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile, "SAMPLE", 30)
    found = explore(data, load_schema(paths.schema), paths)
    assert found.rows == 200
    assert found.sampled == 50


def test_drift_since_the_schema_was_made_is_told(data: Data, paths: Paths) -> None:
    rows = pq.read_table(paths.validated).to_pandas()
    before = profile.profile(rows.assign(colour="grey"))
    profile.save(before, paths.profile)
    found = explore(data, load_schema(paths.schema), paths)
    assert [shift.column for shift in found.drifted] == ["colour"]
    assert found.drifted[0].effect > 0.5


def test_what_goes_with_the_target_is_split_by_it(found: Exploration) -> None:
    by_name = {column.name: column.description for column in found.columns}
    colour = {bar.name: bar.parts for bar in by_name["colour"].bars}
    if found.data.task is Task.classification:
        assert [name for name, _ in by_name["size"].classes] == ["apple", "plum"]
        assert colour["blue"] == [0, 1]
        assert colour["red"] == [1, 0]
    else:
        medians = [parts[1] for _, parts in by_name["size"].steps]
        assert medians == sorted(medians)
        assert colour["red"][1] > colour["blue"][1]
    assert not by_name[found.data.target].classes
    assert not by_name[found.data.target].steps


@given(cells=NUMBERS)
def test_every_quantity_has_a_shape_of_all_its_rows(cells: list[float | None]) -> None:
    column = pd.Series(cells, dtype=float)
    described = describe(column)
    filled = column.dropna()
    assert described.distinct == filled.nunique()
    assert described.missing == pytest.approx(column.isna().mean())
    if len(filled):
        assert described.shape is not None
        assert described.figures == sorted(described.figures)
        assert 1 <= len(described.shape.heights) <= BARS
        assert max(described.shape.heights) == 1
        if not described.shape.cut:
            assert described.shape.low <= filled.min() <= filled.max() <= described.shape.high


def test_a_far_outlier_does_not_squeeze_the_shape() -> None:
    column = pd.Series([*np.linspace(0, 1, 999), 1e6])
    shape = describe(column).shape
    assert shape is not None
    assert shape.cut
    assert shape.high < 2
    assert min(shape.heights) > 0.5


def test_times_are_told_as_times() -> None:
    described = describe(pd.Series(pd.date_range("2020-01-01", periods=100)))
    assert described.time
    assert described.figures[0] == 1577836800


def test_many_categories_end_in_one_bar() -> None:
    column = pd.Series([f"c{i % 30:02}" for i in range(300)])
    bars = describe(column).bars
    assert len(bars) == CATEGORIES + 1
    assert bars[-1].name == "20 others"
    assert sum(bar.share for bar in bars) == pytest.approx(1)
    goal = pd.Series(np.where(column < "c10", "a", "b"))
    described = describe(column)
    split_by_class(described, column, goal)
    assert [bar.parts for bar in described.bars[:2]] == [[0, 1], [0, 1]]
    assert described.bars[-1].parts == [1, 0]


def test_steps_do_not_follow_from_the_order_of_rows() -> None:
    draw = np.random.default_rng(0)
    x, y = pd.Series(draw.integers(0, 4, 200).astype(float)), pd.Series(draw.normal(size=200))
    order = draw.permutation(200)
    one, other = describe(x), describe(x)
    split_by_quantity(one, x, y)
    split_by_quantity(other, x.iloc[order], y.iloc[order])
    assert one.steps == other.steps
    assert len(one.steps) == 4
