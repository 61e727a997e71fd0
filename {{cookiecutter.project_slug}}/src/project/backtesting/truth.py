"""Truth that has come, and truth that has not: whose, when, and whether it is where it belongs."""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from ..evaluation.metrics import Predictions
from ..evaluation.shares import categories
from ..evaluation.shift import TwoSampleTest, numbers
from .drift import answers
from .finding import corrected
from .periods import Period
from .served import Served

_LAGS = 5  # rows, by which a join may be off
_FEW = 10  # rows that tell


@dataclass(frozen=True)
class Suspicion:
    """Truth that would fit better in another way.

    Attributes
    ----------
    kind
        "swapped" classes, or "shifted" rows.
    period, words
        Where, and how it would fit better.
    p_value
        Corrected for all of the family.
    share, otherwise
        How much of it fits as it is, and in the other way: shares of the rows.
    """

    kind: str
    period: str
    words: str
    p_value: float
    share: float
    otherwise: float


@dataclass(frozen=True)
class Selected:
    """Whether what was predicted differs between rows with truth and without.

    Attributes
    ----------
    period, test
        Where, and the comparison: rows without truth against rows with it.
    p_value
        Corrected for all of the family.
    """

    period: str
    test: TwoSampleTest
    p_value: float


@dataclass(frozen=True)
class Truth:
    """What there is to say of truth.

    Attributes
    ----------
    rows, known
        How many rows there are, and how many have truth.
    delay
        From the newest row that has truth to the newest of all; None where none has.
    suspicions, selected
        Tests; each period has as many as it has enough rows for.
    shares
        By period, the share of rows that have truth.
    """

    rows: int
    known: int
    delay: pd.Timedelta | None
    suspicions: list[Suspicion]
    selected: list[Selected]
    shares: dict[str, float]


def truth(
    served: Served, cut: list[Period], judged: list[Period], spread: float, min_rows: int
) -> Truth:
    """Look at the truth of a log.

    Parameters
    ----------
    served
        The log.
    cut, judged
        Periods: as positions in the log, and in its rows with truth where they are enough.
    spread
        Standard deviation of the target in training; not used for classes.
    min_rows
        Below which a period is not tested.
    """
    known = served.known
    delay = served.time[-1] - served.time[known][-1] if known.any() else None
    tried = [one for period in judged for one in _suspect(served.judged, period, spread)]
    compared = _selected(served, cut, min_rows) if known.any() and not known.all() else []
    values = corrected([p for *_, p in tried] + [test.p_value for _, test in compared])
    made = iter(values)
    return Truth(
        rows=len(served),
        known=int(known.sum()),
        delay=delay,
        suspicions=[
            Suspicion(kind, period, words, next(made), share, other)
            for kind, period, words, share, other, _ in tried
        ],
        selected=[Selected(period, test, next(made)) for period, test in compared],
        shares={one.name: float(known[one.at].mean()) for one in cut},
    )


_Tried = tuple[str, str, str, float, float, float]


def _suspect(made: Predictions, period: Period, spread: float) -> list[_Tried]:
    true, pred = made.y_true[period.at], made.y_pred[period.at]
    found = []
    if made.classes is not None and (swap := _swapped(true, pred)):
        found.append(("swapped", period.name, *swap))
    # A quantity is near within half a standard deviation of the target.
    near = None if made.classes is not None else spread / 2
    found.append(("shifted", period.name, *_shifted(true, pred, near)))
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
            share = right / len(among[among])
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
        return t == p if near is None else np.abs(t.astype(float) - p.astype(float)) < near

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


def _selected(served: Served, cut: list[Period], min_rows: int) -> list[tuple[str, TwoSampleTest]]:
    """Compare, within each period, what was said of rows with truth and without."""
    columns = answers(served.said)
    found = []
    for period in cut:
        known = served.known[period.at]
        if min(known.sum(), (~known).sum()) < min_rows / 2:
            continue
        rows = columns.iloc[period.at]
        for name in columns:
            old, new = (rows[name][part].to_numpy() for part in (known, ~known))
            test = (
                numbers(str(name), old.astype(float), new.astype(float))
                if pd.api.types.is_numeric_dtype(columns[name].dtype)
                else categories(str(name), _counts(old), _counts(new))
            )
            found.append((period.name, test))
    return found


def _counts(values: np.ndarray) -> dict[str, int]:
    names, counts = np.unique(values.astype(str), return_counts=True)
    return dict(zip(names.tolist(), counts.tolist(), strict=True))
