"""Whether predictions and truth go together, and in the unit that they should."""

import math

import numpy as np
import pandas as pd
from scipy import stats

from ..evaluation.metrics import Predictions


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
