"""Exact distributions of counts: coverage of conformal prediction, and bounds of a share."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from .metrics import Floats


def rank(calibration: int, coverage: float) -> int:
    """Return which smallest calibration score bounds a share of all; 0 where too few are there.

    Parameters
    ----------
    calibration
        Number of scores.
    coverage
        The share that is promised.
    """
    # Rounded first, since 0.9 * 10 must not become 9.000000000000002.
    wanted = math.ceil(round((calibration + 1) * coverage, 9))
    return wanted if wanted <= calibration else 0


def fewest(coverage: float) -> int:
    """Return the smallest number of calibration rows for which `rank` is not 0."""
    return math.ceil(round(coverage / (1.0 - coverage), 9))


@dataclass(frozen=True)
class Law:
    """The distribution of a count, worked out once: SciPy's sums all terms for each question.

    Attributes
    ----------
    pmf
        Shape (rows + 1,): the probability of each count from 0 on.
    """

    pmf: Floats

    def cdf(self, count: int) -> float:
        """Return the probability that the count is no higher."""
        return float(min(1.0, self.pmf[: count + 1].sum()))

    def interval(self, share: float) -> tuple[int, int]:
        """Return the counts between which so much lies, with as much beyond either end."""
        tail, sums = (1.0 - share) / 2.0, self.pmf.cumsum()
        last = len(self.pmf) - 1
        low, high = np.searchsorted(sums, [tail, 1.0 - tail])
        return int(low), int(min(high, last))

    def two_sided(self, count: int) -> float:
        """Return the p-value of a count: twice that of its smaller tail, at most 1."""
        lower, upper = self.pmf[: count + 1].sum(), self.pmf[count:].sum()
        return float(min(1.0, 2 * min(lower, upper)))


def covered(calibration: int, k: int, rows: int) -> Law:
    """Return the distribution of how many of some new rows score no higher than the k-th smallest.

    Beta-binomial: exact where scores are exchangeable and no two are the same; with ties, more are
    covered.

    References
    ----------
    Vovk (2012), Conditional validity of inductive conformal predictors; Angelopoulos and Bates
    (2023), Conformal prediction: a gentle introduction, section 3.2.
    """
    law = stats.betabinom(rows, k, calibration + 1 - k)
    return Law(np.asarray(law.pmf(np.arange(rows + 1))))


def upper_bound(errors: int, rows: int, surety: float) -> float:
    """Return Clopper and Pearson's one-sided upper bound of a share; 1 where there is no row.

    References
    ----------
    Clopper and Pearson (1934), The use of confidence or fiducial limits, Biometrika 26:404.
    """
    return float(stats.beta.ppf(surety, errors + 1, rows - errors)) if errors < rows else 1.0


def smallest(scores: Floats, k: int) -> float:
    """Return the k-th smallest of some scores, counted from 1; infinity for k = 0."""
    return float(np.partition(scores, k - 1)[k - 1]) if k else math.inf
