"""Show a validation curve: a table, reports/validation-curve.html and .json."""

from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..config import Config
from ..curves.measure import interval
from ..curves.validation import OVER, SAME, UNDER, ValidationCurve
from ..evaluation.intervals import Estimate
from ..runs import write_json
from .curve_parts import band, plain, warned
from .figures import COLOURS, drawing, logarithmic, svg
from .html import write_page
from .numbers import bounded
from .tables import plain_table

Point = tuple[Any, Estimate, Estimate, str]


def tell(
    curve: ValidationCurve, config: Config, reports: Path, console: Console | None = None
) -> None:
    """Print a validation curve and what it tells, and write its page."""
    console = console or Console(highlight=False)
    sure = config.evaluation.confidence
    arrow = "↑" if curve.metric.higher_is_better else "↓"
    title = (
        f"{arrow}{curve.metric.name} of {config.model.name} by {curve.key}, on {curve.folds} folds "
        f"of the training split; {sure:.0%} intervals"
    )
    points, words = measured(curve, sure), sentences(curve)
    console.print(f"[bold]{escape(title)}[/]", soft_wrap=True)
    console.print(_table(curve, points))
    for sentence in words:
        console.print(escape(sentence), soft_wrap=True)
    reports.mkdir(exist_ok=True)
    write_json(laid_out(curve, points, words, config), reports / "validation-curve.json")
    write_page(
        "validation-curve.html",
        reports / "validation-curve.html",
        title=title,
        key=curve.key,
        figure=figure(curve, points),
        points=points,
        best=curve.settings[curve.best],
        words=words,
        estimate=bounded,
    )
    console.print("reports/validation-curve.html shows it")


def measured(curve: ValidationCurve, sure: float) -> list[Point]:
    """Return for each value the scores on held-out and training rows, and its label."""
    scores = curve.scores
    return [
        (
            value,
            interval(
                scores.held_out[i], curve.metric, test_share=scores.test_share, confidence=sure
            ),
            interval(scores.train[i], curve.metric, test_share=scores.test_share, confidence=sure),
            "best" if i == curve.best else curve.labels[i],
        )
        for i, value in enumerate(curve.settings)
    ]


def sentences(curve: ValidationCurve) -> list[str]:
    """Say in words where a model under- and overfits, and whether the values went far enough."""
    best = curve.settings[curve.best]
    found = [f"Best on held-out rows: {shown(best)}; configured is {shown(curve.configured)}."]
    for label, run in groupby(zip(curve.labels, curve.settings, strict=True), key=lambda p: p[0]):
        values = [shown(value) for _, value in run]
        span = values[0] if len(values) == 1 else f"{values[0]} to {values[-1]}"
        if label == UNDER:
            found.append(f"At {span} it underfits: worse on training rows, too.")
        elif label == OVER:
            found.append(f"At {span} it overfits: worse on held-out rows, not on training rows.")
    if all(label == SAME for label in curve.labels):
        found.append("No value is surely worse than the best: too little data to tell them apart.")
    if curve.boundary:
        found.append(
            f"Warning: the best value, {shown(best)}, lies at the end of those tried: a better one "
            "may lie beyond; go further with curves.values."
        )
    warning = warned(curve.scores.fits, curve.scores.warned)
    return found + [warning] * bool(warning)


def shown(value: Any) -> str:
    """Write a value of a setting."""
    if value is None:
        return "not set"
    return f"{value:g}" if isinstance(value, float) else str(value)


def figure(curve: ValidationCurve, points: list[Point]) -> Markup:
    """Draw scores over the values; the configured one is marked."""
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in curve.settings)
    x = [float(v) for v in curve.settings] if numbers else list(map(float, range(len(points))))
    with drawing() as (drawn, axes):
        band(axes, x, [p[1] for p in points], label="held out", colour=COLOURS[0])
        band(axes, x, [p[2] for p in points], label="train", colour=COLOURS[1], dashed=True)
        if numbers and min(x) > 0:
            logarithmic(axes)
        if not numbers:
            axes.set_xticks(x, [shown(v) for v in curve.settings])
        if curve.configured in curve.settings:
            axes.axvline(
                x[curve.settings.index(curve.configured)], color=COLOURS[-1], linewidth=0.8
            )
        axes.set_xlabel(curve.key)
        axes.set_ylabel(curve.metric.name)
        axes.legend()
        return svg(drawn, f"{curve.metric.name} by {curve.key}")


def _table(curve: ValidationCurve, points: list[Point]) -> Table:
    table = plain_table()
    for column in (curve.key.split(".")[-1], "held out", "train"):
        table.add_column(escape(column), justify="right")
    table.add_column("")
    for value, held, train, label in points:
        words = "" if label == SAME else label
        table.add_row(escape(shown(value)), bounded(held), f"{train.value:.3g}", words)
    return table


def laid_out(
    curve: ValidationCurve, points: list[Point], words: list[str], config: Config
) -> dict[str, Any]:
    """Return a validation curve as plain values."""
    return {
        "model": config.model.name,
        "key": curve.key,
        "configured": curve.configured,
        "metric": curve.metric.name,
        "higher_is_better": curve.metric.higher_is_better,
        "confidence": config.evaluation.confidence,
        "folds": curve.folds,
        "values": [
            {"value": value, "held_out": plain(held), "train": plain(train), "label": label}
            for value, held, train, label in points
        ],
        "best": curve.settings[curve.best],
        "best_at_boundary": curve.boundary,
        "words": words,
    }
