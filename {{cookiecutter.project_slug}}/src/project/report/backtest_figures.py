"""The figures of a backtest's page."""

import numpy as np
from markupsafe import Markup
from matplotlib.colors import LinearSegmentedColormap

from ..backtesting.age import losses
from ..backtesting.drift import GAPS, Drift
from ..backtesting.result import ALL, Backtested
from ..config import Config
from ..data.config import Task
from ..evaluation.intervals import mean
from .curve_parts import reach
from .figures import COLOURS, drawing, label, svg, thin

_ROWS = 30  # of the heat map: the columns that have drifted most
_POINTS = 400
_BINS = 20
_UNITS = (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1))

# Over the page's own paper, dark or light.
_SHADES = LinearSegmentedColormap.from_list("distance", [f"{COLOURS[0]}00", COLOURS[0]])


def draw(found: Backtested, config: Config) -> dict[str, list[Markup]]:
    """Draw all figures, by section.

    Parameters
    ----------
    found
        What there is to draw.
    config
        The task.
    """
    names = list(dict.fromkeys(one.metric for one in found.changes))
    known = int(found.served.known.sum())
    return {
        "quality": [metric(found, name) for name in names],
        "drift": [heat([*found.inputs, *found.predictions])] if found.inputs else [],
        "skew": [answers(found, config)] if found.skew.differ else [],
        "age": [ageing(found, config)] if known >= 2 * _BINS else [],
    }


def metric(found: Backtested, name: str) -> Markup:
    """Draw a metric by period, beside what it was on the validation rows."""
    own = [one for one in found.changes if one.metric == name]
    shown = [one for one in own if one.period != ALL] or own
    before = own[0].before
    with drawing(5, 3) as (figure, axes):
        axes.axhspan(before.low, before.high, color="#8883", linewidth=0)
        axes.axhline(before.value, color=COLOURS[6], linewidth=1, label="validation")
        for at, one in enumerate(shown):
            colour = COLOURS[1] if one.worse else COLOURS[0]
            axes.errorbar(
                at, one.value.value, reach([one.value]), fmt="o", color=colour, markersize=5,
                capsize=3,
            )  # fmt: skip
        axes.set_xticks(range(len(shown)), [_short(one.period) for one in shown], rotation=30,
                        ha="right", fontsize=8)  # fmt: skip
        axes.set_xlim(-0.5, len(shown) - 0.5)
        axes.set_title(name, loc="left")
        return svg(figure, f"{name} by period, and on the validation rows")


def heat(found: list[Drift]) -> Markup:
    """Draw by how much each column differs in each period; a cross where that is sure."""
    titles = [(one.column, one.what) for one in found]
    worst = {title: max(_size(o) for o in found if (o.column, o.what) == title) for title in titles}
    rows = sorted(worst, key=lambda title: -worst[title])[:_ROWS]
    periods = list(dict.fromkeys(one.period for one in found))
    sizes = np.full((len(rows), len(periods)), np.nan)
    marks = []
    for one in found:
        if (one.column, one.what) in rows:
            at = rows.index((one.column, one.what)), periods.index(one.period)
            sizes[at] = _size(one)
            if one.drifted:
                marks.append(at)
    with drawing(max(4.0, 1.8 + 0.55 * len(periods)), 1.5 + 0.3 * len(rows)) as (figure, axes):
        mesh = axes.pcolormesh(
            sizes,
            cmap=_SHADES,
            vmin=0,
            vmax=max(0.3, np.nanmax(sizes)),
            edgecolors="#8886",
            linewidth=0.4,
        )
        for row, column in marks:
            axes.text(
                column + 0.5,
                row + 0.5,
                "×",
                ha="center",
                va="center",
                color=COLOURS[1],
                fontsize=14,
                fontweight="bold",
            )
        names = [label(n, 24) + (", missing" if what == GAPS else "") for n, what in rows]
        axes.set_yticks(np.arange(len(rows)) + 0.5, names, fontsize=8)
        axes.set_xticks(
            np.arange(len(periods)) + 0.5,
            [_short(p) for p in periods],
            rotation=30,
            ha="right",
            fontsize=8,
        )
        axes.invert_yaxis()
        axes.grid(visible=False)
        figure.colorbar(mesh, ax=axes, label="distance", fraction=0.05)
        return svg(figure, "distance of each column in each period from what it was before")


def answers(found: Backtested, config: Config) -> Markup:
    """Draw what was logged against what the model says itself."""
    said = found.served.said
    logged, own = (
        np.asarray(one.y_pred if one.proba is None else one.proba[:, 0], dtype=float)
        for one in (said, found.skew.own)
    )
    what = "" if said.classes is None else f" of p({label(said.classes[0])})"
    off = np.flatnonzero(found.skew.gaps > config.backtest.tolerance)
    some = off[thin(len(off), _POINTS)]
    with drawing(4.5, 3.6) as (figure, axes):
        low, high = float(min(own.min(), logged.min())), float(max(own.max(), logged.max()))
        axes.plot([low, high], [low, high], color=COLOURS[6], linewidth=1)
        axes.plot(own[some], logged[some], "o", color=COLOURS[1], markersize=3, alpha=0.6)
        axes.set_xlabel(f"the model's own{what}")
        axes.set_ylabel("logged")
        return svg(figure, "rows whose logged answer is not the model's own")


def ageing(found: Backtested, config: Config) -> Markup:
    """Draw the mean loss along time."""
    loss, name = losses(found.served.judged, config.data.task)
    ages = np.asarray((found.served.time[found.served.known] - found.finished).total_seconds())
    unit, seconds = next(one for one in _UNITS if np.ptp(ages) >= one[1] or one[1] == 1)
    parts = np.array_split(np.arange(len(loss)), _BINS)
    with drawing(5, 3) as (figure, axes):
        for part in parts:
            one = mean(loss[part], config.evaluation.confidence)
            at = float(ages[part].mean()) / seconds
            axes.plot([at, at], [one.low, one.high], color=COLOURS[0], alpha=0.4)
            axes.plot([at], [one.value], "o", color=COLOURS[0], markersize=4)
        axes.set_xlabel(f"age of the model, {unit}")
        axes.set_ylabel(name if config.data.task is Task.regression else "1 − p(truth)")
        return svg(figure, "loss by the age of the model")


def _size(one: Drift) -> float:
    return 0.0 if np.isnan(one.test.effect) else abs(one.test.effect)


def _short(period: str) -> str:
    return period.removeprefix("week of ").split(" to ")[0]
