"""Compare two models that were fitted and scored on the same cross-validation folds."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from .intervals import Estimate
from .metrics import Floats

_ROUNDING = 1e-9  # of a difference: no spread of folds is that small


@dataclass(frozen=True)
class Paired:
    """The mean difference of two models over folds.

    Attributes
    ----------
    difference
        With its interval; NaN bounds where there is too little to tell.
    p_value
        Two-sided, uncorrected for other comparisons; NaN where there is too little to tell.
    """

    difference: Estimate
    p_value: float


def compare(one: Floats, two: Floats, *, test_share: float, confidence: float) -> Paired:
    """Test whether the scores of two models differ, by the corrected resampled t-test.

    Training sets of folds overlap, so that their scores go together and the usual paired t-test
    raises false alarms (Nadeau and Bengio found, and we measured, a third of all cases). One fold
    is too few; and where models differ by the same amount in all folds, that tells of few rows or
    of a metric that moves in steps, and not of certainty.

    Parameters
    ----------
    one, two
        Shape (folds,): scores of two models, fold by fold.
    test_share
        Rows for testing per row for training, such as 0.25 with five folds.
    confidence
        Of the interval of the difference `one - two`.

    References
    ----------
    Nadeau and Bengio (2003), Inference for the generalization error, Machine Learning 52:239.
    """
    differences = np.asarray(one, dtype=float) - np.asarray(two, dtype=float)
    folds, mean = len(differences), float(differences.mean())
    if folds > 1 and not differences.any():
        return Paired(Estimate(0.0, 0.0, 0.0), 1.0)
    if folds < 2 or np.ptp(differences) <= _ROUNDING * abs(mean):
        return Paired(Estimate(mean, math.nan, math.nan), math.nan)
    error = math.sqrt(float(differences.var(ddof=1)) * (1 / folds + test_share))
    student = stats.t(folds - 1)
    reach = float(student.ppf(0.5 + confidence / 2)) * error
    p_value = float(2 * student.sf(abs(mean) / error))
    return Paired(Estimate(mean, mean - reach, mean + reach), p_value)
