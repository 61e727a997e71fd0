"""Coverage follows its exact law, and the sets are those of an independent library."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from project.config import Config
from project.evaluation.conformal import ALL, conform
from project.evaluation.distribution import empirical_crps, normal_crps, quantiles, transform
from project.evaluation.exact import covered, fewest, rank, smallest, upper_bound
from project.evaluation.metrics import Floats, Predictions

from .models import fruit

LABELS = np.array(["a", "b", "c"])


@pytest.fixture(scope="module")
def config() -> Config:
    return fruit("classification")


def at(coverage: float, config: Config) -> Config:
    conformal = replace(config.methods.conformal, coverage=coverage)
    return replace(config, methods=replace(config.methods, conformal=conformal))


def drawn(rows: int, draw: np.random.Generator) -> Predictions:
    """Probabilities that say something, and truths that follow others: a miscalibrated model."""
    proba = draw.dirichlet(np.ones(3), size=rows)
    odd = proba**0.5 / (proba**0.5).sum(axis=1, keepdims=True)
    y = LABELS[(draw.random((rows, 1)) > odd.cumsum(axis=1)).sum(axis=1)]
    return Predictions(y, LABELS[proba.argmax(axis=1)], proba, LABELS)


@pytest.mark.parametrize(("calibration", "rows", "k"), [(4, 3, 2), (4, 3, 4), (3, 4, 1), (5, 2, 3)])
def test_the_law_of_coverage_is_that_of_all_orders_of_the_scores(
    calibration: int, rows: int, k: int
) -> None:
    counts = np.zeros(rows + 1)
    for places in itertools.combinations(range(calibration + rows), calibration):
        counts[sum(place < places[k - 1] for place in range(calibration + rows)) - (k - 1)] += 1
    law = covered(calibration, k, rows)
    np.testing.assert_allclose(law.pmf, counts / counts.sum(), rtol=1e-10)


@pytest.mark.parametrize("coverage", [0.8, 0.9])
def test_coverage_over_resamples_follows_its_exact_law(coverage: float, config: Config) -> None:
    draw = np.random.default_rng(3)
    calibration, rows, resamples = 59, 40, 200
    law = covered(calibration, rank(calibration, coverage), rows)
    places, inside = [], 0
    for _ in range(resamples):
        found = conform(drawn(rows, draw), drawn(calibration, draw), [], at(coverage, config))
        whole = found.coverage[0]
        assert whole.of == ALL
        count = round(whole.found.value * rows)
        inside += whole.low <= whole.found.value <= whole.high
        # A discrete law is made even by spreading each count over its own step.
        places.append(law.cdf(count - 1) + draw.random() * law.pmf[count])
    assert stats.kstest(places, "uniform").pvalue > 0.01
    assert stats.binomtest(inside, resamples, 0.99, "less").pvalue > 0.001


def test_each_class_is_covered_by_its_own_threshold_as_exactly(config: Config) -> None:
    draw = np.random.default_rng(4)
    places: dict[str, list[float]] = {}
    for _ in range(200):
        made, calibration = drawn(60, draw), drawn(90, draw)
        found = conform(made, calibration, [], at(0.8, config))
        for one in found.coverage:
            if one.by == "a threshold for each class":
                law = covered(one.calibration, rank(one.calibration, 0.8), one.rows)
                count = round(one.found.value * one.rows)
                spread = law.cdf(count - 1) + draw.random() * law.pmf[count]
                places.setdefault(one.of, []).append(spread)
    assert sorted(places) == ["class a", "class b", "class c"]
    for name, values in places.items():
        assert stats.kstest(values, "uniform").pvalue > 0.01, name


def test_a_broken_promise_is_found(config: Config) -> None:
    draw = np.random.default_rng(5)
    made, calibration = drawn(400, draw), drawn(400, draw)
    # Truths of the judging rows have drifted away from what the model says.
    moved = replace(made, y_true=LABELS[made.proba.argmin(axis=1)])  # type: ignore[union-attr] # classes have probabilities
    whole = conform(moved, calibration, [], at(0.9, config)).coverage[0]
    assert whole.found.value < whole.low
    assert whole.p_value < 0.001
    assert conform(made, calibration, [], at(0.9, config)).coverage[0].p_value > 0.01


def test_too_few_calibration_rows_are_told(config: Config) -> None:
    draw = np.random.default_rng(6)
    assert [fewest(c) for c in (0.8, 0.9, 0.99)] == [4, 9, 99]
    for rows in (8, 9):
        found = conform(drawn(50, draw), drawn(rows, draw), [], at(0.9, config))
        assert (found.note == "") is (rows == 9)
        assert math.isinf(found.threshold) is (rows == 8)


def test_the_rank_is_the_smallest_that_keeps_the_promise() -> None:
    for rows in range(1, 200):
        for coverage in (0.5, 0.8, 0.9, 0.95):
            k = rank(rows, coverage)
            # The mean of the law is rows * k / (rows + 1), so one less would fall short.
            if k:
                assert k / (rows + 1) >= coverage - 1e-12
                assert (k - 1) / (rows + 1) < coverage
            else:
                assert rows / (rows + 1) < coverage


def test_the_upper_bound_of_a_share_is_that_of_an_exact_test() -> None:
    for errors, rows in ((0, 10), (3, 50), (7, 7), (1, 400)):
        exact = stats.binomtest(errors, rows, alternative="less").proportion_ci(0.95, "exact")
        assert upper_bound(errors, rows, 0.95) == pytest.approx(exact.high)


def test_a_two_sided_p_value_is_no_smaller_than_it_may_be() -> None:
    law = covered(30, 25, 20)
    low, high = law.interval(0.9)
    assert law.cdf(low - 1) <= 0.05 < law.cdf(low)
    assert law.cdf(high - 1) < 0.95 <= law.cdf(high) + 1e-12
    p_values = np.array([law.two_sided(count) for count in range(21)])
    for level in (0.01, 0.05, 0.2):
        assert law.pmf[p_values <= level].sum() <= level + 1e-12


def sequence(rows: int, step: float) -> Floats:
    """Spread numbers from 0 to 1 in a way that is the same anywhere."""
    return np.asarray((np.arange(1, rows + 1) * step) % 1.0)


def closed(rows: int, step: float, truth: np.ndarray) -> Predictions:
    first = sequence(rows, step)
    second = sequence(rows, step + 0.271828) * (1 - first)
    proba = np.column_stack([first, second, 1 - first - second])
    return Predictions(LABELS[truth], LABELS[proba.argmax(axis=1)], proba, LABELS)


def test_sets_and_intervals_are_those_of_crepes(config: Config) -> None:
    # crepes 0.9.1 on the same numbers: 0.8 confidence, without smoothing.
    sizes = [3, 3, 2, 3, 3, 2, 2, 3, 2, 3, 3, 1, 2, 3, 3, 2, 2, 3, 2, 3, 3, 3, 3]
    calibration = closed(37, 0.6180339887, (np.arange(37) * 5 // 2) % 3)
    made = closed(23, 0.4142135623, (np.arange(23) * 7 // 3) % 3)
    found = conform(made, calibration, [], at(0.8, config))
    assert made.proba is not None
    assert (1 - made.proba <= found.threshold).sum(axis=1).tolist() == sizes
    assert found.coverage[0].size == pytest.approx(np.mean(sizes))
    assert found.coverage[0].found.value == pytest.approx(0.8260869565217391)
    limits = np.array(list(found.by_class.values()))
    each = [3, 3, 2, 3, 2, 3, 2, 3, 2, 3, 3, 1, 3, 3, 3, 2, 2, 3, 2, 3, 3, 2, 3]
    assert (1 - made.proba <= limits).sum(axis=1).tolist() == each
    errors = sequence(41, 0.7320508) * 4 - 1
    quantity = Predictions(errors, np.zeros(41))
    interval = conform(quantity, quantity, [], at(0.8, config))
    assert interval.threshold == pytest.approx(2.2717216)


def test_places_in_the_conformal_distribution_are_even() -> None:
    draw = np.random.default_rng(7)
    firsts = [transform(draw.normal(size=1), draw.normal(size=12), draw)[0] for _ in range(2000)]
    assert stats.kstest(firsts, "uniform").pvalue > 0.01
    tied = [transform(np.zeros(1), np.zeros(12), draw)[0] for _ in range(2000)]
    assert stats.kstest(tied, "uniform").pvalue > 0.01


def test_quantiles_of_exchangeable_errors_raise_few_false_alarms_and_shifted_ones_do() -> None:
    draw = np.random.default_rng(8)
    alarms = sum(
        min(q.p_value for q in quantiles(draw.normal(size=80), draw.normal(size=100), 0.99)) < 0.05
        for _ in range(200)
    )
    assert stats.binomtest(alarms, 200, 0.05, "greater").pvalue > 0.001
    shifted = quantiles(draw.normal(1.0, size=80), draw.normal(size=100), 0.99)
    assert min(q.p_value for q in shifted) < 0.001


def test_scores_of_distributions_agree_with_numerical_integration() -> None:
    calibration, errors = sequence(9, 0.618) * 4 - 2, np.array([-3.0, -0.4, 0.1, 2.5])
    grid = np.linspace(-12, 12, 240_001)
    step = grid[1] - grid[0]
    whole = (np.searchsorted(np.sort(calibration), grid, side="right") / 9).astype(float)
    for at_, error in enumerate(errors):
        truth = (grid >= error).astype(float)
        exact = ((whole - truth) ** 2).sum() * step
        assert empirical_crps(errors, calibration)[at_] == pytest.approx(exact, abs=2e-4)
        normal = ((stats.norm.cdf(grid / 1.5) - truth) ** 2).sum() * step
        assert normal_crps(errors, 1.5)[at_] == pytest.approx(normal, abs=2e-4)
    assert smallest(calibration, 2) == np.sort(calibration)[1]
