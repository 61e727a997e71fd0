"""Foretell scores at more rows: a power law a + b n^(-c), with the uncertainty of its folds.

The law is fitted to a loss that falls towards a, which lies at 0 or above: the score itself where
less is better, one minus the score elsewhere.

References
----------
Cortes et al. (1993), Learning curves: asymptotic values and rate of convergence, NIPS 6; Viering
and Loog (2023), The shape of learning curves: a review, IEEE TPAMI 45:7799.
"""

from dataclasses import dataclass

import numpy as np

from ..evaluation.intervals import Estimate
from ..evaluation.metrics import Floats
from ..evaluation.paired import compare

FEWEST = 4  # sizes that a law with three unknowns is fitted to
# From hardly a fall in ten thousand rows to one that is over after the first few.
RATES = np.geomspace(0.05, 3.0, 60)


@dataclass(frozen=True)
class Law:
    """Power laws: the one that fits best, and one for each draw of its uncertainty.

    Attributes
    ----------
    a, b, c
        Shape (1 + draws,): the fit comes first.
    """

    a: Floats
    b: Floats
    c: Floats

    def at(self, rows: float | Floats) -> Floats:
        """Return the loss at a number of rows, or at shape (k,) of them: shape (1 + draws, k)."""
        n = np.atleast_1d(np.asarray(rows, dtype=float))
        return np.asarray(self.a[:, None] + self.b[:, None] * n[None] ** -self.c[:, None])

    def rows_for(self, loss: float) -> Floats:
        """Return the rows that it takes to reach a loss; infinite where no number does."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            n = ((loss - self.a) / self.b) ** (-1.0 / self.c)
        return np.where((loss <= self.a) | (self.b <= 0), np.inf, n)


def fit(rows: Floats, curves: Floats, weights: Floats) -> Law:
    """Fit a power law to each of some curves, by least squares with a and b at 0 or above.

    For each rate c the best a and b have a closed form; the rates of a fine grid are all tried.

    Parameters
    ----------
    rows
        Shape (sizes,).
    curves
        Losses, shape (draws, sizes).
    weights
        Shape (sizes,): of each size's squared error.
    """
    w = weights / weights.sum()
    best = np.full(len(curves), np.inf)
    a, b, c = (np.zeros(len(curves)) for _ in range(3))
    for rate in RATES:
        x = rows**-rate
        mean_x, mean_y = w @ x, curves @ w
        slope = ((curves - mean_y[:, None]) @ (w * (x - mean_x))) / (w @ (x - mean_x) ** 2)
        slope = np.maximum(slope, 0.0)
        floor = mean_y - slope * mean_x
        # Where the floor would lie below 0, the best law with a floor of 0.
        through = np.maximum(curves @ (w * x), 0.0) / (w @ x**2)
        slope, floor = np.where(floor < 0, through, slope), np.maximum(floor, 0.0)
        error = ((curves - floor[:, None] - slope[:, None] * x) ** 2) @ w
        better = error < best
        best = np.where(better, error, best)
        for kept, new in ((a, floor), (b, slope), (c, np.full(len(curves), rate))):
            kept[better] = new[better]
    return Law(a, b, c)


def draw_means(losses: Floats, *, test_share: float, mixing: Floats) -> Floats:
    """Draw mean curves as they would come out on other rows.

    The folds' deviations from their mean are mixed at random, all sizes of a fold alike, and
    widened: folds overlap (Nadeau and Bengio's correction), and are few (Student's t).

    Parameters
    ----------
    losses
        Shape (sizes, folds).
    test_share
        Rows held out per row for training.
    mixing
        What `mix` drew; the same for two models makes their draws paired.

    Returns
    -------
    numpy.ndarray
        Shape (1 + draws, sizes): the mean first.
    """
    folds = losses.shape[1]
    mean = losses.mean(axis=1)
    away = (losses - mean[:, None]) / np.sqrt(folds - 1) * np.sqrt(1 / folds + test_share)
    return np.vstack([mean, mean + mixing @ away.T])


def mix(folds: int, draws: int, seed: int) -> Floats:
    """Draw how folds are mixed: normal, divided as Student's t is; shape (draws, folds)."""
    draw = np.random.default_rng([seed, 23])
    normal = draw.standard_normal((draws, folds))
    return np.asarray(
        normal / np.sqrt(draw.chisquare(folds - 1, size=draws) / (folds - 1))[:, None]
    )


def fitted(rows: Floats, losses: Floats, *, test_share: float, mixing: Floats) -> Law:
    """Fit the law to a learning curve, and to draws of it.

    Parameters
    ----------
    rows, losses
        Shapes (sizes,) and (sizes, folds).
    test_share, mixing
        As `draw_means` takes them.
    """
    # What lies ahead goes on from the larger sizes, so that these weigh more.
    return fit(rows, draw_means(losses, test_share=test_share, mixing=mixing), rows)


def spread(values: Floats, confidence: float) -> Estimate:
    """Return the first of some values, and the interval of the others; infinity may be a bound."""
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(values[1:], [tail, 1 - tail], method="inverted_cdf")
    return Estimate(float(values[0]), float(low), float(high))


def doubt(
    rows: Floats, losses: Floats, law: Law, *, test_share: float, mixing: Floats, confidence: float
) -> str:
    """Say why a curve does not tell enough to be continued; empty where it does.

    It must surely fall; a power law must run through it; what is foretold at twice the
    rows must be surer than the range that the curve has gone through; and where its first half is
    long enough to foretell its end, it must have.
    """
    ends = compare(losses[0], losses[-1], test_share=test_share, confidence=confidence)
    if not ends.difference.low > 0:
        return "the curve does not surely get better"
    for size, found in zip(losses, law.at(rows)[0], strict=True):
        here = compare(
            size, np.full_like(size, found), test_share=test_share, confidence=confidence
        )
        if here.p_value < (1 - confidence) / len(rows):
            return "no power law runs through the curve"
    ahead = spread(law.at(2 * float(rows[-1]))[:, 0], confidence)
    if ahead.high - ahead.low >= ends.difference.value:
        return "what it foretells is less sure than the curve is long"
    early = first_half(rows)
    if early.sum() < FEWEST:
        return ""
    before = fitted(rows[early], losses[early], test_share=test_share, mixing=mixing)
    drawn = draw_means(losses[-1:], test_share=test_share, mixing=mixing)
    missed = spread(before.at(float(rows[-1]))[:, 0] - drawn[:, 0], confidence)
    if missed.low > 0 or missed.high < 0:
        return "its first half did not foretell its end"
    return ""


def first_half(rows: Floats) -> np.ndarray:
    """Return which sizes are up to half of the largest."""
    return np.asarray(rows <= rows[-1] / 2 + 1)
