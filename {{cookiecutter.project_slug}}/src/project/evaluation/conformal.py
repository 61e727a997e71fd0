"""Split conformal prediction: sets of classes, and intervals, with a promised coverage.

Scores are 1 less the probability of the true class, or the size of the error. The coverage that is
found is held to its exact distribution given the numbers of rows, which is wide for small tables.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from ..config import Config
from .exact import covered, fewest, rank, smallest
from .intervals import Estimate, share
from .metrics import Floats, Predictions
from .multiple import holm
from .slicing import Slice

ALL = "all rows"


@dataclass(frozen=True)
class Coverage:
    """How often a kind of set holds the truth.

    Attributes
    ----------
    of
        All rows, a class, or a slice.
    by
        "one threshold" for all rows, or "a threshold for each class".
    rows, calibration
        Numbers of rows that judge, and that the threshold is from.
    found
        The coverage, with Wilson's interval.
    low, high
        Bounds of the exact distribution; NaN where no coverage is promised.
    p_value
        That the coverage is as promised, corrected for all that promise some; NaN where none does.
    size
        Classes in a set, or the width of an interval, on average.
    """

    of: str
    by: str
    rows: int
    calibration: int
    found: Estimate
    low: float
    high: float
    p_value: float
    size: float


@dataclass(frozen=True)
class Conformal:
    """Sets or intervals, and what they keep of their promise.

    Attributes
    ----------
    threshold, by_class
        The largest score that a set lets in: for all rows, and by class.
    tied
        Whether scores are the same so often that sets hold more than they promise.
    empty, single
        Shares of the rows whose set has no class, and exactly one; NaN in regression.
    note
        Why there is no threshold, if there is none.
    """

    threshold: float
    by_class: dict[str, float]
    coverage: list[Coverage]
    tied: bool
    empty: float
    single: float
    note: str


_ONE, _EACH = "one threshold", "a threshold for each class"


def conform(
    made: Predictions, calibration: Predictions, slices: list[Slice], config: Config
) -> Conformal:
    """Calibrate sets on some rows and judge them on others.

    Parameters
    ----------
    made, calibration
        Predictions of the rows that judge, and of those for the threshold; none is in both.
    slices
        Of the rows that judge: the coverage in each is told, though none is promised.
    config
        The coverage, and the bounds that it is held to.
    """
    promise = config.methods.conformal.coverage
    scores, truth = outside(calibration), outside(made)
    k = rank(len(scores), promise)
    if not k or not len(truth):
        need = fewest(promise)
        note = f"{len(scores)} calibration rows are too few for {promise:.0%}: it takes {need}"
        return Conformal(math.inf, {}, [], False, math.nan, math.nan, note)
    threshold = smallest(scores, k)
    sizes = _sizes(made, threshold)
    inside = truth <= threshold
    everywhere = np.ones(len(truth), dtype=bool)
    found = [_cover(ALL, _ONE, inside, sizes, everywhere, (len(scores), k), config)]
    by_class, each = _by_class(made, calibration, config)
    own = [(f"class {label}", np.asarray(made.y_true == label)) for label in by_class]
    of_slices = [(one.name, one.mask) for one in slices]
    found += [
        _cover(name, _ONE, inside, sizes, mask, (len(scores), 0), config)
        for name, mask in (*own, *of_slices)
    ]
    found += each
    classes = made.proba is not None
    return Conformal(
        threshold=threshold,
        by_class=by_class,
        coverage=[
            replace(one, p_value=p)
            for one, p in zip(found, holm([one.p_value for one in found]), strict=True)
        ],
        tied=len(np.unique(scores)) < 0.95 * len(scores),
        empty=float((sizes == 0).mean()) if classes else math.nan,
        single=float((sizes == 1).mean()) if classes else math.nan,
        note="",
    )


def outside(made: Predictions) -> Floats:
    """Return how far each truth lies outside what was predicted, shape (n,)."""
    if made.proba is None or made.classes is None:
        return np.asarray(np.abs(np.asarray(made.y_true, float) - np.asarray(made.y_pred, float)))
    said = made.proba * (made.y_true[:, None] == made.classes)
    return np.asarray(1.0 - said.sum(axis=1))


def _sizes(made: Predictions, threshold: float) -> Floats:
    if made.proba is None:
        return np.full(len(made.y_true), 2.0 * threshold)
    return np.asarray((1.0 - made.proba <= threshold).sum(axis=1), dtype=float)


def _by_class(
    made: Predictions, calibration: Predictions, config: Config
) -> tuple[dict[str, float], list[Coverage]]:
    """Give each class a threshold of its own, from its own calibration rows."""
    if made.proba is None or made.classes is None:
        return {}, []
    thresholds: dict[str, float] = {}
    ranks: dict[str, tuple[int, int]] = {}
    scores = outside(calibration)
    for label in made.classes:
        own = scores[calibration.y_true == label]
        ranks[str(label)] = (len(own), rank(len(own), config.methods.conformal.coverage))
        thresholds[str(label)] = smallest(own, ranks[str(label)][1])
    limits = np.array(list(thresholds.values()))
    sets = 1.0 - made.proba <= limits
    truth = made.y_true[:, None] == made.classes
    inside = (sets & truth).any(axis=1)
    sizes = sets.sum(axis=1).astype(float)
    found = [
        _cover(f"class {label}", _EACH, inside, sizes, truth[:, at], ranks[str(label)], config)
        for at, label in enumerate(made.classes)
    ]
    return thresholds, found


def _cover(
    of: str,
    by: str,
    inside: np.ndarray,
    sizes: Floats,
    where: np.ndarray,
    calibrated: tuple[int, int],
    config: Config,
) -> Coverage:
    """Judge some of the rows; `calibrated` is calibration rows, and the threshold's rank or 0."""
    rows, (calibration, k) = int(where.sum()), calibrated
    count = int(inside[where].sum())
    found = share(count, rows, config.evaluation.confidence)
    low = high = p_value = math.nan
    if rows and k:
        law = covered(calibration, k, rows)
        low, high = (end / rows for end in law.interval(config.methods.conformal.bounds))
        p_value = law.two_sided(count)
    size = float(sizes[where].mean()) if rows else math.nan
    return Coverage(of, by, rows, calibration, found, low, high, p_value, size)
