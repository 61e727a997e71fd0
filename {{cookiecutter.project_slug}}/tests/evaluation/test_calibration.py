"""The tests of calibration keep their size, find what is wrong, and agree with plain sums."""

import math

import numpy as np
import pytest
from scipy import stats

from project.evaluation.calibration import as_large, resampling, spiegelhalter
from project.evaluation.calibrators import BEFORE, CALIBRATORS, judge
from project.evaluation.metrics import Floats

from .models import fruit, subject

ROUNDS, ROWS = 300, 150


def logits(draw: np.random.Generator, rows: int = ROWS) -> Floats:
    return np.sort(draw.normal(0.0, 1.5, size=rows))


def sigmoid(x: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-x)))


def alarms(sharpened: float, level: float) -> tuple[int, int]:
    """Count rejections by both tests, of probabilities whose log odds are sharpened."""
    draw = np.random.default_rng(11)
    found = [0, 0]
    for _ in range(ROUNDS):
        x = logits(draw)
        true = (draw.random(ROWS) < sigmoid(x)).astype(float)
        said = sigmoid(sharpened * x)
        error, null = resampling(said, true, 10, 99, draw)
        found[0] += int(as_large(error, null) <= level)
        found[1] += int(spiegelhalter(said, true) <= level)
    return found[0], found[1]


def test_exact_probabilities_are_rejected_as_often_as_the_level_says() -> None:
    for count in alarms(1.0, 0.05):
        assert stats.binomtest(count, ROUNDS, 0.05).pvalue > 0.001


def test_overconfident_probabilities_are_found() -> None:
    for count in alarms(2.5, 0.05):
        assert count > 0.8 * ROUNDS


def test_the_calibration_error_is_the_plain_sum_over_bins() -> None:
    draw = np.random.default_rng(12)
    said = np.sort(draw.random(47))
    true = (draw.random(47) < 0.5).astype(float)
    plain = sum(
        len(part) / 47 * abs(said[part].mean() - true[part].mean())
        for part in np.array_split(np.arange(47), 6)
    )
    assert resampling(said, true, 6, 10, draw)[0] == pytest.approx(plain)


def test_spiegelhalter_agrees_with_a_sum_by_hand() -> None:
    # (y - p)(1 - 2p): -0.16, 0.12 and -0.04; variance .36*.16 + .04*.24 + .64*.09 = 0.1248
    p_value = spiegelhalter(np.array([0.2, 0.6, 0.9]), np.array([0.0, 0.0, 1.0]))
    z = (-0.2 * 0.6 - 0.6 * -0.2 + 0.1 * -0.8) / math.sqrt(0.1248)
    assert p_value == pytest.approx(2 * (1 - stats.norm.cdf(abs(z))))
    assert math.isnan(spiegelhalter(np.array([0.0, 1.0]), np.array([0.0, 1.0])))


def test_calibrators_mend_an_overconfident_model_and_are_judged_on_other_rows() -> None:
    config = fruit("classification", "model.classification.C=1e6")
    given, table = subject(config, 3000)
    # Probabilities that are too sure: the coefficients of a good model, three times as large.
    given.pipeline["model"].coef_ *= 3
    given.pipeline["model"].intercept_ *= 3
    found, why = judge(table.rows, given.pipeline, given.calibration, config)
    assert why == ""
    assert [one.name for one in found] == [BEFORE, *CALIBRATORS]
    before, *after = found
    assert before.spiegelhalter_p < 0.01
    for one in after[:2]:
        assert one.spiegelhalter_p > 0.01, one.name
        assert one.scores["log loss"].value < before.scores["log loss"].value


def test_too_few_rows_of_a_class_are_told_by_its_name() -> None:
    config = fruit("classification")
    given, table = subject(config)
    scarce = given.calibration[given.calibration["kind"] == "apple"]
    found, why = judge(table.rows, given.pipeline, scarce, config)
    assert [one.name for one in found] == [BEFORE]
    assert "class 'plum' has 0 calibration rows" in why
