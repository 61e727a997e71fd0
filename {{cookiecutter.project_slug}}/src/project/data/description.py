"""Describe columns in the figures and shapes that a page can draw, as a whole and by the target.

Shapes are heights from 0 to 1; nothing here knows how they are drawn.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from .contingency import is_ordered

BARS = 24
CATEGORIES = 10  # bars; the others are one
CLASSES = 5
_STEPS = 10  # ranges of a quantity, for each of which the target's quartiles are told
_TAIL = 0.01
_FEWEST = 5  # rows that quartiles are told of


@dataclass
class Shape:
    """How values are spread: evenly wide bars from `low` to `high`.

    Parameters
    ----------
    heights
        Shares of the rows, as parts of the highest bar.
    cut
        Whether the outermost bars hold all that lies beyond.
    """

    low: float
    high: float
    heights: list[float]
    cut: bool = False


@dataclass
class Bar:
    """A category and its share of the rows; `parts` is what the target does there."""

    name: str
    share: float
    parts: list[float] = field(default_factory=list)  # shares of the classes, or quartiles
    rest: bool = False


@dataclass
class Description:
    """What a column looks like.

    Parameters
    ----------
    missing
        Share of the rows.
    distinct
        How many values there are.
    figures
        Least, quartiles and greatest of quantities and times.
    shape, bars
        Of quantities and times, and of categories.
    classes
        A shape for each of the target's classes, as high as the highest bar of its own.
    steps
        For ranges of the quantity, from low to high: share of the rows below its middle, and the
        target's quartiles.
    """

    missing: float
    distinct: int
    time: bool = False
    figures: list[float] = field(default_factory=list)
    shape: Shape | None = None
    bars: list[Bar] = field(default_factory=list)
    classes: list[tuple[str, Shape]] = field(default_factory=list)
    steps: list[tuple[float, list[float]]] = field(default_factory=list)


def describe(cells: pd.Series) -> Description:
    """Describe a column, shape (n,); times are in seconds since 1970."""
    filled = cells.dropna()
    described = Description(1 - len(filled) / max(len(cells), 1), int(filled.nunique()))
    if not len(filled):
        return described
    if is_ordered(cells):
        described.time = pd.api.types.is_datetime64_any_dtype(cells.dtype)
        numbers = _numbers(filled)
        described.figures = [float(q) for q in np.quantile(numbers, [0, 0.25, 0.5, 0.75, 1])]
        described.shape = _shape(numbers, _edges(numbers))
    else:
        described.bars = _bars(cells)
    return described


def split_by_class(described: Description, cells: pd.Series, target: pd.Series) -> None:
    """Add how a column is spread within each of the commonest classes."""
    names = classes(target)
    if described.bars:
        for bar, rows in _rows_of(described.bars, cells):
            counts = target[rows].value_counts()
            total = max(int(counts.sum()), 1)
            bar.parts = [float(counts.get(name, 0)) / total for name in names]
    elif described.shape:
        edges = _edges(_numbers(cells.dropna()))
        for name in names:
            within = _numbers(cells[target == name].dropna())
            if len(within):
                described.classes.append((name, _shape(within, edges)))


def split_by_quantity(described: Description, cells: pd.Series, target: pd.Series) -> None:
    """Add the quartiles of the target for each category, or range of the quantity."""
    both = cells.notna() & target.notna()
    if described.bars:
        for bar, rows in _rows_of(described.bars, cells):
            bar.parts = _quartiles(target[rows & both])
    elif both.any():
        order = np.argsort(_numbers(cells[both]), kind="stable")
        values, goal = _numbers(cells[both])[order], _numbers(target[both])[order]
        # Equal values stay together, so that nothing follows from the order of the rows.
        start = np.searchsorted(values, np.quantile(values, np.linspace(0, 1, _STEPS + 1)[:-1]))
        parts = np.split(goal, np.unique(start)[1:])
        done = 0
        for part in parts:
            middle = (done + len(part) / 2) / len(goal)
            done += len(part)
            if len(part) >= _FEWEST:
                described.steps.append((middle, _quartiles(pd.Series(part))))


def classes(target: pd.Series) -> list[str]:
    """Name the commonest classes, the first by name where two are as common."""
    counts = target.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return [str(name) for name in counts.index[:CLASSES]]


def _numbers(cells: pd.Series) -> np.ndarray:
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return cells.to_numpy("datetime64[us]").astype("int64") / 1e6
    return cells.to_numpy(dtype=float)


def _edges(numbers: np.ndarray) -> tuple[np.ndarray, bool]:
    """Return evenly spaced edges, and whether a far tail lies beyond them."""
    low, high = float(numbers.min()), float(numbers.max())
    values = np.unique(numbers)
    if len(values) <= BARS and (values == np.round(values)).all() and high - low < BARS:
        return np.arange(low - 0.5, high + 1), False
    near, far = np.quantile(numbers, [_TAIL, 1 - _TAIL])
    cut = bool(far > near and high - low > 3 * (far - near))
    if cut:
        low, high = float(near), float(far)
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, BARS + 1), cut


def _shape(numbers: np.ndarray, edges: tuple[np.ndarray, bool]) -> Shape:
    limits, cut = edges
    counts = np.histogram(np.clip(numbers, limits[0], limits[-1]), limits)[0]
    heights = [round(float(count), 3) for count in counts / max(counts.max(), 1)]
    return Shape(float(limits[0]), float(limits[-1]), heights, cut)


def _bars(cells: pd.Series) -> list[Bar]:
    counts = cells.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    bars = [Bar(str(name), float(n) / len(cells)) for name, n in counts.head(CATEGORIES).items()]
    if len(counts) > CATEGORIES:
        others = float(counts.iloc[CATEGORIES:].sum()) / len(cells)
        bars.append(Bar(f"{len(counts) - CATEGORIES:,} others", others, rest=True))
    return bars


def _rows_of(bars: list[Bar], cells: pd.Series) -> list[tuple[Bar, pd.Series]]:
    named = [bar.name for bar in bars if not bar.rest]
    return [
        (bar, cells.notna() & ~cells.isin(named) if bar.rest else cells == bar.name) for bar in bars
    ]


def _quartiles(target: pd.Series) -> list[float]:
    if len(target) < _FEWEST:
        return []
    return [float(q) for q in np.quantile(target, [0.25, 0.5, 0.75])]
