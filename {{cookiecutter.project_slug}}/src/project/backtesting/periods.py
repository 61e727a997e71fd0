"""Cut a log into periods."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import ConfigError
from .config import AUTO, DAY, MONTH, WEEK, Backtest

_MOST = 100  # each is evaluated by every method
_SHOWN = 12  # that a page shows well, which `auto` keeps to
_FEW = 8  # periods of rows that `auto` makes at most
_CODES = {DAY: "D", WEEK: "W", MONTH: "M"}


@dataclass(frozen=True)
class Period:
    """Some time.

    Attributes
    ----------
    name
        Such as "2026-03" or "week of 2026-03-02".
    start, end
        Times of its first and last row.
    places
        Positions of its rows in the log, in order of time.
    """

    name: str
    start: pd.Timestamp
    end: pd.Timestamp
    places: np.ndarray


def periods(time: pd.DatetimeIndex, settings: Backtest) -> list[Period]:
    """Cut rows, whose times rise, into periods.

    `auto` takes the shortest of day, week and month that leaves enough rows in all periods but the
    first and the last, and not too many periods; where none does, parts of about equal numbers, cut
    where time moves on: rows that were answered at once have no order.

    Raises
    ------
    ConfigError
        When there would be more than can be looked at.
    """
    wanted = settings.period
    if wanted == AUTO:
        for unit in (DAY, WEEK, MONTH):
            found = _calendar(time, unit)
            sizes = [len(one.places) for one in found]
            inner = sizes[1:-1] if len(sizes) > 2 else sizes
            if 2 <= len(found) <= _SHOWN and min(inner) >= settings.min_rows:
                return found
        parts = min(max(len(time) // (2 * settings.min_rows), 1), _FEW)
        return _parts(time, _even(time, parts))
    if wanted in _CODES:
        found = _calendar(time, wanted)
    else:
        found = _parts(
            time, np.split(np.arange(len(time)), range(int(wanted), len(time), int(wanted)))
        )
    if len(found) > _MOST:
        raise ConfigError(
            f"backtest.period={wanted} makes {len(found):,} periods, and at most {_MOST} are "
            "looked at: take a longer one"
        )
    return found


def _even(time: pd.DatetimeIndex, parts: int) -> list[np.ndarray]:
    edges = np.linspace(0, len(time), parts + 1).astype(int)[1:-1]
    starts = np.searchsorted(time, time[edges])
    return np.split(np.arange(len(time)), np.unique(starts[starts > 0]))


def _calendar(time: pd.DatetimeIndex, unit: str) -> list[Period]:
    of = time.to_period(_CODES[unit])
    made = []
    for one in of.unique():
        at = np.flatnonzero(of == one)
        first = one.start_time.date().isoformat()
        name = first[:7] if unit == MONTH else f"week of {first}" if unit == WEEK else first
        made.append(Period(name, time[at[0]], time[at[-1]], at))
    return made


def _parts(time: pd.DatetimeIndex, cuts: list[np.ndarray]) -> list[Period]:
    """Name parts by their number and first day."""
    return [
        Period(f"{number}: {time[at[0]]:%Y-%m-%d}", time[at[0]], time[at[-1]], at)
        for number, at in enumerate(cuts, 1)
        if len(at)
    ]
