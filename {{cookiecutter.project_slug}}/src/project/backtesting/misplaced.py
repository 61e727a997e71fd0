"""Truth that would fit better in another way: with classes swapped, or rows moved."""

import math
from itertools import combinations

import numpy as np
from scipy import stats

from ..evaluation.metrics import Predictions
from .periods import Period

SWAPPED, SHIFTED = "swapped", "shifted"
_LAGS = 5  # rows, by which a join may be off
_FEW = 10  # rows that tell
Tried = tuple[str, str, str, float, float, float]


def suspect(made: Predictions, period: Period, spread: float) -> list[Tried]:
    """Try other ways to read the truth of a period.

    Parameters
    ----------
    made
        Of the rows with truth.
    period
        As positions among these.
    spread
        Standard deviation of the target in training; not used for classes.

    Returns
    -------
    list of tuple
        Kind, period, words, the share that fits as it is and otherwise, and an uncorrected p-value.
    """
    true, pred = made.y_true[period.places], made.y_pred[period.places]
    found = []
    if made.classes is not None and (swap := _swapped(true, pred)):
        found.append((SWAPPED, period.name, *swap))
    # A quantity is near within half a standard deviation of the target.
    near = None if made.classes is not None else spread / 2
    found.append((SHIFTED, period.name, *_shifted(true, pred, near)))
    return found


def _swapped(true: np.ndarray, pred: np.ndarray) -> tuple[str, float, float, float] | None:
    """Find the two classes whose names, if swapped, would make more predictions true."""
    best, best_p, pairs = None, 1.0, 0
    names = np.unique(np.concatenate([true, pred]))
    for one, two in combinations(names, 2):
        among = np.isin(true, [one, two]) & np.isin(pred, [one, two])
        if among.sum() < _FEW:
            continue
        pairs += 1
        right = int((true[among] == pred[among]).sum())
        wrong = int(among.sum()) - right
        p = float(stats.binomtest(wrong, wrong + right, alternative="greater").pvalue)
        if best is None or p < best_p:
            share = right / (right + wrong)
            best, best_p = (f"'{one}' and '{two}' in each other's place", share, 1 - share), p
    return None if best is None else (*best, min(1.0, best_p * pairs))


def _shifted(
    true: np.ndarray, pred: np.ndarray, near: float | None
) -> tuple[str, float, float, float]:
    """Find by how many rows the truth would have to move to fit better.

    Parameters
    ----------
    true, pred
        Shape (n,), in order of time.
    near
        How near a quantity fits; None for classes.

    Returns
    -------
    tuple
        Words, the share that fits as it is and when moved, and the p-value of McNemar's exact test
        for the best of the moves, corrected for their number.
    """

    def fit(t: np.ndarray, p: np.ndarray) -> np.ndarray:
        return (
            np.asarray(t == p) if near is None else np.abs(t.astype(float) - p.astype(float)) < near
        )

    rows, right = len(true), fit(true, pred)
    results = []
    for lag in [lag for lag in range(-_LAGS, _LAGS + 1) if lag and rows > abs(lag) + _FEW]:
        at = np.arange(max(0, -lag), min(rows, rows - lag))
        here, there = right[at], fit(true[at], pred[at + lag])
        gained, lost = int((there & ~here).sum()), int((here & ~there).sum())
        p = 1.0
        if gained + lost:
            p = float(stats.binomtest(gained, gained + lost, alternative="greater").pvalue)
        way = "earlier" if lag < 0 else "later"
        words = f"the truth of each row belongs to the one {abs(lag)} {way}"
        results.append((p, words, float(here.mean()), float(there.mean())))
    if not results:
        return "", math.nan, math.nan, math.nan
    p, words, share, other = min(results)
    return words, share, other, min(1.0, p * len(results))
