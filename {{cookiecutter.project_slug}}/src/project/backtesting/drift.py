"""Test inputs and predictions for drift, column by column and period by period."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..evaluation.metrics import Predictions
from ..evaluation.shares import values
from ..evaluation.shift import MARGIN, TwoSampleTest, missing
from .finding import corrected
from .periods import Period

PREDICTION, SUREST = "prediction", "highest probability"
_MOST_CLASSES = 6  # whose probabilities are compared one by one
VALUES, GAPS = "values", "missing cells"


@dataclass(frozen=True)
class Drift:
    """A column in a period, held to what it was before.

    Attributes
    ----------
    column, period, what
        `what` is its values or its missing cells.
    test
        The comparison.
    p_value
        Corrected for all of the family.
    drifted
        Whether the two surely differ, and not by too little to matter.
    slightly
        Whether they surely differ, by less than that.
    """

    column: str
    period: str
    what: str
    test: TwoSampleTest
    p_value: float
    drifted: bool
    slightly: bool


def drifts(
    old: pd.DataFrame,
    new: pd.DataFrame,
    numeric: Collection[str],
    cut: list[Period],
    level: float,
) -> list[Drift]:
    """Compare every column of every period with what it was before.

    Parameters
    ----------
    old, new
        Shapes (n, columns) and (m, columns): before, and in production.
    numeric
        Which columns are quantities; all others are categories.
    cut
        Periods, as positions in `new`; only those with enough rows.
    level
        Of an alarm, after correction.
    """
    made = [
        (str(name), one.name, what, test)
        for name in new
        for one in cut
        for what, test in _compare(
            str(name), old[name], new[name].iloc[one.places], name in numeric
        )
    ]
    fixed = corrected([test.p_value for *_, test in made])
    found = []
    for (name, period, what, test), p in zip(made, fixed, strict=True):
        matters = max(abs(test.low), abs(test.high)) >= MARGIN
        found.append(
            Drift(
                name,
                period,
                what,
                test,
                p,
                bool(p < level and matters),
                bool(p < level and not matters),
            )
        )
    return found


def _compare(
    name: str, old: pd.Series, new: pd.Series, numeric: bool
) -> list[tuple[str, TwoSampleTest]]:
    found = [(VALUES, values(name, old, new, numeric=numeric))]
    gaps = [(int(part.isna().sum()), len(part)) for part in (old, new)]
    if gaps[0][0] or gaps[1][0]:
        found.append((GAPS, missing(name, gaps[0], gaps[1])))
    return found


def answers(made: Predictions) -> pd.DataFrame:
    """Lay out predictions as columns, shape (n, columns): decisions, and probabilities."""
    found = pd.DataFrame({PREDICTION: made.y_pred})
    if made.proba is None or made.classes is None:
        return found
    if len(made.classes) > _MOST_CLASSES:
        found[SUREST] = made.proba.max(axis=1)
        return found
    # The last of two says what the first does.
    for at, label in list(enumerate(made.classes))[: max(len(made.classes) - 1, 1)]:
        found[f"p({label})"] = made.proba[:, at]
    return found


def turning(cells: np.ndarray) -> int:
    """Return the position in time from which values differ most from those before it.

    That is where the sum of their ranks, less its expectation, is farthest from 0.

    References
    ----------
    Pettitt (1979), A non-parametric approach to the change-point problem.
    """
    ranks = stats.rankdata(cells)
    sums = np.cumsum(ranks - ranks.mean())[:-1]
    return int(np.abs(sums).argmax()) + 1 if len(sums) else 0
