"""Calibration of probabilities: whether 70% come true of what is called 70% likely.

Binary models are judged by the probability of their second class, others by that of the class that
they decide for. Rows that a calibrator was fitted on are not among those that judge it.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from ..config import Config
from .intervals import Estimate, share
from .metrics import Floats, Predictions
from .subject import seeded


@dataclass(frozen=True)
class Bin:
    """Rows with like probabilities: what was said on average, and how often it came true."""

    said: float
    true: Estimate
    rows: int


@dataclass(frozen=True)
class Reliability:
    """How far probabilities are to be believed.

    Attributes
    ----------
    name
        The calibrator, or `BEFORE`.
    bins
        The reliability diagram.
    error
        The expected calibration error over these bins.
    error_if_true
        What that error would be on average if all probabilities were exact: not zero.
    resampling_p, spiegelhalter_p
        p-values of the two tests of exactness, corrected for both and for all calibrators.
    scores
        Proper scores by name.
    """

    name: str
    bins: list[Bin]
    error: float
    error_if_true: float
    resampling_p: float
    spiegelhalter_p: float
    scores: dict[str, Estimate]


def told(made: Predictions) -> tuple[Floats, Floats]:
    """Return the probabilities that are judged, and what came true (0 or 1); both shape (n,)."""
    proba, classes = np.asarray(made.proba), np.asarray(made.classes)
    if len(classes) == 2:
        return proba[:, 1], np.asarray(made.y_true == classes[1], dtype=float)
    return proba.max(axis=1), np.asarray(made.y_true == made.y_pred, dtype=float)


def reliability(
    name: str, made: Predictions, scores: dict[str, Estimate], config: Config
) -> Reliability:
    """Judge a model's probabilities, with p-values that are not yet corrected."""
    said, true = told(made)
    methods, confidence = config.methods.calibration, config.evaluation.confidence
    draw = np.random.default_rng(seeded(config.seed, "calibration"))
    order = np.argsort(said, kind="stable")
    said, true = said[order], true[order]
    error, null = resampling(said, true, methods.bins, methods.resamples, draw)
    return Reliability(
        name=name,
        bins=[
            Bin(
                float(said[part].mean()),
                share(true[part].sum(), len(part), confidence),
                len(part),
            )
            for part in np.array_split(np.arange(len(said)), min(methods.bins, len(said)))
        ],
        error=error,
        error_if_true=float(null.mean()),
        resampling_p=as_large(error, null),
        spiegelhalter_p=spiegelhalter(said, true),
        scores=scores,
    )


def resampling(
    said: Floats, true: Floats, bins: int, resamples: int, draw: np.random.Generator
) -> tuple[float, Floats]:
    """Return the expected calibration error, and what it would be if probabilities were exact.

    Parameters
    ----------
    said, true
        Shape (n,), in the order of `said`.
    bins, resamples, draw
        Bins of equal size; how often the truth is drawn from what was said, and by which generator.

    Returns
    -------
    tuple
        The error, and errors of shape (resamples,).

    References
    ----------
    Bröcker and Smith (2007), Increasing the reliability of reliability diagrams; Vaicenavicius et
    al. (2019), Evaluating model calibration in classification.
    """
    starts = np.cumsum([0] + [len(p) for p in np.array_split(said, min(bins, len(said)))])[:-1]

    def error(outcome: Floats) -> Floats:
        gaps = np.add.reduceat(said - outcome, starts, axis=-1)
        return np.asarray(np.abs(gaps).sum(axis=-1) / len(said))

    null = [error(np.asarray(draw.random(len(said)) < said, dtype=float)) for _ in range(resamples)]
    return float(error(true)), np.array(null)


def as_large(error: float, null: Floats) -> float:
    """Return the p-value of an error, given what it would be by chance, shape (resamples,)."""
    # A rounding error must not make of a tie a difference.
    return float((1 + (null >= error - 1e-12).sum()) / (len(null) + 1))


def spiegelhalter(said: Floats, true: Floats) -> float:
    """Return the two-sided p-value of Spiegelhalter's test; NaN where all is said for certain.

    References
    ----------
    Spiegelhalter (1986), Probabilistic prediction in patient management and clinical trials.
    """
    weight = 1.0 - 2.0 * said
    variance = float((weight**2 * said * (1.0 - said)).sum())
    if variance <= 0:
        return math.nan
    z = float(((true - said) * weight).sum()) / math.sqrt(variance)
    return float(2 * stats.norm.sf(abs(z)))
