"""What pages with curves, and the tables of them, share."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..evaluation.intervals import Estimate

Shown = list[Estimate]


def plain(found: Estimate) -> dict[str, Any]:
    """Return an estimate as plain values; None for a bound that is not known."""
    return {
        key: value if math.isfinite(value) else None
        for key, value in (("value", found.value), ("low", found.low), ("high", found.high))
    }


def count(rows: float) -> str:
    """Write a number of rows, to two digits where it is foretold."""
    if math.isinf(rows):
        return "∞"
    digits = max(0, math.floor(math.log10(max(rows, 1))) - 1)
    return f"{round(rows, -digits):,.0f}"


def rows_range(found: Estimate) -> str:
    """Write foretold numbers of rows with their interval."""
    most = "no number of" if math.isinf(found.value) else count(found.value)
    return f"{most} rows [{count(found.low)}, {count(found.high)}]"


def band(
    axes: Axes, x: Sequence[float], shown: Shown, *, label: str, colour: str, dashed: bool = False
) -> None:
    """Draw estimates as a line with points, and their intervals as a band."""
    axes.plot(
        x,
        [one.value for one in shown],
        "--" if dashed else "o-",
        markersize=4,
        color=colour,
        label=label,
    )
    axes.fill_between(
        x,
        [one.low for one in shown],
        [one.high for one in shown],
        color=colour,
        alpha=0.15,
        linewidth=0,
    )


def reach(shown: Shown) -> np.ndarray:
    """Return how far intervals reach below and above their values, shape (2, n), for whiskers."""
    # Not below nothing, where rounding makes it so.
    ends = [(max(one.value - one.low, 0.0), max(one.high - one.value, 0.0)) for one in shown]
    return np.array(ends).T


def warned(fits: int, with_warning: int) -> str:
    """Say how many fits warned; empty where none did."""
    return f"{with_warning} of {fits} fits gave a warning, such as of not converging." * bool(
        with_warning
    )
