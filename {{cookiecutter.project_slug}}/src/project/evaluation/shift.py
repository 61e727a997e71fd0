"""Test whether two samples of a column are distributed alike, and tell by how much they differ.

Both effects are shares of rows from 0 to 1, so that one margin serves numbers and categories.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from .intervals import share
from .metrics import Floats
from .multiple import holm

LEVEL = 0.05
MARGIN = 0.1  # an effect below this is too small to matter
EXPECTED = 5.0  # rows in a category, below which chi-squared is not valid
CONFIDENCE = 0.95
_FEWEST = 5  # rows, below which no test is made


@dataclass(frozen=True)
class TwoSampleTest:
    """One comparison of two samples; all figures are NaN where there is too little data.

    Attributes
    ----------
    column, method
        What is compared, and by which test.
    sizes
        The numbers of rows in the two samples.
    of, before, after
        A figure that tells the two samples apart, and its values.
    effect, low, high
        By how much they differ, and a 95% interval.
    p_value
        Not corrected for the number of tests.
    """

    column: str
    method: str
    sizes: tuple[int, int]
    of: str
    before: str
    after: str
    effect: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class Shift:
    """A test, its p-value corrected for the number of tests, and what follows from both."""

    test: TwoSampleTest
    p_corrected: float

    @property
    def shifted(self) -> bool:
        """Whether the samples surely differ, by little or by much."""
        return self.p_corrected < LEVEL

    @property
    def verdict(self) -> str:
        """Shifted, shifted slightly, alike, or too little data to tell."""
        most = max(abs(self.test.low), abs(self.test.high))
        if self.shifted:
            return "shifted slightly" if most < MARGIN else "shifted"
        return "alike" if most < MARGIN else "too little data to tell"


def judge(tests: list[TwoSampleTest]) -> list[Shift]:
    """Correct p-values by Holm's method: one false alarm at most in `LEVEL` of all comparisons."""
    corrected = holm([test.p_value for test in tests])
    return [Shift(test, p) for test, p in zip(tests, corrected, strict=True)]


def numbers(column: str, old: Floats, new: Floats) -> TwoSampleTest:
    """Compare two samples of a quantity by the two-sample Kolmogorov–Smirnov test.

    Parameters
    ----------
    column
        Its name.
    old, new
        Shapes (n,) and (m,), without missing values.

    Returns
    -------
    TwoSampleTest
        The effect is the largest difference of the cumulative shares. Its interval is that of
        Dvoretzky, Kiefer and Wolfowitz, with each sample's band at half the error; it holds for
        any distribution, ties included.

    References
    ----------
    Massart (1990), The tight constant in the Dvoretzky–Kiefer–Wolfowitz inequality.
    """
    sizes = (len(old), len(new))
    before, after = _median(old), _median(new)
    if min(sizes) < _FEWEST:
        return untested(column, "Kolmogorov–Smirnov", sizes, ("median", before, after))
    # The exact p-value can't always be computed; this one is that of a finite sample, too.
    found = stats.ks_2samp(old, new, method="asymp")
    bound = sum(math.sqrt(math.log(4 / (1 - CONFIDENCE)) / (2 * size)) for size in sizes)
    distance = float(found.statistic)
    return TwoSampleTest(
        column=column,
        method="Kolmogorov–Smirnov",
        sizes=sizes,
        of="median",
        before=before,
        after=after,
        effect=distance,
        low=max(0.0, distance - bound),
        high=min(1.0, distance + bound),
        p_value=float(found.pvalue),
    )


def missing(column: str, old: tuple[int, int], new: tuple[int, int]) -> TwoSampleTest:
    """Compare the shares of missing cells: chi-squared, or Fisher's exact test where few are.

    Parameters
    ----------
    column
        Its name.
    old, new
        Missing cells and rows of each sample.

    Returns
    -------
    TwoSampleTest
        The effect is the difference of the shares, with Newcombe's interval.

    References
    ----------
    Newcombe (1998), Interval estimation for the difference between independent proportions,
    method 10.
    """
    sizes = (old[1], new[1])
    before, after = (f"{count / size if size else math.nan:.1%}" for count, size in (old, new))
    if min(sizes) < _FEWEST:
        return untested(column, "chi-squared", sizes, ("missing", before, after))
    counts = np.array([[k, n - k] for k, n in (old, new)])
    expected = stats.contingency.expected_freq(counts)
    exact = bool((expected < EXPECTED).any())
    p_value = (
        stats.fisher_exact(counts).pvalue
        if exact
        else stats.chi2_contingency(counts, correction=False).pvalue
    )
    first, second = (share(k, n, CONFIDENCE) for k, n in (old, new))
    p, q = first.value, second.value
    return TwoSampleTest(
        column=column,
        method="Fisher's exact" if exact else "chi-squared",
        sizes=sizes,
        of="missing",
        before=before,
        after=after,
        effect=q - p,
        low=q - p - math.hypot(q - second.low, first.high - p),
        high=q - p + math.hypot(second.high - q, p - first.low),
        p_value=float(p_value),
    )


def untested(
    column: str, method: str, sizes: tuple[int, int], words: tuple[str, str, str]
) -> TwoSampleTest:
    """Return a comparison for which there is too little data to make a test."""
    nan = math.nan
    return TwoSampleTest(column, method, sizes, *words, nan, nan, nan, nan)


def _median(values: Floats) -> str:
    return f"{np.median(values):.4g}" if len(values) else "none"
