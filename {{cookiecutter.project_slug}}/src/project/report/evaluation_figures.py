"""The figures of an evaluation's page."""

import math

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ..config import Config
from ..evaluation.calibration import Reliability
from ..evaluation.confidence import Confident
from ..evaluation.distribution import Distributions
from ..evaluation.importance import Dependence, Importance
from ..evaluation.intervals import Estimate
from ..evaluation.perturbation import DoseCurve
from ..evaluation.result import Evaluation
from ..evaluation.slices import SliceTest
from .curve_parts import band, reach
from .figures import COLOURS, drawing, svg

_CURVES = 6  # that can be told apart
_BARS = 15


def draw(found: Evaluation, config: Config) -> dict[str, list[Markup]]:
    """Draw all figures, by section."""
    drawn: dict[str, list[Markup]] = {
        "perturbation": [
            doses([one for one in found.perturbation if one.kind == kind][:_CURVES], kind)
            for kind in ("noise", "missing", "swapped")
            if any(one.kind == kind for one in found.perturbation)
        ],
        "reliability": [reliability(found.reliability)] if found.reliability else [],
        "distribution": [transforms(found.distribution)] if found.distribution else [],
        "confidence": [risks(found.confidence)] if found.confidence else [],
        "slices": [slices(found.slices)] if found.slices.results else [],
        "importance": [importance(found.importance)],
    }
    names = list(dict.fromkeys(one.column for one in found.dependence))
    drawn["dependence"] = [
        dependence([one for one in found.dependence if one.column == name]) for name in names
    ]
    return drawn


def doses(curves: list[DoseCurve], kind: str) -> Markup:
    """Draw what each dose costs, for the columns that bear least."""
    with drawing(6, 3.4) as (figure, axes):
        none = Estimate(0.0, 0.0, 0.0)
        for one, colour in zip(curves, COLOURS, strict=False):
            shown = [none, *one.losses]
            band(axes, [0.0, *one.doses], shown, label=one.column[:30], colour=colour)
        axes.set_xlabel("standard deviations" if kind == "noise" else "share of the cells")
        axes.set_ylabel("loss of quality")
        axes.set_title(kind, loc="left")
        axes.legend(fontsize=8)
        return svg(figure, f"loss of quality by dose: {kind}")


def reliability(found: list[Reliability]) -> Markup:
    """Draw what came true against what was said."""
    with drawing(6, 4.2) as (figure, axes):
        axes.plot([0, 1], [0, 1], color="#888", linewidth=1, linestyle="--")
        for one, colour in zip(found, COLOURS, strict=False):
            said = [b.said for b in one.bins]
            true = [b.true.value for b in one.bins]
            first = one is found[0]
            if first:
                whiskers = reach([b.true for b in one.bins])
                axes.errorbar(said, true, whiskers, color=colour, fmt="none", alpha=0.6)
            width = 1.5 if first else 0.8
            axes.plot(said, true, "o-", color=colour, ms=2.5 * width, lw=width, label=one.name)
        axes.set_xlabel("probability that was said")
        axes.set_ylabel("share that came true")
        axes.legend(fontsize=8)
        return svg(figure, "reliability diagram")


def transforms(found: Distributions) -> Markup:
    """Draw where in the predicted distributions the truth lies."""
    with drawing(6, 3) as (figure, axes):
        for at, (name, counts) in enumerate(found.transforms.items()):
            middles = (np.arange(len(counts)) + 0.3 + 0.4 * at) / len(counts)
            shares = np.array(counts) / max(sum(counts), 1)
            axes.bar(middles, shares, width=0.35 / len(counts), color=COLOURS[at], label=name)
        axes.axhline(0.1, color="#888", linewidth=1, linestyle="--")
        axes.set_xlabel("place of the truth in the predicted distribution")
        axes.set_ylabel("share of the rows")
        axes.legend(fontsize=8)
        return svg(figure, "probability integral transform")


def risks(found: Confident) -> Markup:
    """Draw the risk–coverage curve."""
    with drawing(6, 3.2) as (figure, axes):
        band(axes, found.shares, found.risks, label="risk", colour=COLOURS[0])
        axes.axhline(found.area_if_random, color="#888", linewidth=1, linestyle="--")
        if not math.isnan(found.threshold):
            axes.axvline(found.decided.value, color=COLOURS[1], linewidth=1, label="threshold")
        axes.set_ylim(0, min(1.0, 2.5 * max(found.area_if_random, 0.02)))
        axes.set_xlabel("share of the rows that are decided, surest first")
        axes.set_ylabel("share of them wrong")
        axes.legend(fontsize=8)
        return svg(figure, "risk–coverage curve")


def _whiskers(axes: Axes, names: list[str], found: list[Estimate], colours: list[str]) -> None:
    places = np.arange(len(names))[::-1]
    for place, one, colour in zip(places, found, colours, strict=True):
        axes.plot([one.low, one.high], [place, place], color=colour, linewidth=2, alpha=0.5)
        axes.plot([one.value], [place], color=colour, marker="o", markersize=5)
    axes.set_yticks(places, [name[:48] for name in names], fontsize=8)
    axes.grid(axis="y", visible=False)


def slices(found: SliceTest) -> Markup:
    """Draw the worst slices."""
    worst = found.results[:_BARS]
    with drawing(7, 0.9 + 0.26 * len(worst)) as (figure, axes):
        colours = [COLOURS[1] if one.worse else COLOURS[0] for one in worst]
        _whiskers(axes, [one.name for one in worst], [one.loss for one in worst], colours)
        axes.axvline(found.overall, color="#888", linewidth=1, linestyle="--")
        axes.set_xlabel(found.loss)
        return svg(figure, "the worst slices")


def importance(found: list[Importance]) -> Markup:
    """Draw what is lost without each column."""
    first = found[:_BARS]
    with drawing(7, 0.9 + 0.26 * len(first)) as (figure, axes):
        colours = [COLOURS[0] if one.matters else COLOURS[-1] for one in first]
        _whiskers(axes, [one.column for one in first], [one.loss for one in first], colours)
        axes.axvline(0, color="#888", linewidth=1)
        axes.set_xlabel("loss when the column is permuted")
        return svg(figure, "permutation importance")


def dependence(found: list[Dependence]) -> Markup:
    """Draw the partial dependence on one column, by class."""
    with drawing(4.2, 2.8) as (figure, axes):
        values = found[0].values
        text = any(isinstance(value, str) for value in values)
        x = list(range(len(values))) if text else [float(value) for value in values]
        for one, colour in zip(found, COLOURS, strict=False):
            if text:
                means = [m.value for m in one.means]
                axes.errorbar(x, means, reach(one.means), color=colour, fmt="o", label=one.of[:20])
            else:
                band(axes, x, one.means, label=one.of[:20], colour=colour)
        if text:
            axes.set_xticks(x, [str(value)[:14] for value in values], fontsize=8)
            axes.tick_params(axis="x", rotation=30 if len(values) > 4 else 0)
        elif all(value.is_integer() for value in x):
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))  # there are no half years
        axes.set_xlabel(found[0].column[:40])
        axes.set_ylabel("mean prediction")
        if found[0].of:
            axes.legend(fontsize=8)
        return svg(figure, f"partial dependence on {found[0].column[:40]}")
