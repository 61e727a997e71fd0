"""Describe what a table looks like, from an even sample of its rows: conf/profile.json.

The profile that was recorded with the schema is what later versions of the data are compared with.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..files import replacing
from ..runs import read_json, write_json
from .schema import ColumnType, Role, Rule

SAMPLE = 50_000  # rows; at most twice as many are held
_BINS = 10
_TOP = 20


def described(rules: Mapping[str, Rule]) -> list[str]:
    """Return the columns that may be described: none whose values name a person or are text."""
    return [
        name
        for name, rule in rules.items()
        if rule.role not in (Role.id, Role.group) and rule.type is not ColumnType.text
    ]


class Sample:
    """Every k-th row of a stream, where k doubles as the stream grows.

    No random numbers: the sample follows from the rows and their order alone.
    """

    def __init__(self) -> None:
        self._step = 1
        self._seen = 0
        self._kept: list[pd.DataFrame] = []
        self._rows = 0

    def add(self, rows: pd.DataFrame) -> None:
        """Look at the next rows, shape (n, columns)."""
        first = -self._seen % self._step
        self._seen += len(rows)
        self._keep(rows.iloc[first :: self._step])
        while self._rows > 2 * SAMPLE:
            self._step *= 2
            whole = self.frame()
            self._kept, self._rows = [], 0
            self._keep(whole.iloc[::2])

    def frame(self) -> pd.DataFrame:
        """Return the sample, shape (at most 2 * SAMPLE, columns)."""
        return pd.concat(self._kept) if self._kept else pd.DataFrame()

    def _keep(self, rows: pd.DataFrame) -> None:
        self._kept.append(rows.copy())
        self._rows += len(rows)


@dataclass
class ColumnProfile:
    """What one column looks like.

    Parameters
    ----------
    bins
        Upper edges of the bins of a quantity; the names of the commonest categories otherwise.
    shares
        Share of the rows in each bin, then in all others, then of missing cells; they sum to 1.
    """

    bins: list[float] | list[str]
    shares: list[float]


@dataclass
class Profile:
    """What a table looks like; `rows` is the size of the sample that says so."""

    rows: int
    columns: dict[str, ColumnProfile]


def profile(sample: pd.DataFrame) -> Profile:
    """Describe every column of a sample, shape (n, columns), by the shares of its values."""
    columns = {str(name): _describe(sample[name], None) for name in sample}
    return Profile(len(sample), columns)


def alike(sample: pd.DataFrame, recorded: Profile) -> Profile:
    """Describe a sample in the bins of a recorded profile, so that the two can be compared.

    Columns whose type was corrected since then are left out.
    """
    columns = {
        name: _describe(sample[name], column.bins)
        for name, column in recorded.columns.items()
        if name in sample and _fits(sample[name], column.bins)
    }
    return Profile(len(sample), columns)


def save(found: Profile, path: Path) -> None:
    """Write a profile as JSON."""
    with replacing(path) as scratch:
        write_json(asdict(found), scratch)


def load(path: Path) -> Profile:
    """Read a profile."""
    found = read_json(path)
    columns = {name: ColumnProfile(**column) for name, column in found["columns"].items()}
    return Profile(found["rows"], columns)


def _fits(cells: pd.Series, bins: list[float] | list[str]) -> bool:
    text = not pd.api.types.is_numeric_dtype(cells.dtype)
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        text = False
    return all(isinstance(name, str) is text for name in bins)


def _describe(cells: pd.Series, bins: list[float] | list[str] | None) -> ColumnProfile:
    filled = cells.dropna()
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        filled = filled.astype("int64").astype("float64")
    if pd.api.types.is_numeric_dtype(filled.dtype):
        if bins is None:
            finite = filled[np.isfinite(filled)]
            edges = np.quantile(finite, np.linspace(0, 1, _BINS + 1)[1:]) if len(finite) else []
            bins = [float(edge) for edge in np.unique(edges)]
        place = np.searchsorted(np.array(bins, dtype=float), filled.to_numpy())
        counts = np.bincount(place, minlength=len(bins) + 1).tolist()
    else:
        common = filled.astype(str).value_counts()
        if bins is None:
            # Ties are broken by name, so that equal tables have equal profiles.
            order = sorted(common.items(), key=lambda pair: (-pair[1], pair[0]))
            bins = [str(name) for name, _ in order[:_TOP]]
        known = [int(common.get(name, 0)) for name in bins]
        counts = [*known, len(filled) - sum(known)]
    counts.append(len(cells) - len(filled))
    return ColumnProfile(bins, [count / max(len(cells), 1) for count in counts])
