"""The threshold keeps its promise, and the curve is what plain sums say."""

import numpy as np
import pytest
from scipy import stats

from project.evaluation.confidence import abstain, choose, thresholds
from project.evaluation.metrics import Floats, Predictions

from .models import fruit

LABELS = np.array(["no", "yes"])
RISK, SURETY = 0.1, 0.9


def right(sure: Floats) -> Floats:
    """How often a decision of this confidence is right: less than it says."""
    return np.asarray(0.55 + 0.9 * (sure - 0.5) * sure)


def drawn(rows: int, draw: np.random.Generator) -> Predictions:
    sure = 0.5 + 0.5 * draw.random(rows)
    hit = draw.random(rows) < right(sure)
    proba = np.column_stack([1 - sure, sure])
    return Predictions(np.where(hit, "yes", "no"), np.full(rows, "yes"), proba, LABELS)


def true_risk(threshold: float) -> float:
    grid = np.linspace(threshold, 1.0, 2001)
    return float(1 - right(grid).mean())


@pytest.mark.parametrize("rows", [200, 800])
def test_the_risk_is_above_the_promise_no_more_often_than_said(rows: int) -> None:
    draw = np.random.default_rng(30)
    rounds, broken, some = 400, 0, 0
    for _ in range(rounds):
        made = drawn(rows, draw)
        sure, wrong = made.proba.max(axis=1), (made.y_true != "yes").astype(float)  # type: ignore[union-attr] # classes have probabilities
        fresh = 0.5 + 0.5 * draw.random(200)
        grid = thresholds(fresh, rows, RISK, SURETY, 20)
        threshold, bound = choose(grid, sure, wrong, RISK, SURETY)
        if not np.isnan(threshold):
            some += 1
            assert bound <= RISK
            broken += true_risk(threshold) > RISK
    assert stats.binomtest(broken, rounds, 1 - SURETY, "greater").pvalue > 0.001
    # It must not keep its promise by never giving a threshold.
    assert some > rounds * (0.7 if rows == 800 else 0.15)


def test_the_curve_agrees_with_plain_sums() -> None:
    config = fruit("classification")
    made = drawn(80, np.random.default_rng(31))
    found = abstain(made, drawn(300, np.random.default_rng(32)), config)
    wrong = (made.y_true != "yes")[np.argsort(-made.proba.max(axis=1))]  # type: ignore[union-attr] # classes have probabilities
    risks = wrong.cumsum() / np.arange(1, 81)
    for share, risk in zip(found.shares, found.risks, strict=True):
        assert risk.value == pytest.approx(risks[round(share * 80) - 1])
        assert risk.low <= risk.value <= risk.high
    assert found.area.value == pytest.approx(risks.mean())
    assert found.area_if_random == pytest.approx(wrong.mean())


def test_the_interval_of_the_area_covers_where_the_least_sure_alone_err() -> None:
    config = fruit("classification", "evaluation.resamples=300")

    def stepped(draw: np.random.Generator, rows: int) -> Predictions:
        sure = 0.5 + 0.5 * draw.random(rows)
        hit = (sure > 0.6) | (draw.random(rows) < 0.5)
        proba = np.column_stack([1 - sure, sure])
        return Predictions(np.where(hit, "yes", "no"), np.full(rows, "yes"), proba, LABELS)

    # Half of the least sure fifth are wrong: the mean over all shares of (1 - 0.8 / share) / 2.
    truth = (0.2 + 0.8 * np.log(0.8)) / 2
    draw, hits, rounds = np.random.default_rng(34), 0, 300
    calibration = stepped(draw, 50)
    for _ in range(rounds):
        area = abstain(stepped(draw, 300), calibration, config).area
        hits += area.low <= truth <= area.high
    assert hits / rounds > 0.89


def test_a_risk_that_can_not_be_shown_is_told() -> None:
    config = fruit("classification", "methods.confidence.risk=0.001")
    draw = np.random.default_rng(33)
    found = abstain(drawn(80, draw), drawn(80, draw), config)
    assert np.isnan(found.threshold)
    assert "no threshold is known to hold a risk of 0.1%" in found.note
    assert found.decided.value == 0.0
