"""The power law finds planted parameters, is as sure as it says, and knows when it can't tell."""

import numpy as np
import pytest

from project.curves.measure import Scores, interval
from project.curves.outlook import check, continued, crossings, foretell, rows_for
from project.curves.power import doubt, fit, fitted, mix, spread
from project.data.config import Task
from project.evaluation.metrics import Floats, metrics_of

ROWS = np.geomspace(30, 800, 8).round()
SHARE = 0.25
ERROR = metrics_of(Task.regression)[0]  # MAE: a loss as it is


def noisy(draw: np.random.Generator, law: tuple[float, float, float], sd: float) -> Floats:
    """Return losses of ten folds that go together as Nadeau and Bengio assume; (sizes, folds)."""
    a, b, c = law
    shared = SHARE / (1 + SHARE)
    mean = a + b * ROWS**-c
    noise = []
    for _ in ROWS:
        together, alone = draw.normal(), draw.normal(size=10)
        noise.append(np.sqrt(shared) * together + np.sqrt(1 - shared) * alone)
    return np.asarray(mean[:, None] * (1 + sd * np.array(noise)))


def scores(losses: Floats) -> Scores:
    """Return scores that are losses."""
    return Scores(losses, losses, ROWS, SHARE, 80, 0)


@pytest.mark.parametrize("law", [(0.1, 2.0, 0.5), (0.0, 1.0, 0.3), (0.2, 5.0, 1.0)])
def test_a_curve_without_noise_gives_back_its_law(law: tuple[float, float, float]) -> None:
    a, b, c = law
    found = fit(ROWS, (a + b * ROWS**-c)[None], np.ones(len(ROWS)))
    assert found.c[0] == pytest.approx(c, rel=0.05)
    assert found.a[0] == pytest.approx(a, abs=0.01)
    assert found.at(1600)[0, 0] == pytest.approx(a + b * 1600**-c, rel=0.005)


def test_the_fit_is_that_of_scipy() -> None:
    from scipy.optimize import curve_fit

    losses = noisy(np.random.default_rng(5), (0.1, 2.0, 0.5), 0.03).mean(axis=1)
    theirs, _ = curve_fit(
        lambda n, a, b, c: a + b * n**-c, ROWS, losses, p0=[0.1, 1, 0.5], bounds=(0, [1, 50, 3])
    )
    ours = fit(ROWS, losses[None], np.ones(len(ROWS)))
    for found, expected in zip((ours.a[0], ours.b[0], ours.c[0]), theirs, strict=True):
        assert found == pytest.approx(expected, rel=0.1)


def test_intervals_cover_what_was_planted() -> None:
    draw, law = np.random.default_rng(0), (0.1, 2.0, 0.5)
    truth = {n: law[0] + law[1] * n ** -law[2] for n in (1600, 3200)}
    mixing, hits, rates, ends = mix(10, 200, 0), {1600: 0, 3200: 0}, [], 0
    for _ in range(200):
        losses = noisy(draw, law, 0.05)
        found = fitted(ROWS, losses, test_share=SHARE, mixing=mixing)
        rates.append(found.c[0])
        for n, value in truth.items():
            at = spread(found.at(n)[:, 0], 0.95)
            hits[n] += at.low <= value <= at.high
        end = interval(losses[-1], ERROR, test_share=SHARE, confidence=0.95)
        ends += end.low <= law[0] + law[1] * ROWS[-1] ** -law[2] <= end.high
    assert np.median(rates) == pytest.approx(0.5, abs=0.1)
    assert ends / 200 == pytest.approx(0.95, abs=0.05)
    for hit in hits.values():
        assert 0.90 <= hit / 200 <= 1.0


def test_a_flat_curve_is_too_little_to_tell() -> None:
    draw, mixing, alarms = np.random.default_rng(1), mix(10, 200, 0), 0
    for _ in range(100):
        losses = noisy(draw, (0.3, 0.0, 1.0), 0.1)
        law = fitted(ROWS, losses, test_share=SHARE, mixing=mixing)
        why = doubt(ROWS, losses, law, test_share=SHARE, mixing=mixing, confidence=0.95)
        alarms += not why
    assert alarms <= 7


def test_a_curve_that_is_no_power_law_is_not_continued() -> None:
    # As of trees that can't split few rows: flat at first, then a fall.
    mean = np.array([0.48, 0.51, 0.48, 0.48, 0.19, 0.15, 0.11, 0.1])
    noise = np.random.default_rng(6).normal(size=(8, 10)) * 0.02
    curve = continued(
        "m", scores(mean[:, None] + noise), ERROR, mixing=mix(10, 300, 0), confidence=0.95
    )
    assert curve.doubt in (
        "no power law runs through the curve",
        "its first half did not foretell its end",
    )


def test_curves_that_are_power_laws_are_mostly_continued() -> None:
    draw, mixing = np.random.default_rng(7), mix(10, 200, 0)
    curves = [
        continued(
            "m", scores(noisy(draw, (0.1, 2.0, 0.5), 0.03)), ERROR, mixing=mixing, confidence=0.95
        )
        for _ in range(60)
    ]
    assert sum(curve.told for curve in curves) >= 48


def test_the_rows_for_a_score_are_those_of_the_law_or_none() -> None:
    losses = noisy(np.random.default_rng(2), (0.1, 2.0, 0.5), 0.01)
    curve = continued("m", scores(losses), ERROR, mixing=mix(10, 300, 0), confidence=0.95)
    assert curve.told
    found = rows_for(curve, 0.13, ERROR, 0.95)
    assert found.low < (2.0 / 0.03) ** 2 < found.high
    assert found.value == pytest.approx((2.0 / 0.03) ** 2, rel=0.5)
    assert rows_for(curve, 0.02, ERROR, 0.95).low == np.inf
    at = foretell(curve, 1600, ERROR, 0.95)
    assert at.low < 0.15 < at.high
    early = check(curve, ERROR, mixing=mix(10, 300, 0), confidence=0.95)
    assert early is not None
    assert early.foretold.low < early.measured < early.foretold.high


def test_the_model_that_learns_on_overtakes_where_the_laws_cross() -> None:
    draw, mixing, told, right = np.random.default_rng(3), mix(10, 200, 0), 0, 0
    simple, rich = (0.30, 1.0, 1.0), (0.05, 2.8, 0.35)
    grid = np.geomspace(800, 100_000, 10_000)
    gap = 0.30 + 1 / grid - 0.05 - 2.8 * grid**-0.35
    true = grid[(gap > 0).argmax()]
    for _ in range(20):
        curves = [
            continued(n, scores(noisy(draw, law, 0.01)), ERROR, mixing=mixing, confidence=0.95)
            for n, law in (("rich", rich), ("simple", simple))
        ]
        (found,) = crossings(curves, ERROR, 1000, confidence=0.95)
        assert (found.leads, found.behind) == ("simple", "rich")
        if found.rows is not None:
            told += 1
            right += found.rows.low <= true <= found.rows.high
    assert told >= 15
    assert right >= 0.85 * told


def test_models_whose_curves_do_not_cross_are_not_said_to() -> None:
    draw, mixing = np.random.default_rng(4), mix(10, 300, 0)
    curves = [
        continued(name, scores(noisy(draw, law, 0.01)), ERROR, mixing=mixing, confidence=0.95)
        for name, law in (("good", (0.1, 1.0, 0.5)), ("bad", (0.3, 2.0, 0.5)))
    ]
    (found,) = crossings(curves, ERROR, 1000, confidence=0.95)
    assert found.leads == "good"
    assert found.rows is not None
    assert found.rows.value == np.inf
    assert found.twice.low > 0
