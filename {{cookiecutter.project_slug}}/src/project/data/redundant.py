"""Find features that nearly repeat each other, so that one of them would do."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from .association import strength
from .contingency import Coded, code

ALIKE = 0.95
ROWS = 5_000
MOST_MIXED = 100  # features that are compared with categories, or as categories
_CANDIDATE = 0.85
_MOST_PAIRS = 200


@dataclass(frozen=True)
class Pair:
    """Two features that say nearly the same."""

    one: str
    other: str
    measure: str
    value: float


def redundant(frame: pd.DataFrame) -> list[Pair]:
    """Find pairs of features whose association is above `ALIKE`, the closest first.

    Quantities are all compared with each other; pairs with a category among them only within the
    first `MOST_MIXED` features.

    Parameters
    ----------
    frame
        The features, shape (n, features); every k-th of the rows is looked at where there are many.
    """
    few = frame.iloc[:: max(1, -(-len(frame) // ROWS))]
    coded = {str(name): code(few[name]) for name in few}
    quantities = {name: column for name, column in coded.items() if column.ordered}
    candidates = _close(quantities)
    mixed = combinations(list(coded)[:MOST_MIXED], 2)
    candidates += [(a, b) for a, b in mixed if not (coded[a].ordered and coded[b].ordered)]
    found = [Pair(a, b, *strength(coded[a], coded[b])) for a, b in candidates]
    return sorted((pair for pair in found if pair.value > ALIKE), key=lambda pair: -pair.value)


def _close(columns: dict[str, Coded]) -> list[tuple[str, str]]:
    """Name the pairs whose ranks are nearly in line, by a few products of matrices."""
    if len(columns) < 2:
        return []
    codes = np.column_stack([column.codes for column in columns.values()])
    known = (codes >= 0).astype(float)
    x = np.column_stack([_ranks(column) for column in columns.values()])
    # Sums over the rows where both are known, for all the pairs at once.
    rows, sums, squares = known.T @ known, x.T @ known, (x**2).T @ known
    spread = np.maximum(rows * squares - sums**2, 0.0)
    scale = np.sqrt(spread * spread.T)
    cov = rows * (x.T @ x) - sums * sums.T
    correlation = np.triu(np.abs(np.divide(cov, scale, out=np.zeros_like(cov), where=scale > 0)), 1)
    order = np.argsort(-correlation, axis=None, kind="stable")[:_MOST_PAIRS]
    names = list(columns)
    pairs = zip(*np.unravel_index(order, correlation.shape), strict=True)
    return [(names[i], names[j]) for i, j in pairs if correlation[i, j] > _CANDIDATE]


def _ranks(column: Coded) -> np.ndarray:
    counts = np.bincount(column.codes[column.codes >= 0], minlength=max(column.size, 1))
    middle = (np.cumsum(counts) - counts / 2) / max(int(counts.sum()), 1)
    ranks: np.ndarray = np.append(middle, 0.0)[column.codes]
    return ranks
