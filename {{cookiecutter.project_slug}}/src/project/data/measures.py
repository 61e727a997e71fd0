"""Compute association from tables of counts, of many tables at once."""

import numpy as np


def chi_squared(table: np.ndarray) -> np.ndarray:
    """Compute Pearson's chi-squared of tables, shape (..., r, c): shape (...)."""
    rows = table.sum(axis=(-2, -1), keepdims=True)
    expected = table.sum(axis=-1, keepdims=True) * table.sum(axis=-2, keepdims=True) / rows
    share = np.divide((table - expected) ** 2, expected, out=expected * 0, where=expected > 0)
    total: np.ndarray = share.sum(axis=(-2, -1))
    return total


def v_squared(table: np.ndarray) -> np.ndarray:
    """Compute the square of Cramér's V, corrected for bias: by chance it is below 0.

    Parameters
    ----------
    table
        Counts, shape (..., r, c).

    Returns
    -------
    numpy.ndarray
        Shape (...).

    References
    ----------
    Bergsma, A bias-correction for Cramér's V and Tschuprow's T, 2013.
    """
    rows = table.sum(axis=(-2, -1))
    high = (table.sum(axis=-1) > 0).sum(axis=-1)
    wide = (table.sum(axis=-2) > 0).sum(axis=-1)
    phi = chi_squared(table) / rows - (high - 1) * (wide - 1) / (rows - 1)
    least = np.minimum(high, wide)
    top = (least - 1) * (1 - (least - 1) / (rows - 1))
    share: np.ndarray = np.divide(phi, top, out=np.zeros_like(phi), where=top > 0)
    return share


def epsilon_squared(table: np.ndarray) -> np.ndarray:
    """Compute the share of the ranks' variance between categories, of the largest it can be.

    The share is corrected for bias, so by chance it is below 0. Of two categories it is the square
    of the rank-biserial correlation.

    Parameters
    ----------
    table
        Counts, shape (..., values in their order, categories).

    Returns
    -------
    numpy.ndarray
        Shape (...).

    References
    ----------
    Kruskal and Wallis, Use of ranks in one-criterion variance analysis, 1952. Kelley, An unbiased
    correlation ratio measure, 1935. Kerby, The simple difference formula, 2014.
    """
    between, total, sizes, rows = _ranks(table)
    groups = (sizes > 0).sum(axis=-1)
    spread = (groups - 1) / np.maximum(rows - groups, 1)
    # Where no range overlaps another, what is left within are the ranks of each group alone.
    within = ((sizes**3 - sizes).sum(axis=-1)) / 12
    top = (rows**3 - (sizes**3).sum(axis=-1)) / 12 - spread * within
    corrected = between - spread * (total - between)
    share: np.ndarray = np.divide(corrected, top, out=np.zeros_like(top), where=top > 0)
    capped: np.ndarray = np.minimum(share, 1.0)
    return capped


def kruskal_h(table: np.ndarray) -> float:
    """Compute Kruskal's and Wallis's H, corrected for ties, of a table (values, categories)."""
    between, total, _, rows = _ranks(table)
    return float((rows - 1) * between / total)


def _ranks(table: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return sums of squares of the ranks between categories and in all; category sizes; rows."""
    counts = table.sum(axis=-1).astype(float)
    rows = counts.sum(axis=-1)
    rank = np.cumsum(counts, axis=-1) - counts / 2 - rows[..., None] / 2  # from their middle
    sizes = table.sum(axis=-2).astype(float)
    sums = (table * rank[..., None]).sum(axis=-2)
    squares = np.divide(sums**2, sizes, out=np.zeros_like(sums), where=sizes > 0)
    return squares.sum(axis=-1), (counts * rank**2).sum(axis=-1), sizes, rows
