"""Slices: chance raises few alarms, and a planted bad slice is found and named."""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from project.config import Config
from project.evaluation.metrics import Predictions
from project.evaluation.slices import by_slice, max_statistic
from project.evaluation.slicing import Cut, Slice, cut

from ..conftest import table
from .models import fruit


def config(**settings: object) -> Config:
    found = fruit("classification")
    slices = replace(found.methods.slices, **settings)  # type: ignore[arg-type] # keys of several types
    return replace(found, methods=replace(found.methods, slices=slices))


def wrong(errors: np.ndarray) -> Predictions:
    """Predictions that are wrong where told."""
    true = np.full(len(errors), "apple")
    return Predictions(true, np.where(errors, "plum", true))


def test_chance_raises_as_few_alarms_as_the_level_says() -> None:
    draw = np.random.default_rng(20)
    settings = config(permutations=99)
    found = cut(table(300), settings)
    rounds, alarms = 150, 0
    for turn in range(rounds):
        loss = (draw.random(300) < 0.2).astype(float)
        p_values = max_statistic(loss, found.slices, replace(settings, seed=turn))[1]
        alarms += int(p_values.min() <= 0.05)
    # There are many slices, so that uncorrected tests would raise one nearly always.
    assert len(found.slices) > 15
    assert stats.binomtest(alarms, rounds, 0.05, "greater").pvalue > 0.001


def test_a_planted_bad_slice_is_named_first() -> None:
    draw = np.random.default_rng(21)
    rows = table(600)
    bad = (rows["colour"] == "green").to_numpy()
    found = by_slice(wrong(draw.random(600) < np.where(bad, 0.45, 0.1)), *cutting(rows))
    assert found.results[0].name == "colour = green"
    assert found.results[0].worse
    assert found.results[0].loss.low > found.results[0].rest


def test_a_planted_bad_pair_is_named_where_neither_column_alone_is_to_blame() -> None:
    draw = np.random.default_rng(22)
    one, two = draw.integers(0, 3, 900), draw.integers(0, 3, 900)
    rows = table(900).assign(colour=np.array(list("xyz"))[one], name=np.array(list("uvw"))[two])
    bad = (one == 1) & (two == 2)
    made = wrong(draw.random(900) < np.where(bad, 0.6, 0.1))
    found = by_slice(made, *cutting(rows, columns=["colour", "name"]))
    assert found.results[0].name == "colour = y and name = w"
    assert found.results[0].worse
    alone = by_slice(made, *cutting(rows, columns=["colour", "name"], pairs=False))
    assert found.tested > alone.tested


def cutting(rows: pd.DataFrame, **settings: object) -> tuple[Cut, Config]:
    with_settings = config(**settings)
    return cut(rows, with_settings), with_settings


def test_small_slices_are_counted_and_not_tested() -> None:
    rows = table(200)
    rows.loc[:9, "colour"] = "violet"
    found = cut(rows, config(pairs=False, columns=["colour"], min_rows=30))
    assert "colour = violet" not in {one.name for one in found.slices}
    named = cut(rows, config(pairs=False, columns=["colour"], named=[{"colour": "violet"}]))
    # Violet and the few cells that are missing; who names violet has named no third slice.
    assert (found.too_small, named.too_small) == (2, 2)


def test_missing_cells_are_a_slice_and_ranges_hold_all_other_rows() -> None:
    rows = table(900)
    found = cut(rows, config(pairs=False, columns=["size"], min_rows=5))
    assert found.slices[-1].name == "size (missing)"
    np.testing.assert_array_equal(
        np.sum([one.mask for one in found.slices], axis=0), np.ones(len(rows))
    )


def test_deviations_are_those_of_a_plain_computation() -> None:
    draw = np.random.default_rng(23)
    loss, mask = draw.random(50), draw.random(50) < 0.4
    found, _ = max_statistic(loss, [Slice("one", mask)], config())
    n, m = 50, mask.sum()
    exact = np.sqrt(loss.var(ddof=1) / m * (1 - m / n))
    assert np.isclose(found[0], (loss[mask].mean() - loss.mean()) / exact)
