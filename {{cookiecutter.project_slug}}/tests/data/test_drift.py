"""Drift is found where there is some, and false alarms are as rare as is said."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

from project.data.drift import LEVEL, drifted
from project.data.profile import ColumnProfile, Profile, alike, profile
from project.evaluation.multiple import holm

DRAW = np.random.default_rng


def table(seed: int, rows: int, columns: int = 20, shift: float = 0.0) -> pd.DataFrame:
    """Draw quantities and categories; the first of each can be shifted."""
    draw = DRAW(seed)
    frame = pd.DataFrame(
        draw.normal(size=(rows, columns)), columns=[f"x{i}" for i in range(columns)]
    )
    for i in range(columns // 2):
        frame[f"x{2 * i + 1}"] = draw.choice(list("abcd"), rows, p=[0.4, 0.3, 0.2, 0.1])
    frame["x0"] += shift
    if shift:
        frame["x1"] = draw.choice(list("abcd"), rows, p=[0.1, 0.2, 0.3, 0.4])
    return frame


def most_alarms(tables: int) -> float:
    """Return how many of some tables may raise a false alarm, give or take three deviations."""
    return tables * LEVEL + 3 * math.sqrt(tables * LEVEL * (1 - LEVEL))


def test_false_alarms_are_as_rare_as_the_level() -> None:
    draw, tables, rows, shares = DRAW(0), 1000, 400, [0.4, 0.3, 0.2, 0.06, 0.04]
    alarms = 0
    for _ in range(tables):
        counts = draw.multinomial(rows, shares, size=(2, 20)) / rows
        before, after = (
            Profile(
                rows, {f"c{i}": ColumnProfile(list("abc"), of.tolist()) for i, of in enumerate(t)}
            )
            for t in counts
        )
        alarms += bool(drifted(before, after))
    # Of twenty columns each: without a correction it would be one table in five.
    assert alarms <= most_alarms(tables)


def test_false_alarms_are_no_commoner_for_quantities() -> None:
    alarms = 0
    for seed in range(60):
        before = profile(table(seed, 150))
        alarms += bool(drifted(before, alike(table(10_000 + seed, 150), before)))
    assert alarms <= most_alarms(60)


def test_a_real_drift_is_found_and_nothing_else_is() -> None:
    found = 0
    for seed in range(20):
        before = profile(table(seed, 300))
        shifts = drifted(before, alike(table(500 + seed, 300, shift=1.0), before))
        found += [shift.column for shift in shifts] == ["x0", "x1"]
    assert found >= 19


def test_missing_cells_and_new_categories_are_drift_too() -> None:
    before = profile(pd.DataFrame({"x": DRAW(0).normal(size=500), "c": ["a", "b"] * 250}))
    after = pd.DataFrame({"x": DRAW(1).normal(size=500), "c": ["a", "b"] * 250})
    after.loc[::3, "x"] = np.nan
    after.loc[::4, "c"] = "new"
    assert [shift.column for shift in drifted(before, alike(after, before))] == ["x", "c"]


def test_a_sure_difference_that_is_too_small_to_matter_is_not_told() -> None:
    before = profile(pd.DataFrame({"c": ["a"] * 50_000 + ["b"] * 50_000}))
    after = pd.DataFrame({"c": ["a"] * 51_000 + ["b"] * 49_000})
    assert drifted(before, alike(after, before)) == []


def test_the_statistic_is_that_of_chi_squared() -> None:
    before, after = ["a"] * 60 + ["b"] * 90 + ["c"] * 50, ["a"] * 120 + ["b"] * 70 + ["c"] * 110
    known = profile(pd.DataFrame({"x": before}))
    (shift,) = drifted(known, alike(pd.DataFrame({"x": after}), known))
    counts = np.array([[60, 90, 50], [120, 70, 110]])
    expected = chi2_contingency(counts, correction=False)
    assert shift.p_value == pytest.approx(expected.pvalue)
    assert shift.effect == pytest.approx((expected.statistic / counts.sum()) ** 0.5)
    assert str(shift).startswith("column 'x' has drifted (Cramér's V 0.")


@pytest.mark.parametrize("rows", [1, 3, 8])
def test_a_few_rows_are_never_drift(rows: int) -> None:
    before = profile(pd.DataFrame({"x": np.arange(float(rows)), "c": ["a"] * rows}))
    after = pd.DataFrame({"x": np.arange(float(rows)) + 100, "c": ["b"] * rows})
    assert drifted(before, alike(after, before)) == []


@pytest.mark.parametrize(
    ("given", "corrected"),
    [
        ([], []),
        ([0.02], [0.02]),
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.5, 0.9, 0.001], [1.0, 1.0, 0.003]),
    ],
)
def test_holm_corrects_step_by_step(given: list[float], corrected: list[float]) -> None:
    assert holm(given) == pytest.approx(corrected)
