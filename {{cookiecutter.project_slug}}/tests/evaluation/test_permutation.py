"""The permutation test keeps its level and finds real differences; the front holds the unbeaten."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from project.evaluation.between import differences
from project.evaluation.metrics import CLASSIFICATION, REGRESSION, Predictions
from project.evaluation.pareto import front
from project.evaluation.permutation import paired_permutation


def regressions(seed: int, rows: int, noise: tuple[float, ...]) -> list[Predictions]:
    """Return predictions of the same rows, of some noise each."""
    draw = np.random.default_rng(seed)
    truth = draw.normal(size=rows)
    return [Predictions(truth, truth + draw.normal(size=rows) * spread) for spread in noise]


def test_the_p_value_is_that_of_all_swaps() -> None:
    one, two = regressions(3, 10, (1.0, 1.6))
    mae = REGRESSION[:1]
    (found,) = paired_permutation(mae, one, [two], seed=0, swaps=20_000)
    ours, theirs = (mae[0].rows(p)[:, 0] for p in (one, two))
    gap = theirs - ours
    signs = 1 - 2 * ((np.arange(2**10)[:, None] >> np.arange(10)) & 1)
    exact = np.mean(np.abs(signs @ gap) >= abs(gap.sum()) - 1e-12)
    assert found["MAE"] == pytest.approx(exact, abs=0.015)


def test_equal_models_are_told_apart_as_often_as_the_level_says() -> None:
    p_values = []
    for seed in range(200):
        one, two = regressions(seed, 40, (1.0, 1.0))
        p_values.append(paired_permutation(REGRESSION, one, [two], seed=seed, swaps=199)[0])
    for name in ("MAE", "RMSE", "R2"):
        alarms = sum(found[name] <= 0.05 for found in p_values)
        assert stats.binom(200, 0.05).sf(alarms - 1) > 0.001, name
        assert stats.binom(200, 0.05).cdf(alarms) > 0.001, name


def test_a_better_model_is_found_in_every_metric() -> None:
    one, two = regressions(0, 200, (1.0, 0.5))
    assert set(paired_permutation(REGRESSION, one, [two], seed=0)[0].values()) == {1e-4}


def test_classes_are_swapped_with_their_probabilities() -> None:
    draw = np.random.default_rng(0)
    truth = draw.choice(["a", "b", "c"], size=150)
    classes = np.array(["a", "b", "c"])
    good = np.where((truth[:, None] == classes), 0.8, 0.1)
    poor = np.full((150, 3), 1 / 3)
    one = Predictions(truth, classes[good.argmax(axis=1)], good, classes)
    two = Predictions(truth, classes[poor.argmax(axis=1)], poor, classes)
    (found,) = paired_permutation(CLASSIFICATION, one, [two], seed=0, swaps=999)
    assert set(found.values()) == {1e-3}
    (same,) = paired_permutation(CLASSIFICATION, one, [one], seed=0, swaps=99)
    assert set(same.values()) == {1.0}


def test_p_values_are_corrected_for_all_that_is_tested_together() -> None:
    one, *others = regressions(1, 100, (1.0, 0.82, 1.0, 1.0))
    settings: dict[str, Any] = {"resamples": 100, "confidence": 0.95, "seed": 0}
    alone = differences(REGRESSION[:1], one, others[:1], **settings)[0]["MAE"]
    together = differences(REGRESSION, one, others, **settings)
    assert len(together) == 3
    assert together[0]["MAE"].estimate.value == pytest.approx(alone.estimate.value)
    assert together[0]["MAE"].p_value > alone.p_value


def test_the_front_holds_what_nothing_beats() -> None:
    values = np.array([[1.0, 5.0], [2.0, 2.0], [5.0, 1.0], [3.0, 3.0], [2.0, 3.0]])
    assert front(values).tolist() == [True, True, True, False, False]
    assert front(np.ones((3, 2))).tolist() == [True, True, True]
