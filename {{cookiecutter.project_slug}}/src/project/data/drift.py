"""Tell which columns no longer look as they did, and how sure that is."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from ..evaluation.multiple import holm
from .profile import ColumnProfile, Profile

LEVEL = 0.01
_EFFECT = 0.1  # Cramér's V, below which a difference is too small to matter
_EXPECTED = 5.0  # rows in a bin, below which the test is not valid


@dataclass
class Drift:
    """A column whose values are distributed otherwise than before."""

    column: str
    effect: float  # Cramér's V, from 0 to 1
    p_value: float  # corrected for the number of columns

    def __str__(self) -> str:
        return (
            f"column '{self.column}' has drifted (Cramér's V {self.effect:.2f}, corrected p "
            f"{self.p_value:.2g})"
        )


def drifted(before: Profile, after: Profile) -> list[Drift]:
    """Compare two profiles of the same bins, column by column.

    Each column is tested by chi-squared for homogeneity; the p-values are corrected by Holm's
    method, so that a table without drift gives a false alarm in at most one of a hundred cases
    whatever the number of its columns.

    Returns
    -------
    list of Drift
        The columns that differ surely and by enough to matter, in the table's order.

    References
    ----------
    Cramér (1946), Mathematical Methods of Statistics, chapter 21.
    """
    names = [name for name in before.columns if name in after.columns]
    tests = [
        _homogeneity(before.columns[n], before.rows, after.columns[n], after.rows) for n in names
    ]
    corrected = holm([p for _, p in tests])
    return [
        Drift(name, effect, p)
        for name, (effect, _), p in zip(names, tests, corrected, strict=True)
        if p < LEVEL and effect >= _EFFECT
    ]


def _homogeneity(
    before: ColumnProfile, rows_before: int, after: ColumnProfile, rows_after: int
) -> tuple[float, float]:
    """Return Cramér's V and the p-value of the chi-squared test on two rows of counts."""
    counts = np.array([np.array(before.shares) * rows_before, np.array(after.shares) * rows_after])
    total = counts.sum()
    weights = counts.sum(axis=1, keepdims=True) / total
    rare = (weights * counts.sum(axis=0)).min(axis=0) < _EXPECTED
    # Rare bins are thrown together, since the test holds for well-filled ones only.
    counts = np.column_stack([counts[:, ~rare], counts[:, rare].sum(axis=1)])
    counts = counts[:, counts.sum(axis=0) > 0]
    if counts.shape[1] < 2:
        return 0.0, 1.0
    expected = weights * counts.sum(axis=0)
    if expected.min() < _EXPECTED:
        counts = np.column_stack([counts[:, :-2], counts[:, -2:].sum(axis=1)])
        expected = weights * counts.sum(axis=0)
    if counts.shape[1] < 2:
        return 0.0, 1.0
    chi2 = float(((counts - expected) ** 2 / expected).sum())
    return float(np.sqrt(chi2 / total)), float(chdtrc(counts.shape[1] - 1, chi2))
