"""Smoothness: alike rows have alike targets, and some rows are nearer than others."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

from ..evaluation.intervals import Estimate, percentiles
from ..evaluation.metrics import Floats
from .finding import Finding, untestable
from .predictable import MARGIN
from .rows import Rows

_MOST = 2000  # rows, above which a sample is looked at
_FEWEST = 20
_DRAWS = 1000


def smooth(rows: Rows) -> Finding:
    """Test that a row's nearest neighbour has a target like its own, against chance.

    The figure is how far short of likeness it falls: 0 where neighbours are always alike, 1 where
    they are as different as any two rows.
    """
    x, y = _sample(rows)
    if len(x) < _FEWEST or not x.shape[1]:
        return untestable("too few rows, or no feature that varies")
    nearest = NearestNeighbors(n_neighbors=2).fit(x).kneighbors(return_distance=False)[:, 0]
    unlike = _unlike(y, y[nearest], rows.labels)
    draw = np.random.default_rng(rows.config.seed)
    other = np.array([_unlike(y, draw.permutation(y), rows.labels).mean() for _ in range(50)])
    chance = float(other.mean())
    if chance == 0:
        return untestable("the target is always the same")
    if max(rows.skill.mean(), rows.boosted.mean()) < MARGIN:
        return untestable("the features tell nothing of the target: there is nothing to be smooth")
    weights = draw.multinomial(len(y), np.full(len(y), 1 / len(y)), size=_DRAWS) / len(y)
    bounds = percentiles(weights @ unlike / chance, rows.confidence)
    effect = Estimate(float(unlike.mean() / chance), *bounds)
    text = "difference of nearest neighbours' targets, over that of any two rows'"
    return Finding(text, effect, 0.98)


def near_and_far(rows: Rows) -> Finding:
    """Test that distances differ: with many columns all rows come to be equally far.

    The figure is the mean distance to the nearest row over that to any.

    References
    ----------
    Beyer et al. (1999), When is "nearest neighbor" meaningful?, ICDT, LNCS 1540:217.
    """
    x, _ = _sample(rows)
    if len(x) < _FEWEST or not x.shape[1]:
        return untestable("too few rows, or no feature that varies")
    first = NearestNeighbors(n_neighbors=1).fit(x).kneighbors()[0][:, 0]
    draw = np.random.default_rng(rows.config.seed)
    one, two = draw.integers(0, len(x), size=(2, 20_000))
    between = np.sqrt(((x[one] - x[two]) ** 2).sum(axis=1))[one != two]
    if between.mean() == 0:
        return untestable("all rows are alike")
    weights = draw.multinomial(len(first), np.full(len(first), 1 / len(first)), size=_DRAWS)
    bounds = percentiles(weights @ first / len(first) / between.mean(), rows.confidence)
    effect = Estimate(float(first.mean() / between.mean()), *bounds)
    return Finding("distance to the nearest row, over that to any row", effect, 0.7)


def _sample(rows: Rows) -> tuple[Floats, np.ndarray]:
    if len(rows.y) <= _MOST:
        return rows.design, rows.y
    draw = np.random.default_rng(rows.config.seed)
    kept = np.sort(draw.choice(len(rows.y), _MOST, replace=False))
    return rows.design[kept], rows.y[kept]


def _unlike(one: np.ndarray, other: np.ndarray, labels: bool) -> Floats:
    if labels:
        return np.asarray(one != other, dtype=float)
    return np.asarray((one.astype(float) - other.astype(float)) ** 2)
