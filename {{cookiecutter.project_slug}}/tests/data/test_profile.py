"""A sample is even, bounded and the same whatever the batches; a profile adds up to one."""

from pathlib import Path
from string import ascii_lowercase

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from project.data.profile import SAMPLE, Profile, Sample, alike, load, profile, save

SIZES = st.lists(st.integers(0, 40), max_size=30)
SMALL = 16


def sample_of(sizes: list[int]) -> Sample:
    """Let batches of some sizes go by."""
    sample, done = Sample(), 0
    for size in sizes:
        sample.add(pd.DataFrame({"a": np.arange(done, done + size)}))
        done += size
    return sample


@given(SIZES)
def test_a_sample_is_even_bounded_and_independent_of_batches(sizes: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("project.data.profile.SAMPLE", SMALL)
        total = sum(sizes)
        kept = sample_of(sizes)
        rows = kept.frame()["a"].tolist() if sizes else []
        assert len(rows) <= 2 * SMALL
        assert len(rows) >= min(total, SMALL)
        # Every k-th row from the first on, where k is a power of two.
        step = rows[1] - rows[0] if len(rows) > 1 else 1
        assert rows == list(range(0, total, step))
        assert step & (step - 1) == 0
        assert rows == (sample_of([total]).frame()["a"].tolist() if total else [])


def test_a_small_table_is_kept_whole() -> None:
    assert len(sample_of([SAMPLE, SAMPLE]).frame()) == 2 * SAMPLE
    assert len(sample_of([SAMPLE, SAMPLE, 1]).frame()) == SAMPLE + 1


CELLS = st.none() | st.floats(allow_nan=False)


@given(st.lists(st.tuples(CELLS, st.none() | st.sampled_from("abc")), min_size=1, max_size=60))
def test_shares_add_up_to_one_and_fit_the_same_table(
    rows: list[tuple[float | None, str | None]],
) -> None:
    frame = pd.DataFrame(rows, columns=["x", "c"]).astype({"x": float, "c": "str"})
    found = profile(frame)
    for name, column in found.columns.items():
        assert sum(column.shares) == pytest.approx(1)
        assert len(column.shares) == len(column.bins) + 2
        assert column.shares[-1] == pytest.approx(frame[name].isna().mean())
    assert alike(frame, found) == found


def test_a_profile_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "x": [1.5, np.nan, 3, 4],
            "c": ["a", "b", "a", None],
            "t": pd.Series(
                ["2026-01-01", None, "2026-01-03", "2026-01-04"], dtype="datetime64[us]"
            ),
            "none": [None] * 4,
        }
    )
    found = profile(frame)
    save(found, tmp_path / "profile.json")
    assert load(tmp_path / "profile.json") == found


def test_a_quantity_is_cut_into_tenths() -> None:
    column = profile(pd.DataFrame({"x": np.arange(1000.0)})).columns["x"]
    assert column.shares == pytest.approx([0.1] * 10 + [0, 0])


def test_the_commonest_categories_have_a_bin_each_and_ties_go_by_name() -> None:
    cells = [name for name in reversed(ascii_lowercase) for _ in range(2)] + ["z"]
    bins = profile(pd.DataFrame({"c": cells})).columns["c"].bins
    assert bins == list("zabcdefghijklmnopqrs")


def test_columns_that_are_new_gone_or_of_another_type_are_left_out() -> None:
    before = profile(
        pd.DataFrame({"x": [1.0, 2], "gone": [1, 2], "c": ["1", "2"], "e": [None] * 2})
    )
    after = alike(pd.DataFrame({"x": ["1", "2"], "new": [1, 2], "c": [1, 2], "e": [1, 2]}), before)
    assert set(after.columns) == {"e"}
    assert isinstance(after, Profile)
