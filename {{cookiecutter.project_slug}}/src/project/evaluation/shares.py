"""Test whether a category's shares differ between two samples, and tell by how much."""

import math

import numpy as np
import pandas as pd
from scipy import stats

from .shift import CONFIDENCE, EXPECTED, TwoSampleTest, numbers, untested

_TOP = 50  # categories that are told apart; all others count as one


def values(column: str, old: pd.Series, new: pd.Series, *, numeric: bool) -> TwoSampleTest:
    """Compare two samples of a column, a quantity or a category, by the cells that are there."""
    before, after = old.dropna(), new.dropna()
    if numeric:
        return numbers(column, before.to_numpy(dtype=float), after.to_numpy(dtype=float))
    return categories(column, _counted(before), _counted(after))


def _counted(cells: pd.Series) -> dict[str, int]:
    return {str(name): int(count) for name, count in cells.astype(str).value_counts().items()}


def categories(column: str, old: dict[str, int], new: dict[str, int]) -> TwoSampleTest:
    """Compare two samples of a category by the chi-squared test of homogeneity.

    Parameters
    ----------
    column
        Its name.
    old, new
        How often each category stands there. Rare ones are thrown together, since the test holds
        for well-filled ones only.

    Returns
    -------
    TwoSampleTest
        The effect is the total variation distance: the share of the rows that would have to
        change their category. Its interval adds, for each sample, the largest expected error and
        McDiarmid's bound at half the error.

    References
    ----------
    McDiarmid (1989), On the method of bounded differences.
    """
    sizes = (sum(old.values()), sum(new.values()))
    of, before, after = _telling(old, new, sizes)
    counts = _pooled(old, new)
    if counts.shape[1] < 2:
        return untested(column, "chi-squared", sizes, (of, before, after))
    p_value = float(stats.chi2_contingency(counts, correction=False).pvalue)
    shares = counts / counts.sum(axis=1, keepdims=True)
    distance = float(np.abs(shares[0] - shares[1]).sum() / 2)
    kinds, error = counts.shape[1], (1 - CONFIDENCE) / 2
    bound = sum(
        math.sqrt((kinds - 1) / size) / 2 + math.sqrt(math.log(1 / error) / (2 * size))
        for size in sizes
    )
    return TwoSampleTest(
        column=column,
        method="chi-squared",
        sizes=sizes,
        of=of,
        before=before,
        after=after,
        effect=distance,
        low=max(0.0, distance - bound),
        high=min(1.0, distance + bound),
        p_value=p_value,
    )


def _telling(
    old: dict[str, int], new: dict[str, int], sizes: tuple[int, int]
) -> tuple[str, str, str]:
    """Name the category whose share has changed most, with both shares."""

    def shares(name: str) -> tuple[float, float]:
        before, after = old.get(name, 0), new.get(name, 0)
        return before / max(sizes[0], 1), after / max(sizes[1], 1)

    most = max(
        sorted(old | new), key=lambda name: abs(shares(name)[0] - shares(name)[1]), default=""
    )
    before, after = shares(most)
    return most, f"{before:.1%}", f"{after:.1%}"


def _pooled(old: dict[str, int], new: dict[str, int]) -> np.ndarray:
    """Return counts of shape (2, kinds), every kind well filled or the only one."""
    total = {name: old.get(name, 0) + new.get(name, 0) for name in old | new}
    order = sorted(total, key=lambda name: (-total[name], name))
    counts = np.array([[part.get(name, 0) for name in order] for part in (old, new)], float)
    counts = counts.reshape(2, -1)
    rows = counts.sum(axis=1)
    if not rows.all():
        return np.zeros((2, 0))
    expected = counts.sum(axis=0) * rows.min() / rows.sum()
    keep = (expected >= EXPECTED) & (np.arange(len(order)) < _TOP)
    rest = counts[:, ~keep].sum(axis=1, keepdims=True)
    counts = counts[:, keep]
    if not rest.any():
        return counts
    if rest.sum() * rows.min() / rows.sum() >= EXPECTED or counts.shape[1] == 0:
        return np.hstack([counts, rest])
    counts[:, -1:] += rest  # to the rarest of those kept
    return counts
