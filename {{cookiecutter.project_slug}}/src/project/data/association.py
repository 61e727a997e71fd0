"""Measure how far two columns say the same, from 0 (nothing) to 1, and how sure that is.

quantity and quantity   Spearman's rho, without its sign, which is told beside it
category and category   Cramér's V, corrected for bias
quantity and category   Kruskal-Wallis epsilon: the root of the corrected share of the ranks'
                        variance that lies between the categories, as a share of the largest that
                        categories of these sizes can have. Of two it is the rank-biserial
                        correlation, 2 AUC - 1

All go by order or by counts alone, so that units, logarithms and outliers change nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from statistics import NormalDist

import numpy as np
import pandas as pd
from scipy.special import chdtrc, stdtr

from ..evaluation.multiple import holm
from .contingency import Coded, coarse, code, cross, filled, resampled
from .measures import chi_squared, epsilon_squared, kruskal_h, v_squared

RHO = "Spearman's ρ"
V = "Cramér's V"
EPSILON = "Kruskal–Wallis ε"
LEVEL = 0.01  # of the corrected p-value, below which an association is there
CONFIDENCE = 0.95
FEWEST = 20  # rows
_WEAK = 0.3
_CELLS_DRAWN = 300_000
_RESAMPLES = 300


class Verdict(Enum):
    """What the data says of an association."""

    there = "there"
    weak = "none or weak"
    open = "too little data to tell"


@dataclass(frozen=True)
class Association:
    """How far two columns say the same.

    Parameters
    ----------
    measure
        Its name.
    value, low, high
        The estimate and its 95% interval, from 0 to 1.
    p_value
        Of the hypothesis that the columns are independent.
    rows
        How many had both cells.
    falling
        Whether one quantity falls where the other rises.
    """

    measure: str
    value: float
    low: float
    high: float
    p_value: float
    rows: int
    falling: bool = False

    @property
    def verdict(self) -> Verdict:
        """What that says, as long as the p-value is corrected for the number of tests."""
        if self.p_value < LEVEL:
            return Verdict.there
        return Verdict.weak if self.high < _WEAK else Verdict.open


def with_target(frame: pd.DataFrame, target: str) -> dict[str, Association | None]:
    """Measure every other column's association with the target.

    Parameters
    ----------
    frame
        Shape (n, columns).
    target
        The name of one of them.

    Returns
    -------
    dict
        Column to association, its p-value corrected by Holm's method; None where nothing can be
        said: the column is constant, hardly repeats, or has too few rows.
    """
    goal = code(frame[target])
    found = {str(n): associate(code(frame[n]), goal) for n in frame if n != target}
    corrected = holm([one.p_value for one in found.values() if one])
    p_values = iter(corrected)
    return {n: replace(one, p_value=next(p_values)) if one else None for n, one in found.items()}


def associate(one: Coded, other: Coded) -> Association | None:
    """Measure the association of two columns of the same rows; None where nothing can be said.

    References
    ----------
    Bonett and Wright, Sample size requirements for estimating Pearson, Kendall and Spearman
    correlations, 2000. Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 10.
    """
    if one.ordered and other.ordered:
        return _spearman(one, other)
    table = cross(one, other) if one.ordered else cross(other, one)
    rows = int(table.sum())
    if rows < FEWEST or min(table.shape) < 2:
        return None
    if one.ordered or other.ordered:
        measure, square, drawn = EPSILON, epsilon_squared, coarse(table)
        p_value = float(chdtrc(table.shape[1] - 1, kruskal_h(table)))
    else:
        measure, square, drawn = V, v_squared, table
        tested = filled(table)
        if min(tested.shape) < 2:
            return None
        degrees = (tested.shape[0] - 1) * (tested.shape[1] - 1)
        p_value = float(chdtrc(degrees, chi_squared(tested)))
    value = float(square(table))
    low, high = _interval(value, drawn, square)
    return Association(measure, _root(value), low, high, p_value, rows)


def strength(one: Coded, other: Coded) -> tuple[str, float]:
    """Return the measure that fits two columns and its value, NaN where nothing can be said."""
    if one.ordered and other.ordered:
        found = _spearman(one, other)
        return RHO, found.value if found else float("nan")
    table = cross(one, other) if one.ordered else cross(other, one)
    ordered = one.ordered or other.ordered
    measure, square = (EPSILON, epsilon_squared) if ordered else (V, v_squared)
    if table.sum() < FEWEST or min(table.shape) < 2:
        return measure, float("nan")
    return measure, _root(float(square(table)))


def _spearman(one: Coded, other: Coded) -> Association | None:
    both = (one.codes >= 0) & (other.codes >= 0)
    rows = int(both.sum())
    if rows < FEWEST:
        return None
    ranks = [_centred_ranks(column.codes[both]) for column in (one, other)]
    norms = [float(np.sqrt(rank @ rank)) for rank in ranks]
    if min(norms) == 0:
        return None
    rho = max(-1.0, min(1.0, float(ranks[0] @ ranks[1]) / (norms[0] * norms[1])))
    t = abs(rho) * np.sqrt((rows - 2) / max(1 - rho**2, 1e-300))
    centre = np.arctanh(np.clip(rho, -1 + 1e-12, 1 - 1e-12))
    reach = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2) * np.sqrt((1 + rho**2 / 2) / (rows - 3))
    low, high = np.sort(np.abs(np.tanh([centre - reach, centre + reach])))
    low = 0.0 if abs(centre) < reach else low
    p_value = float(2 * stdtr(rows - 2, -t))
    return Association(RHO, abs(rho), float(low), float(high), p_value, rows, falling=rho < 0)


def _centred_ranks(codes: np.ndarray) -> np.ndarray:
    counts = np.bincount(codes)
    middle = np.cumsum(counts) - counts / 2 - len(codes) / 2
    ranks: np.ndarray = middle[codes]
    return ranks


def _interval(
    value: float, table: np.ndarray, square: Callable[[np.ndarray], np.ndarray]
) -> tuple[float, float]:
    """Bootstrap a squared measure, and take out the bias that drawing from a sample adds."""
    resamples = max(100, min(_RESAMPLES, _CELLS_DRAWN // table.size))
    drawn = square(resampled(table, resamples))
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail]) - (drawn.mean() - value)
    # Near the top the shift could leave the estimate outside.
    return _root(min(low, value)), _root(max(high, value))


def _root(square: float) -> float:
    return float(np.sqrt(min(max(square, 0.0), 1.0)))
