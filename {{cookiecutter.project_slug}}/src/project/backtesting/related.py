"""Whether predictions and truth go together, and in the unit that they should."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..evaluation.metrics import Predictions, take
from ..evaluation.multiple import holm
from .periods import Period
from .served import Served

_SURE = 0.001  # p-value, below which predictions and truth went together before
_NOTHING = 0.05  # and above which nothing says that they do now
_TIED = 0.01  # below which a column still goes with the truth
_FEWEST = 20  # rows of such a test


def related(made: Predictions) -> tuple[float, float]:
    """Test whether predictions say anything of the truth.

    Returns
    -------
    tuple of float
        Cramér's V, or Spearman's correlation; and the p-value that there is none. NaN where either
        is the same in all rows.
    """
    if made.classes is None:
        true, pred = made.y_true.astype(float), made.y_pred.astype(float)
        if np.ptp(true) == 0 or np.ptp(pred) == 0:
            return math.nan, math.nan
        found = stats.spearmanr(true, pred)
        return float(found.statistic), float(found.pvalue)
    counts = pd.crosstab(made.y_true.astype(str), made.y_pred.astype(str)).to_numpy()
    if min(counts.shape) < 2:
        return math.nan, math.nan
    test = stats.chi2_contingency(counts, correction=False)
    strength = math.sqrt(test.statistic / counts.sum() / (min(counts.shape) - 1))
    return strength, float(test.pvalue)


@dataclass(frozen=True)
class Lost:
    """Periods in which truth has nothing to do with predictions, nor with any column.

    Attributes
    ----------
    periods
        Their names.
    strength, before
        How strongly truth and predictions go together in them, and did on the validation rows.
    """

    periods: list[str]
    strength: float
    before: float


def lost(
    served: Served, valid: Predictions, worse: list[Period], columns: list[str]
) -> Lost | None:
    """Find periods whose truth belongs to no row.

    Where the world has changed or inputs are wrong, truth still goes with some column.

    Parameters
    ----------
    served, valid
        The log, and the validation rows.
    worse
        Periods in which quality fell, as positions among the rows with truth.
    columns
        The features.
    """
    before, p_before = related(valid)
    if not p_before < _SURE:
        return None
    gone = [one for one in worse if related(take(served.judged, one.places))[1] > _NOTHING]
    if not gone:
        return None
    at = np.unique(np.concatenate([one.places for one in gone]))
    strength, _ = related(take(served.judged, at))
    if not abs(strength) + 2 / math.sqrt(len(at)) < before / 3:
        return None
    rows, truth = served.rows[served.known].iloc[at], served.judged.y_true[at]
    values = [p for name in columns if not math.isnan(p := _tied(rows[name], truth))]
    if values and min(holm(values)) < _TIED:
        return None
    return Lost([one.name for one in gone], strength, before)


def _tied(cells: pd.Series, truth: np.ndarray) -> float:
    """Return the p-value that a column says nothing of the truth; NaN where it is no test."""
    there = cells.notna().to_numpy()
    cells, truth = cells[there], truth[there]
    numeric = pd.api.types.is_numeric_dtype(cells.dtype)
    if len(cells) < _FEWEST or cells.nunique() < 2 or len(np.unique(truth)) < 2:
        return math.nan
    if truth.dtype.kind == "f":
        if numeric:
            return float(stats.spearmanr(cells, truth).pvalue)
        groups = [truth[part] for part in cells.groupby(cells.to_numpy()).indices.values()]
        return float(stats.kruskal(*groups).pvalue)
    if numeric:
        values = cells.to_numpy(dtype=float)
        return float(stats.kruskal(*(values[truth == one] for one in np.unique(truth))).pvalue)
    counts = pd.crosstab(cells.to_numpy(), truth).to_numpy()
    return float(stats.chi2_contingency(counts, correction=False).pvalue)
