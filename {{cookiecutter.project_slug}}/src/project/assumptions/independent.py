"""Independent and identically distributed: nothing goes on from row to row, no row stands twice."""

import numpy as np
import numpy.typing as npt
from scipy import stats

from ..data.config import SplitMethod
from ..data.duplicates import row_hash
from ..evaluation.intervals import Estimate
from ..evaluation.metrics import Floats
from .finding import Finding, correlation, untestable
from .rows import Rows

_PERMUTATIONS = 999
_FEWEST = 20  # rows
_SORTED = 0.9  # rank correlation of target and place, or share of rows whose neighbour is alike


def in_order(rows: Rows) -> Finding:
    """Test that errors of neighbouring rows don't go together, by permutation.

    The rows are in the table's order, or by time where the split goes by time.
    """
    left = rows.left_over
    if len(left) < _FEWEST:
        return untestable(f"{len(left)} rows are too few")
    if _sorted_by_target(rows):
        return untestable("the table is sorted by its target, so that the order says nothing else")
    centred = left - left.mean(axis=0)
    whole = float((centred**2).sum())
    if whole < 1e-20:
        return untestable("the model errs nowhere: nothing is left to look at")
    observed = _lag(centred) / whole
    draw = np.random.default_rng(rows.config.seed)
    drawn = [_lag(draw.permutation(centred)) / whole for _ in range(_PERMUTATIONS)]
    beyond = sum(abs(value) >= abs(observed) - 1e-12 for value in drawn)
    effect = correlation(observed, len(left), rows.confidence)
    text = "correlation of the errors of rows that follow one another"
    return Finding(text, effect, 0.15, (1 + beyond) / (1 + _PERMUTATIONS))


def once(rows: Rows) -> Finding:
    """Count the rows that stand more than once, in several groups where rows have groups."""
    hashes = row_hash(rows.frame)
    grouped = rows.along is not None and rows.config.data.split.method is SplitMethod.group
    repeated = _repeated(hashes, rows.along if grouped else None)
    if repeated and _natural(rows, len(hashes)):
        return untestable(
            f"{repeated} rows stand more than once, but the features have so few values that equal "
            "rows come about by chance"
        )
    share = stats.binomtest(repeated, len(hashes)).proportion_ci(rows.confidence, "wilson")
    effect = Estimate(repeated / len(hashes), float(share.low), float(share.high))
    where = " in more than one group" if grouped else ""
    text = f"{repeated} rows stand more than once{where}; share of the rows"
    # An exact count of these rows: the interval is of where they come from, and needs no test.
    return Finding(text, effect, 0.05)


def _lag(rest: Floats) -> float:
    return float((rest[1:] * rest[:-1]).sum())


def _sorted_by_target(rows: Rows) -> bool:
    if rows.labels:
        return bool((rows.y[1:] == rows.y[:-1]).mean() > _SORTED)
    place = np.arange(len(rows.y))
    return bool(abs(stats.spearmanr(place, rows.y.astype(float)).statistic) > _SORTED)


def _repeated(hashes: npt.NDArray[np.uint64], groups: npt.NDArray[np.generic] | None) -> int:
    """Count the rows that are like another one (of another group)."""
    _, place, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    if groups is None:
        return int((counts[place] > 1).sum())
    number = np.unique(groups, return_inverse=True)[1]
    pairs = np.unique(np.column_stack([place, number]), axis=0)
    within = np.bincount(pairs[:, 0], minlength=len(counts))
    return int((within[place] > 1).sum())


def _natural(rows: Rows, count: int) -> bool:
    """Tell whether rows repeat even when every column is shuffled by itself."""
    draw = np.random.default_rng(rows.config.seed)
    shuffled = rows.frame.copy()
    for name in shuffled:
        shuffled[name] = draw.permutation(shuffled[name].to_numpy())
    repeated = _repeated(row_hash(shuffled), None)
    return repeated > 0.01 * count
