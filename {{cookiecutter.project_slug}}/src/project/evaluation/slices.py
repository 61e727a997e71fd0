"""Slice-based evaluation: which parts of the table fare worse than the rest, beyond chance.

All slices are tested together: rows' losses are dealt out anew many times, and a slice is worse
than chance only if it is worse than the worst of all slices usually is then. However many slices
there are, one false alarm comes up in `level` of all tables at most.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..config import Config
from ..data.config import Task
from .intervals import Estimate, mean, share
from .metrics import Floats, Predictions
from .slicing import Cut, Slice
from .subject import seeded

_KEPT = 200  # of the results
ROWS = 20_000  # of a sample; more cost time and memory, and tell little


@dataclass(frozen=True)
class SliceResult:
    """How a slice fares.

    Attributes
    ----------
    name, rows
        The slice and its size.
    loss, rest
        Mean loss within, with its interval, and outside of it.
    deviation
        By how many standard errors it is worse than all rows; negative is better.
    p_value
        Corrected for all slices.
    worse
        Whether that is below the level.
    adds
        Whether it deviates by more than either of the slices of which it is the rows in common.
    """

    name: str
    rows: int
    loss: Estimate
    rest: float
    deviation: float
    p_value: float
    worse: bool
    adds: bool


@dataclass(frozen=True)
class SliceTest:
    """The worst slices first, how many were tested or too small, and of how many rows."""

    loss: str
    overall: float
    results: list[SliceResult]
    tested: int
    too_small: int
    rows: int


def by_slice(made: Predictions, found: Cut, config: Config) -> SliceTest:
    """Test all slices of some rows.

    Parameters
    ----------
    made
        Predictions of the n rows.
    found
        Slices with masks of shape (n,).
    config
        Task, permutations, level, seed.

    References
    ----------
    Westfall and Young (1993), Resampling-based multiple testing, section 2.
    """
    loss, name = losses(made, config.data.task)
    slices = found.slices
    if not slices:
        return SliceTest(name, float(loss.mean()), [], 0, found.too_small, len(loss))
    deviations, p_values = max_statistic(loss, slices, config)
    known = {one.name: d for one, d in zip(slices, deviations, strict=True)}
    results = []
    for one, deviation, p_value in zip(slices, deviations, p_values, strict=True):
        inside = loss[one.mask]
        results.append(
            SliceResult(
                name=one.name,
                rows=len(inside),
                loss=mean_loss(inside, config),
                rest=float(loss[~one.mask].mean()),
                deviation=float(deviation),
                p_value=float(p_value),
                worse=bool(p_value < config.methods.level),
                adds=all(deviation > known.get(part, 0.0) for part in one.parts),
            )
        )
    results = [one for one in results if one.adds]
    results.sort(key=lambda one: -one.deviation)
    return SliceTest(
        name, float(loss.mean()), results[:_KEPT], len(slices), found.too_small, len(loss)
    )


def losses(made: Predictions, task: Task) -> tuple[Floats, str]:
    """Return each row's loss, shape (n,), and what its mean is called."""
    if task is Task.classification:
        return np.asarray(made.y_true != made.y_pred, dtype=float), "error rate"
    return np.abs(np.asarray(made.y_pred, float) - np.asarray(made.y_true, float)), "MAE"


def mean_loss(loss: Floats, config: Config) -> Estimate:
    """Return the mean of the losses of some rows, which are 0 and 1 where there are classes."""
    if config.data.task is Task.classification:
        return share(loss.sum(), len(loss), config.evaluation.confidence)
    return mean(loss, config.evaluation.confidence)


def max_statistic(loss: Floats, slices: list[Slice], config: Config) -> tuple[Floats, Floats]:
    """Return each slice's deviation, and its p-value corrected for all of them.

    A deviation is the mean loss within less that of all rows, in units of its standard deviation
    when the losses are dealt out at random.
    """
    draw = np.random.default_rng(seeded(config.seed, "slices"))
    spread, members = float(loss.std(ddof=1)), _members(slices)
    if spread == 0:
        return np.zeros(len(slices)), np.ones(len(slices))
    sizes = np.array([one.mask.sum() for one in slices], dtype=float)[:, None]
    error = spread * np.sqrt((1.0 / sizes) * (1.0 - sizes / len(loss)))

    def deviation(drawn: Floats) -> Floats:
        return np.asarray(((members @ drawn) / sizes - loss.mean()) / error)

    observed = deviation(loss[:, None])[:, 0]
    count = config.methods.slices.permutations
    largest: list[Floats] = []
    for start in range(0, count, 50):
        width = min(50, count - start)
        dealt = np.column_stack([draw.permutation(loss) for _ in range(width)])
        largest.append(deviation(dealt).max(axis=0))
    over = np.concatenate(largest)[None, :] >= observed[:, None] - 1e-9
    return observed, (1 + over.sum(axis=1)) / (count + 1)


def _members(slices: list[Slice]) -> sparse.csr_array:
    """Return which rows each slice holds, shape (slices, n), without ever writing out all cells."""
    rows = [np.flatnonzero(one.mask) for one in slices]
    ends = np.concatenate([[0], np.cumsum([len(part) for part in rows])])
    inside = np.concatenate(rows)
    shape = (len(slices), len(slices[0].mask))
    return sparse.csr_array((np.ones(len(inside)), inside, ends), shape=shape)
