"""Tell whether a quantity that drifted looks like itself in another unit, and since when."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from .drift import VALUES, Drift, turning
from .served import Served

KNOWN: list[tuple[float, float, str]] = [
    *((factor, 0.0, f"times {factor:g}") for factor in (1000.0, 100.0, 10.0, 60.0, 24.0, 3600.0)),
    *((1 / f, 0.0, f"divided by {f:g}") for f in (1000.0, 100.0, 10.0, 60.0, 24.0, 3600.0)),
    (1 / 2.54, 0.0, "inches for centimetres"),
    (2.54, 0.0, "centimetres for inches"),
    (1 / 25.4, 0.0, "inches for millimetres"),
    (25.4, 0.0, "millimetres for inches"),
    (1 / 0.3048, 0.0, "feet for metres"),
    (0.3048, 0.0, "metres for feet"),
    (1 / 1.609344, 0.0, "miles for kilometres"),
    (1.609344, 0.0, "kilometres for miles"),
    (1 / 0.45359237, 0.0, "pounds for kilograms"),
    (0.45359237, 0.0, "kilograms for pounds"),
    (1 / 28.349523, 0.0, "ounces for grams"),
    (28.349523, 0.0, "grams for ounces"),
    (1.8, 32.0, "Fahrenheit for Celsius"),
    (1 / 1.8, -32.0 / 1.8, "Celsius for Fahrenheit"),
    (1.0, 273.15, "kelvin for Celsius"),
    (-1.0, 0.0, "with the opposite sign"),
]
_ALIKE = 0.01  # p-value, above which two samples may be one
_CLOSER = 0.4  # of the distance is left, at most


@dataclass(frozen=True)
class Unit:
    """A quantity in another unit.

    Attributes
    ----------
    column, words
        Such as "times 1000".
    row, time, rows
        The first row that is so written, its time, and how many are from there on.
    """

    column: str
    words: str
    row: int
    time: pd.Timestamp
    rows: int


def units(found: list[Drift], old: pd.DataFrame, served: Served) -> list[Unit]:
    """Look for other units in the quantities that have drifted."""
    names = dict.fromkeys(one.column for one in found if one.drifted and one.what == VALUES)
    return [
        unit
        for name in names
        if pd.api.types.is_numeric_dtype(old[name].dtype)
        and (unit := unit_of(name, old[name], served.rows[name], served.time))
    ]


def unit_of(name: str, old: pd.Series, new: pd.Series, time: pd.DatetimeIndex) -> Unit | None:
    """Find the unit in which production would look as before; None where no known one does.

    Parameters
    ----------
    name
        Of the column.
    old, new
        Its cells before, and in production in order of time, shapes (n,) and (m,).
    time
        When, shape (m,).
    """
    before = old.dropna().to_numpy(dtype=float)
    places = np.flatnonzero(new.notna())
    cells = new.to_numpy(dtype=float)[places]
    at = turning(cells)
    first, last = (
        float(stats.ks_2samp(before, part).statistic) if len(part) else 0.0
        for part in (cells[:at], cells[at:])
    )
    # What changed may have been put right since, or have been so from the first row on.
    whole = abs(first - last) < min(first, last)
    start, part = (0, cells) if whole else (at, cells[at:]) if last > first else (0, cells[:at])
    if len(part) < 2 or len(before) < 2:
        return None
    distance = float(stats.ks_2samp(before, part, method="asymp").statistic)
    tried = [
        (stats.ks_2samp(before, (part - shift) / factor, method="asymp"), words)
        for factor, shift, words in KNOWN
    ]
    best, words = min(tried, key=lambda one: float(one[0].statistic))
    if best.pvalue < _ALIKE or best.statistic > _CLOSER * distance:
        return None
    row = int(places[start])
    return Unit(name, words, int(new.index[row]), time[row], len(part))
