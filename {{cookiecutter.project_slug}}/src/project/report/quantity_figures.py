"""Draw how a regression did: predicted against true, residuals, and their quantiles."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import stats

from ..evaluation.metrics import Floats
from .figures import COLOURS, Drawn, drawing, label, svg, thin

POINTS = 1_500  # of a cloud: more could not be told apart, and would weigh megabytes
_QUANTILES = 100


def draw(y_true: Floats, y_pred: Floats, target: str, confidence: float) -> Iterator[Drawn]:
    """Draw all figures of a regression.

    Parameters
    ----------
    y_true, y_pred
        Shape (n,), in the target's unit.
    target
        The name of what is predicted.
    confidence
        Of the band around the residuals' quantiles.
    """
    known = np.isfinite(y_true) & np.isfinite(y_pred)
    y_true, y_pred = y_true[known], y_pred[known]
    if not len(y_true):
        return
    # By truth, so that what is drawn of many rows has the whole range of them.
    order = np.argsort(y_true, kind="stable")
    y_true, y_pred = y_true[order], y_pred[order]
    at = thin(len(y_true), POINTS)
    note = f"{len(at):,} of {len(y_true):,} rows, evenly by truth." if len(at) < len(y_true) else ""
    cloud: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 3, "alpha": 0.5}
    with drawing(4.6, 4.2) as (figure, axes):
        ends = [min(y_true.min(), y_pred.min()), max(y_true.max(), y_pred.max())]
        axes.plot(ends, ends, color="#888888", linestyle=":", linewidth=1)
        axes.plot(y_true[at], y_pred[at], markeredgewidth=0, **cloud)
        axes.set(xlabel=f"true {label(target)}", ylabel=f"predicted {label(target)}")
        title = "Predicted against true"
        yield Drawn("predicted", title, svg(figure, title), note)
    errors = y_pred - y_true
    with drawing(4.6, 4.2) as (figure, axes):
        axes.axhline(0, color="#888888", linestyle=":", linewidth=1)
        axes.plot(y_pred[at], errors[at], markeredgewidth=0, **cloud)
        axes.set(xlabel=f"predicted {label(target)}", ylabel="predicted minus true")
        yield Drawn("residuals", "Residuals", svg(figure, "Residuals"), note)
    if len(errors) > 2 and errors.std() > 0:
        yield _quantiles(errors, confidence)


def normal_quantiles(errors: Floats, confidence: float) -> Floats:
    """Set the quantiles of standardised errors beside those of the normal distribution.

    Parameters
    ----------
    errors
        Shape (n,).
    confidence
        Of each interval, by the Beta distribution of an order statistic.

    Returns
    -------
    numpy.ndarray
        Shape (points, 4): normal quantile, that of the errors, and the interval in which it would
        lie were they normal.

    References
    ----------
    David and Nagaraja (2003), Order Statistics, chapter 2.
    """
    rows = len(errors)
    ordered = np.sort((errors - errors.mean()) / errors.std())
    rank = np.array(thin(rows, _QUANTILES)) + 1
    tail = (1 - confidence) / 2
    middle = stats.norm.ppf((rank - 0.375) / (rows + 0.25))  # Blom's
    low, high = (
        stats.norm.ppf(stats.beta.ppf(share, rank, rows + 1 - rank)) for share in (tail, 1 - tail)
    )
    return np.column_stack([middle, ordered[rank - 1], low, high])


def _quantiles(errors: Floats, confidence: float) -> Drawn:
    middle, found, low, high = normal_quantiles(errors, confidence).T
    with drawing(4.6, 4.2) as (figure, axes):
        axes.fill_between(middle, low, high, color="#888888", alpha=0.25, linewidth=0)
        axes.plot(middle, middle, color="#888888", linestyle=":", linewidth=1)
        axes.plot(middle, found, linestyle="none", marker="o", markersize=3, color=COLOURS[0])
        axes.set(xlabel="normal quantile", ylabel="quantile of the residuals, standardised")
        note = (
            f"Dots inside the band ({confidence:.0%} each) go with normal residuals; dots above it "
            "on the right or below it on the left are heavy tails."
        )
        title = "Quantiles of the residuals"
        return Drawn("quantiles", title, svg(figure, title), note)
