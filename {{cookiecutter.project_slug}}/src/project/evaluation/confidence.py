"""Confidence: the risk among the decisions that a model is surest of, and when to abstain."""

import math
from dataclasses import dataclass

import numpy as np

from ..config import Config
from .exact import upper_bound
from .intervals import Estimate, percentiles, share
from .metrics import Floats, Predictions
from .resampling import resample
from .subject import seeded

_POINTS = 50  # of the curve


@dataclass(frozen=True)
class Confident:
    """The risk–coverage curve, and a threshold that holds a set risk.

    Attributes
    ----------
    shares, risks
        Shares of the rows that are decided, surest first, and the share of errors among them.
    area, area_if_random
        Mean risk over all shares, and what it would be if confidence told nothing.
    threshold
        Abstain below this probability; NaN where none holds the risk.
    bound
        What the risk is at most, as sure as configured; from the calibration rows alone.
    decided, risk
        On rows that the threshold was not chosen by: the share decided, the errors among these.
    note
        Why there is no threshold, if there is none.
    """

    shares: list[float]
    risks: list[Estimate]
    area: Estimate
    area_if_random: float
    threshold: float
    bound: float
    decided: Estimate
    risk: Estimate
    note: str


def abstain(made: Predictions, calibration: Predictions, config: Config) -> Confident:
    """Draw the risk–coverage curve and choose the threshold.

    Parameters
    ----------
    made, calibration
        Predictions of the rows that judge, and of those that the threshold is chosen by; no row is
        in both.
    config
        The risk, how surely it must hold, and how many thresholds are tried.
    """
    sure, wrong = surest(made)
    shares, risks, area = _curve(sure, wrong, config)
    methods, confidence = config.methods.confidence, config.evaluation.confidence
    known, errors = surest(calibration)
    # Tried in an order that the errors on the calibration rows have no part in.
    grid = thresholds(sure, len(known), methods.risk, methods.surety, methods.steps)
    threshold, bound = choose(grid, known, errors, methods.risk, methods.surety)
    note = ""
    if math.isnan(threshold):
        note = (
            f"no threshold is known to hold a risk of {methods.risk:.1%} with "
            f"{methods.surety:.0%} surety, from {len(known)} calibration rows"
        )
    decided = sure >= threshold
    return Confident(
        shares=shares,
        risks=risks,
        area=area,
        area_if_random=float(wrong.mean()),
        threshold=threshold,
        bound=bound,
        decided=share(int(decided.sum()), len(decided), confidence),
        risk=share(wrong[decided].sum(), int(decided.sum()), confidence),
        note=note,
    )


def surest(made: Predictions) -> tuple[Floats, Floats]:
    """Return the probability of each decision, and whether it is wrong (0 or 1); shape (n,)."""
    return np.asarray(made.proba).max(axis=1), np.asarray(made.y_true != made.y_pred, dtype=float)


def thresholds(sure: Floats, calibration: int, risk: float, surety: float, steps: int) -> Floats:
    """Return thresholds to try, strictest first: quantiles of the confidence in the judging rows.

    The first lets through a tenth of the rows, or somewhat more than could show the risk without
    one error: a sequence that begins where nothing can be shown ends there.
    """
    least = math.log(1.0 - surety) / math.log(1.0 - risk)
    start = min(1.0, max(0.1, 1.3 * least / max(calibration, 1)))
    return np.quantile(sure, 1.0 - np.linspace(start, 1.0, steps))


def choose(
    grid: Floats, sure: Floats, wrong: Floats, risk: float, surety: float
) -> tuple[float, float]:
    """Return the loosest threshold that is shown to hold a risk, and the bound that shows it.

    Fixed-sequence testing: thresholds are tried in their order until one can't be shown to hold,
    so that each is tested at the full level. Given how many rows lie above a threshold their errors
    are binomial, and Clopper and Pearson's bound is valid at any number of rows.

    Parameters
    ----------
    grid
        Thresholds, none of which follows from `wrong`.
    sure, wrong
        Confidence and error (0 or 1) of the calibration rows, shape (n,).
    risk, surety
        The share of errors among decisions, and the probability that it is no higher.

    Returns
    -------
    tuple of float
        Both NaN where the first can't be shown to hold.

    References
    ----------
    Bauer (1991), Multiple testing in clinical trials; Angelopoulos, Bates, Candès, Jordan and Lei
    (2021), Learn then test, section 4.
    """
    best, shown = math.nan, math.nan
    for threshold in grid:
        taken = sure >= threshold
        bound = upper_bound(int(wrong[taken].sum()), int(taken.sum()), surety)
        if bound > risk:
            break
        best, shown = float(threshold), bound
    return best, shown


def _curve(
    sure: Floats, wrong: Floats, config: Config
) -> tuple[list[float], list[Estimate], Estimate]:
    order = np.argsort(-sure, kind="stable")
    counts = np.unique(np.linspace(1, len(sure), _POINTS).round().astype(int))
    totals = np.cumsum(wrong[order])[counts - 1]
    confidence = config.evaluation.confidence
    risks = [share(k, int(n), confidence) for k, n in zip(totals, counts, strict=True)]
    # Each error weighs by the mean of 1 / n over the shares that it is decided at. A row also moves
    # the places, and so the weights, of all that are less sure: their share of its influence.
    places, errors = np.arange(1, len(sure) + 1), wrong[order]
    moved = np.cumsum((errors / places)[::-1])[::-1]
    weights = np.cumsum((1.0 / places)[::-1])[::-1]
    cells = (errors * weights - moved + errors.mean())[:, None]
    drawn = resample(
        cells,
        resamples=config.evaluation.resamples,
        seed=seeded(config.seed, "confidence"),
        compute=config.compute,
    )
    low, high = percentiles(drawn[:, 0], confidence)
    area = Estimate(float(cells.mean()), max(low, 0.0), high)
    return [float(n / len(sure)) for n in counts], risks, area
