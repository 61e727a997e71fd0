"""The tests of distributions keep what they promise: few false alarms, intervals that cover."""

import math

import numpy as np
import pytest
from scipy import stats

from project.evaluation.shares import categories
from project.evaluation.shift import LEVEL, TwoSampleTest, judge, missing, numbers

ROUNDS = 200
# More false alarms, or misses of an interval, would occur once in a thousand.
MOST = int(stats.binom.ppf(0.999, ROUNDS, 0.05))


def counts(values: np.ndarray) -> dict[str, int]:
    names, numbers_ = np.unique(values, return_counts=True)
    return dict(zip(names.tolist(), numbers_.tolist(), strict=True))


def comparison(draw: np.random.Generator, sizes: tuple[int, int]) -> list[TwoSampleTest]:
    """Compare two samples of one table: smooth, tied and rare values, and missing cells."""
    tests = [
        numbers(f"smooth {column}", *(draw.normal(size=n) for n in sizes)) for column in range(3)
    ]
    tests.append(numbers("tied", *(draw.integers(0, 4, n).astype(float) for n in sizes)))
    shares = [0.5, 0.3, 0.15, 0.03, 0.01, 0.01]
    for column in range(2):
        samples = [counts(draw.choice(list("abcdef"), n, p=shares)) for n in sizes]
        tests.append(categories(f"category {column}", *samples))
    old, new = ((int(draw.binomial(n, 0.03)), n) for n in sizes)
    tests.append(missing("gaps", old, new))
    return tests


@pytest.mark.parametrize("sizes", [(300, 200), (2000, 40), (30, 30)])
def test_tables_without_a_shift_seldom_raise_an_alarm(sizes: tuple[int, int]) -> None:
    draw = np.random.default_rng(1)
    alarms = sum(
        any(shift.shifted for shift in judge(comparison(draw, sizes))) for _ in range(ROUNDS)
    )
    assert alarms <= MOST


def test_uncorrected_p_values_would_raise_far_more_alarms() -> None:
    draw = np.random.default_rng(1)
    alarms = sum(
        any(test.p_value < LEVEL for test in comparison(draw, (300, 200))) for _ in range(ROUNDS)
    )
    assert alarms > MOST


def test_the_intervals_cover_the_true_effects() -> None:
    draw = np.random.default_rng(2)
    # The largest gap between the cumulative shares of N(0, 1) and N(1, 1).
    gap = float(stats.norm.cdf(0.5) - stats.norm.cdf(-0.5))
    old, new = np.array([0.5, 0.3, 0.2]), np.array([0.3, 0.3, 0.4])
    misses = {"numbers": 0, "categories": 0, "missing": 0}
    for _ in range(ROUNDS):
        number = numbers("x", draw.normal(size=200), draw.normal(1, size=300))
        misses["numbers"] += not number.low <= gap <= number.high
        category = categories(
            "x", *(counts(draw.choice(list("abc"), 250, p=shares)) for shares in (old, new))
        )
        misses["categories"] += not category.low <= 0.2 <= category.high
        gaps = missing("x", (int(draw.binomial(300, 0.1)), 300), (int(draw.binomial(80, 0.3)), 80))
        misses["missing"] += not gaps.low <= 0.2 <= gaps.high
    assert max(misses.values()) <= MOST


def test_shifts_are_found_and_told_by_their_size() -> None:
    draw = np.random.default_rng(3)
    old = draw.normal(size=20_000)
    far, near, same = old + 1, old + 0.1, draw.normal(size=20_000)
    names = ["far", "near", "same", "few"]
    tests = [numbers(n, old, new) for n, new in zip(names, [far, near, same, far[:3]], strict=True)]
    verdicts = [shift.verdict for shift in judge(tests)]
    assert verdicts == ["shifted", "shifted slightly", "alike", "too little data to tell"]
    assert tests[0].effect == pytest.approx(0.38, abs=0.02)
    assert tests[0].of == "median"
    assert float(tests[0].after) - float(tests[0].before) == pytest.approx(1.0, abs=0.01)


def test_the_category_that_changed_most_is_named() -> None:
    test = categories("x", {"a": 500, "b": 500}, {"a": 300, "b": 600, "c": 100})
    assert (test.of, test.before, test.after) == ("a", "50.0%", "30.0%")
    assert test.effect == pytest.approx(0.2)


def test_values_that_stand_once_are_not_tested() -> None:
    old, new = ({f"{part} {i}": 1 for i in range(1000)} for part in ("old", "new"))
    (shift,) = judge([categories("name", old, new)])
    assert math.isnan(shift.test.p_value)
    assert shift.verdict == "too little data to tell"


def test_few_missing_cells_are_tested_exactly() -> None:
    assert missing("x", (0, 20), (3, 20)).method == "Fisher's exact"
    assert missing("x", (0, 20), (3, 20)).p_value == pytest.approx(0.2308, abs=1e-4)
    test = missing("x", (50, 1000), (100, 1000))
    assert test.method == "chi-squared"
    assert test.low == pytest.approx(0.027, abs=2e-3)
    assert test.high == pytest.approx(0.073, abs=2e-3)


@pytest.mark.parametrize("sizes", [(0, 0), (0, 10), (10, 0), (4, 1000)])
def test_nothing_to_compare_is_no_test(sizes: tuple[int, int]) -> None:
    old, new = sizes
    found = [
        numbers("x", np.zeros(old), np.ones(new)),
        categories("x", {"a": old}, {"b": new} if new else {}),
        missing("x", (0, old), (new, new)),
    ]
    assert all(math.isnan(test.p_value) for test in found)
    assert all(shift.verdict == "too little data to tell" for shift in judge(found))
