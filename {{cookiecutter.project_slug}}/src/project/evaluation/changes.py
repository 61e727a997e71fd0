"""What may be done to a column before the model is asked again."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd


class Change(Protocol):
    """Something that is done to features; the same each time."""

    def of(self, x: pd.DataFrame) -> pd.DataFrame:
        """Return the changed features; the given ones stay as they are."""


@dataclass(frozen=True)
class Noise:
    """Add normal noise to quantities: standard deviations, in their own units, by column."""

    scales: dict[str, float]
    seed: int

    def of(self, x: pd.DataFrame) -> pd.DataFrame:
        """Return the changed features."""
        draw = np.random.default_rng(self.seed)
        return x.assign(
            **{
                name: x[name].to_numpy(dtype=float) + scale * draw.normal(size=len(x))
                for name, scale in self.scales.items()
            }
        )


@dataclass(frozen=True)
class Lost:
    """Empty a share of a column's cells."""

    column: str
    share: float
    seed: int

    def of(self, x: pd.DataFrame) -> pd.DataFrame:
        """Return the changed features."""
        gone = np.random.default_rng(self.seed).random(len(x)) < self.share
        cells = x[self.column]
        return x.assign(**{self.column: cells.astype(_kind(cells)).mask(gone, np.nan)})


@dataclass(frozen=True)
class Swapped:
    """Give a share of a column's cells the content of another row, drawn at random."""

    column: str
    share: float
    seed: int

    def of(self, x: pd.DataFrame) -> pd.DataFrame:
        """Return the changed features."""
        draw = np.random.default_rng(self.seed)
        moved = draw.random(len(x)) < self.share
        cells = x[self.column].to_numpy()
        other = cells[draw.integers(len(x), size=len(x))]
        return x.assign(**{self.column: np.where(moved, other, cells)})


@dataclass(frozen=True)
class Permuted:
    """Deal a column's cells out anew among the rows."""

    column: str
    seed: int

    def of(self, x: pd.DataFrame) -> pd.DataFrame:
        """Return the changed features."""
        cells = x[self.column].to_numpy()
        return x.assign(**{self.column: np.random.default_rng(self.seed).permutation(cells)})


@dataclass(frozen=True)
class Turned:
    """Give each row that holds one of some levels the level that comes so many places later."""

    column: str
    levels: tuple[Any, ...]
    places: int

    def of(self, x: pd.DataFrame) -> pd.DataFrame:
        """Return the changed features."""
        count = len(self.levels)
        into = {
            level: self.levels[(at + self.places) % count] for at, level in enumerate(self.levels)
        }
        cells = [into.get(cell, cell) for cell in x[self.column]]
        return x.assign(**{self.column: pd.Series(cells, x.index, dtype=x[self.column].dtype)})


@dataclass(frozen=True)
class Fixed:
    """Give all rows the same content."""

    column: str
    value: Any

    def of(self, x: pd.DataFrame) -> pd.DataFrame:
        """Return the changed features."""
        kind = _kind(x[self.column])
        return x.assign(**{self.column: pd.Series([self.value] * len(x), x.index, dtype=kind)})


@dataclass(frozen=True)
class Raised:
    """Add the same to all quantities of a column."""

    column: str
    by: float

    def of(self, x: pd.DataFrame) -> pd.DataFrame:
        """Return the changed features."""
        return x.assign(**{self.column: x[self.column].to_numpy(dtype=float) + self.by})


def _kind(cells: pd.Series) -> type:
    """Return what holds a column's cells and missing ones: numbers, or anything."""
    return float if pd.api.types.is_numeric_dtype(cells) else object
