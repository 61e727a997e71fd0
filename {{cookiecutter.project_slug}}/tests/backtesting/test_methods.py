"""The methods of a backtest against other ways to the same figures."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from project.backtesting.config import Backtest
from project.backtesting.drift import turning
from project.backtesting.finding import FAMILIES, corrected
from project.backtesting.periods import periods
from project.backtesting.permuting import two_sample
from project.backtesting.units import unit_of
from project.errors import ConfigError
from project.evaluation.metrics import CLASSIFICATION, REGRESSION, Predictions


def hourly(rows: int, hours: float = 1.0) -> pd.DatetimeIndex:
    return pd.date_range("2026-01-01", periods=rows, freq=pd.Timedelta(hours=hours))


def settings(period: str, min_rows: int = 50) -> Backtest:
    return Backtest(level=0.01, period=period, min_rows=min_rows, most_rows=5000, tolerance=1e-12)


@pytest.mark.parametrize(
    ("period", "hours", "first", "count"),
    [
        ("day", 1, "2026-01-01", 25),
        ("week", 1, "week of 2025-12-29", 4),
        ("month", 24, "2026-01", 20),
        ("200", 1, "1: 2026-01-01", 3),
        ("auto", 0.25, "2026-01-01", 7),
        ("auto", 2, "week of 2025-12-29", 8),
        ("auto", 10, "2026-01", 9),
        ("auto", 0.0001, "1: 2026-01-01", 6),
    ],
)
def test_periods_hold_every_row_once(period: str, hours: float, first: str, count: int) -> None:
    found = periods(hourly(600, hours), settings(period))
    assert found[0].name == first
    assert len(found) == count
    np.testing.assert_array_equal(np.concatenate([one.places for one in found]), np.arange(600))


@pytest.mark.parametrize(
    ("batches", "sizes"), [([600], [600]), ([20, 300, 280], [20, 300, 280]), ([500, 1] * 4, [501])]
)
def test_rows_that_were_answered_at_once_stay_in_one_period(
    batches: list[int], sizes: list[int]
) -> None:
    time = hourly(len(batches), 0.001).repeat(batches)
    found = periods(time, settings("auto"))
    assert [len(one.places) for one in found][: len(sizes)] == sizes
    assert all(one.end < two.start for one, two in pairwise(found))
    np.testing.assert_array_equal(np.concatenate([one.places for one in found]), range(len(time)))


def test_more_periods_than_can_be_looked_at_are_refused() -> None:
    with pytest.raises(ConfigError, match="period=day makes 200 periods"):
        periods(hourly(200, 24), settings("day"))


def test_the_families_share_the_level_and_what_was_not_tested_costs_nothing() -> None:
    found = corrected([0.001, float("nan"), 0.5])
    assert found[0] == pytest.approx(0.001 * 2 * len(FAMILIES))
    assert np.isnan(found[1])
    assert found[2] == 1.0


def test_the_permutation_test_of_accuracy_is_fishers_exact_test() -> None:
    draw = np.random.default_rng(0)
    truth = np.repeat(["a", "b"], 60)
    old = Predictions(
        truth,
        np.where(draw.random(120) < 0.1, "a", truth),
        np.eye(2)[[0, 1] * 60],
        np.array(["a", "b"]),
    )
    new = Predictions(
        truth,
        np.where(draw.random(120) < 0.45, "a", truth),
        np.eye(2)[[0, 1] * 60],
        np.array(["a", "b"]),
    )
    wrong = [int((one.y_true != one.y_pred).sum()) for one in (old, new)]
    exact = stats.fisher_exact([[wrong[0], 120 - wrong[0]], [wrong[1], 120 - wrong[1]]]).pvalue
    (p, *_) = two_sample(CLASSIFICATION, old, new, 100_000, 1)
    assert exact < 0.01
    assert p == pytest.approx(exact, abs=4 * np.sqrt(exact / 100_000))


def test_the_permutation_test_holds_its_level_with_skewed_errors_and_has_power() -> None:
    draw, rounds = np.random.default_rng(2), 200
    low = high = 0
    for seed in range(rounds):
        old, new, worse = (
            Predictions(np.zeros(n), draw.lognormal(m, 1.5, n))
            for n, m in ((300, 0), (40, 0), (40, 1.5))
        )
        low += two_sample(REGRESSION, old, new, 999, seed)[0] < 0.05
        high += two_sample(REGRESSION, old, worse, 999, seed)[0] < 0.05
    assert stats.binom.ppf(0.001, rounds, 0.05) <= low <= stats.binom.ppf(0.999, rounds, 0.05)
    assert high > 0.8 * rounds


def test_the_place_of_a_change_is_found() -> None:
    draw = np.random.default_rng(3)
    found = [
        turning(np.concatenate([draw.normal(size=300), draw.normal(2, size=200)]))
        for _ in range(20)
    ]
    assert abs(np.median(found) - 300) <= 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x: x * 1000, "times 1000"),
        (lambda x: x / 2.54, "inches for centimetres"),
        (lambda x: 1.8 * x + 32, "Fahrenheit for Celsius"),
        (lambda x: -x, "with the opposite sign"),
    ],
)
def test_units_are_told_and_a_mere_shift_is_not_taken_for_one(change, words: str) -> None:  # type: ignore[no-untyped-def]
    draw = np.random.default_rng(4)
    old, new = (pd.Series(draw.gamma(9, 2, size=n)) for n in (500, 400))
    later = np.arange(400) >= 250
    found = unit_of("x", old, new.where(~later, change(new)), hourly(400))
    assert found is not None
    assert found.words == words
    assert abs(found.row - 250) <= 3
    assert unit_of("x", old, new.where(~later, new + 12), hourly(400)) is None
    assert unit_of("x", old, new, hourly(400)) is None
