"""Cut a table into slices: ranges of a quantity, categories, and pairs of both."""

from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import pandas as pd

from ..config import Config
from ..data.schema import ColumnType

MISSING = "(missing)"
_RANGES = 4  # with about the same number of rows each
_MOST_PAIRED = 20  # columns that are paired, of those that were named first


@dataclass(frozen=True)
class Slice:
    """Some of the rows.

    Attributes
    ----------
    name
        Such as "island = Biscoe" or "body_mass_g 3550 to 4050".
    mask
        Shape (n,).
    parts
        The names of the two slices of which this one is the rows in common; none for others.
    """

    name: str
    mask: np.ndarray
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cut:
    """The slices of a table that have enough rows, and how many have not."""

    slices: list[Slice]
    too_small: int


def cut(table: pd.DataFrame, config: Config, *, paired: bool = True) -> Cut:
    """Cut rows by the declared columns, by pairs of them, and as named.

    Parameters
    ----------
    table
        Shape (n, columns): features and what stands beside them.
    config
        Which columns, and how many rows a slice must have.
    paired
        Whether pairs are wanted, if they are configured.
    """
    methods = config.methods.slices
    names = list(dict.fromkeys([*columns(config), *config.methods.invariance.protected]))
    single = [by_column(name, table[name], config) for name in names]
    found = [one for slices, _ in single for one in slices]
    left_out = {name for _, rare in single for name in rare}
    if paired and methods.pairs:
        first = [slices for slices, _ in single[:_MOST_PAIRED]]
        found += [
            Slice(f"{a.name} and {b.name}", a.mask & b.mask, (a.name, b.name))
            for one, two in combinations(first, 2)
            for a in one
            for b in two
            if min(a.mask.sum(), b.mask.sum()) >= methods.min_rows
        ]
    for conditions in methods.named:
        parts = [table[name].astype(str).to_numpy() == level for name, level in conditions.items()]
        words = " and ".join(f"{name} = {level}" for name, level in conditions.items())
        if words not in {one.name for one in found} | left_out:
            found.append(Slice(words, np.logical_and.reduce(parts)))
    large = [one for one in found if one.mask.sum() >= methods.min_rows]
    empty = sum(bool(one.parts) and not one.mask.any() for one in found)
    small = len(found) - len(large) - empty + len(left_out)
    # What holds all rows has none beside it to be compared with.
    return Cut([one for one in large if not one.mask.all()], small)


def columns(config: Config) -> list[str]:
    """Return the columns to slice by: those that are named, or all features."""
    return config.methods.slices.columns or config.data.features(*ColumnType)


def by_column(name: str, cells: pd.Series, config: Config) -> tuple[list[Slice], list[str]]:
    """Cut rows by one column: quarters of a quantity with many values, else each of its values.

    Returns
    -------
    tuple
        The slices; and the names of those values that have too few rows, of which a text column can
        have as many as rows.
    """
    missing = cells.isna().to_numpy()
    empty = [Slice(f"{name} {MISSING}", missing)] if missing.any() else []
    numeric = config.data.columns[name].type.numeric
    if numeric and cells.nunique() > _RANGES:
        return _ranges(name, cells.to_numpy(dtype=float)) + empty, []
    values = cells[~missing]
    if numeric:
        values = values.map(lambda value: f"{value:g}")
    counts = values.astype(str).value_counts()
    text = values.astype(str).reindex(cells.index).to_numpy()
    enough = counts >= config.methods.slices.min_rows
    slices = [Slice(f"{name} = {level}", text == level) for level in sorted(counts[enough].index)]
    return slices + empty, [f"{name} = {level}" for level in counts[~enough].index]


def _ranges(name: str, values: np.ndarray) -> list[Slice]:
    edges = np.unique(np.nanquantile(values, np.linspace(0, 1, _RANGES + 1)))
    inner = np.searchsorted(edges[1:-1], values, side="right")
    return [
        Slice(f"{name} {low:.4g} to {high:.4g}", (inner == at) & ~np.isnan(values))
        for at, (low, high) in enumerate(pairwise(edges))
    ]
