"""Count how two columns go together: the tables that measures of association are computed from."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

MOST_CATEGORIES = 50  # the commonest; the others are one
MOST_VALUES = 2048  # of a quantity, above which neighbours are put together
_RARE = 5  # rows, below which a category is put together with others
_COARSE = 32  # bins of a quantity where its table is drawn many times
_EXPECTED = 5.0


@dataclass(frozen=True)
class Coded:
    """A column as whole numbers.

    Parameters
    ----------
    codes
        Shape (n,): in the order of the values where they have one; -1 where the cell is missing.
    ordered
        Whether the values are quantities or times.
    """

    codes: np.ndarray
    ordered: bool

    @property
    def size(self) -> int:
        """How many values there are."""
        return int(self.codes.max(initial=-1)) + 1


def is_ordered(cells: pd.Series) -> bool:
    """Tell whether cells are quantities or times, and no categories."""
    kind = cells.dtype
    return pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind)


def code(cells: pd.Series) -> Coded:
    """Give each value of a column, shape (n,), a number.

    Quantities and times are numbered in their order; rare categories get one number together.
    """
    ordered = is_ordered(cells)
    # Categories too are sorted, so that ties between them do not fall by the order of the rows.
    codes, values = pd.factorize(cells, sort=True)
    counts = np.bincount(codes[codes >= 0], minlength=len(values))
    if ordered:
        if len(values) > MOST_VALUES:
            middle = np.cumsum(counts) - counts / 2
            new = np.floor(middle / counts.sum() * MOST_VALUES).astype(int)
        else:
            new = np.arange(len(values))
    else:
        common = np.argsort(-counts, kind="stable")[:MOST_CATEGORIES]
        common = common[counts[common] >= _RARE]
        new = np.full(len(values), len(common))
        new[common] = np.arange(len(common))
    # The index -1 of a missing cell finds the last entry.
    return Coded(np.append(new, -1)[codes], ordered)


def cross(one: Coded, other: Coded) -> np.ndarray:
    """Count the rows of each pair of values: shape (values of one, of other), none of them empty.

    Rows with a missing cell do not count. Categories left with hardly a row are put together.
    """
    both = (one.codes >= 0) & (other.codes >= 0)
    pairs = one.codes[both] * other.size + other.codes[both]
    counts = np.bincount(pairs, minlength=one.size * other.size)
    table = counts.reshape(one.size, other.size)
    table = table if one.ordered else _without_rare(table)
    table = table if other.ordered else _without_rare(table.T).T
    return table[table.any(axis=1)][:, table.any(axis=0)]


def coarse(table: np.ndarray) -> np.ndarray:
    """Put neighbouring rows of a table together until it has few, evenly filled."""
    totals = table.sum(axis=1)
    place = np.floor((np.cumsum(totals) - totals / 2) / totals.sum() * _COARSE)
    return np.add.reduceat(table, np.flatnonzero(np.diff(place, prepend=-1)), axis=0)


def resampled(table: np.ndarray, resamples: int) -> np.ndarray:
    """Draw tables of as many rows from the same shares: shape (resamples, *table.shape).

    The shares are those of the table and of one more row that knows of no association, since
    drawing from a perfect table would give that table each time.
    """
    rows = int(table.sum())
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / rows
    shares = (table + expected / rows).ravel() / (rows + 1)
    draws = np.random.default_rng(0).multinomial(rows, shares, size=resamples)
    return draws.reshape(resamples, *table.shape)


def filled(table: np.ndarray) -> np.ndarray:
    """Put rows and columns together, the smallest first, until chi-squared's law holds.

    Which are put together follows from the totals alone, so that it does not bend the test.

    References
    ----------
    Cochran, Some methods for strengthening the common chi-squared tests, 1954: no cell expects
    less than one row, and four of five expect at least five.
    """
    while min(table.shape) >= 2:
        expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
        if expected.min() >= 1 and (expected >= _EXPECTED).mean() >= 0.8:
            break
        smallest = [table.sum(axis=1 - axis).min() for axis in (0, 1)]
        # What has but two has none to spare, as long as the other has more.
        axis = int(smallest[1] < smallest[0])
        if table.shape[axis] == 2 < table.shape[1 - axis]:
            axis = 1 - axis
        table = _merged(table, axis)
    return table


def _merged(table: np.ndarray, axis: int) -> np.ndarray:
    table = table if axis == 0 else table.T
    order = np.argsort(table.sum(axis=1), kind="stable")
    table = np.vstack([table[order[2:]], table[order[:2]].sum(axis=0)])
    return table if axis == 0 else table.T


def _without_rare(table: np.ndarray) -> np.ndarray:
    rare = table.sum(axis=1) < _RARE
    return np.vstack([table[~rare], table[rare].sum(axis=0)]) if rare.any() else table
