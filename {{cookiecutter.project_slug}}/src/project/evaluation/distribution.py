"""Calibration of quantities: whether truths lie below a predicted quantile as often as it says.

A model that predicts one number is given a distribution in two ways: a normal one, as wide as its
errors in training, which is what people assume; and the conformal one, whose errors are those of
the calibration rows.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from ..config import Config
from .exact import covered, rank, smallest
from .intervals import Estimate, mean
from .metrics import Floats, Predictions
from .multiple import holm
from .subject import seeded

NORMAL, CONFORMAL = "normal, from training", "conformal"
_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
_FEWEST = 10  # rows, below which nothing is tested


@dataclass(frozen=True)
class Quantile:
    """A predicted quantile: how often the truth lies below it, and between which shares it should.

    The p-value is exact, and corrected for the number of quantiles.
    """

    level: float
    below: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class Distributions:
    """How far predicted distributions are to be believed.

    Attributes
    ----------
    transforms
        By distribution: how many truths lie in each tenth of it; as many in each if it is exact.
    normal_p
        p-value that the normal distribution is exact (Kolmogorov–Smirnov); this and `spread_p` are
        corrected for each other.
    quantiles
        Of the conformal distribution.
    scores
        Continuous ranked probability score by distribution, in the target's unit; lower is better.
    spread_trend, spread_p
        Spearman's correlation of an error's size with the prediction, and its p-value: where it is
        not zero, intervals of one width are too wide for some rows and too narrow for others.
    """

    transforms: dict[str, list[int]]
    normal_p: float
    quantiles: list[Quantile]
    scores: dict[str, Estimate]
    spread_trend: float
    spread_p: float


def distribute(
    made: Predictions, train: Floats, calibration: Floats, config: Config
) -> Distributions:
    """Judge both distributions.

    Parameters
    ----------
    made
        Predictions of the rows to judge by.
    train, calibration
        Errors, truth less prediction, of the training rows and of calibration rows that are not
        among the judged.
    config
        How sure the figures must be.
    """
    found = errors(made)
    sd = math.sqrt(float((train**2).mean())) if len(train) else 0.0
    draw = np.random.default_rng(seeded(config.seed, "distribution"))
    transforms = {CONFORMAL: transform(found, calibration, draw)}
    scores = {CONFORMAL: empirical_crps(found, calibration)}
    normal_p = math.nan
    if sd > 0:
        transforms = {NORMAL: np.asarray(stats.norm.cdf(found / sd))} | transforms
        scores = {NORMAL: normal_crps(found, sd)} | scores
        if len(found) >= _FEWEST:
            normal_p = float(stats.kstest(transforms[NORMAL], "uniform").pvalue)
    varies = len(found) >= _FEWEST and len(set(made.y_pred)) > 1 and len(set(np.abs(found))) > 1
    trend, trend_p = stats.spearmanr(np.abs(found), made.y_pred) if varies else (math.nan, math.nan)
    normal_p, spread_p = holm([normal_p, float(trend_p)])
    return Distributions(
        transforms={
            name: np.histogram(places, bins=10, range=(0.0, 1.0))[0].tolist()
            for name, places in transforms.items()
        },
        normal_p=normal_p,
        quantiles=quantiles(found, calibration, config.methods.conformal.bounds),
        scores={name: mean(rows, config.evaluation.confidence) for name, rows in scores.items()},
        spread_trend=float(trend),
        spread_p=spread_p,
    )


def errors(made: Predictions) -> Floats:
    """Return truth less prediction, shape (n,)."""
    return np.asarray(np.asarray(made.y_true, float) - np.asarray(made.y_pred, float))


def transform(errors: Floats, calibration: Floats, draw: np.random.Generator) -> Floats:
    """Return where each error lies among those of calibration, from 0 to 1, ties drawn evenly.

    References
    ----------
    Vovk, Shen, Manokhin and Xie (2019), Nonparametric predictive distributions based on conformal
    prediction.
    """
    ordered = np.sort(calibration)
    below = np.searchsorted(ordered, errors, side="left")
    same = np.searchsorted(ordered, errors, side="right") - below
    return np.asarray((below + draw.random(len(errors)) * (same + 1)) / (len(ordered) + 1))


def quantiles(errors: Floats, calibration: Floats, bounds: float) -> list[Quantile]:
    """Count the errors below each quantile of calibration, and hold them to their exact law."""
    found = []
    for level in _LEVELS:
        k = rank(len(calibration), level)
        if not k or not len(errors):
            continue
        count = int((errors <= smallest(calibration, k)).sum())
        law, rows = covered(len(calibration), k, len(errors)), len(errors)
        low, high = law.interval(bounds)
        found.append((level, count / rows, low / rows, high / rows, law.two_sided(count)))
    corrected = holm([p for *_, p in found])
    return [Quantile(*one[:4], p) for one, p in zip(found, corrected, strict=True)]


def normal_crps(errors: Floats, sd: float) -> Floats:
    """Return the continuous ranked probability score of a normal distribution around 0, by row.

    References
    ----------
    Gneiting and Raftery (2007), Strictly proper scoring rules, prediction, and estimation.
    """
    z = errors / sd
    return np.asarray(
        sd * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / math.sqrt(math.pi))
    )


def empirical_crps(errors: Floats, calibration: Floats) -> Floats:
    """Return the score of the distribution that gives each calibration error the same weight.

    By E|X - y| - E|X - X'| / 2, both sums from sorted values.
    """
    count = len(calibration)
    if not count:
        return np.full(len(errors), math.nan)
    ordered = np.sort(calibration)
    sums = np.concatenate([[0.0], np.cumsum(ordered)])
    below = np.searchsorted(ordered, errors, side="right")
    left = errors * below - sums[below]
    right = (sums[-1] - sums[below]) - errors * (count - below)
    places = 2 * np.arange(1, count + 1) - count - 1
    return np.asarray((left + right) / count - float((places * ordered).sum()) / count**2)
