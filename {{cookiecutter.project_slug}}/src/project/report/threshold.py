"""Show what a threshold costs: a table, reports/threshold.html and .json."""

from pathlib import Path
from typing import Any

from markupsafe import Markup
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..config import Config
from ..curves.threshold import GRID, Sweep
from ..models.decision import PROBABLE
from ..runs import write_json
from .curve_parts import band, plain
from .figures import COLOURS, drawing, svg
from .html import write_page
from .numbers import bounded
from .tables import plain_table

_EVERY = 10  # of the thresholds is in the table


def tell(found: Sweep, config: Config, reports: Path, console: Console | None = None) -> None:
    """Print what a decision costs and what others would, and write the page."""
    console = console or Console(highlight=False)
    sure = config.evaluation.confidence
    title = (
        f"What {config.model.name}'s decisions cost, on {found.rows:,} training rows out of fold; "
        f"{sure:.0%} intervals"
    )
    words = sentences(found)
    console.print(f"[bold]{escape(title)}[/]", soft_wrap=True)
    if found.curves:
        console.print(_table(found))
    for sentence in words:
        console.print(escape(sentence), soft_wrap=True)
    reports.mkdir(exist_ok=True)
    write_json(laid_out(found, words, config), reports / "threshold.json")
    write_page(
        "threshold.html",
        reports / "threshold.html",
        title=title,
        words=words,
        figures=[figure(found, name) for name in found.curves],
        steps=steps(found),
        classes=[str(label) for label in found.decision.classes],
        costs=found.decision.costs.tolist(),
        estimate=bounded,
    )
    console.print("reports/threshold.html shows it")


def sentences(found: Sweep) -> list[str]:
    """Say in words which decision is the cheapest, and how sure that is."""
    rule, words = found.decision, []
    if not found.costs_given:
        words.append("conf/ gives no costs, so each error counts as 1: see evaluation=costs.")
    if rule.threshold is not None and found.same is not None:
        low, high = found.same
        words += [
            f"Cheapest: predict '{rule.classes[rule.positive]}' from a probability of "
            f"{rule.threshold:.2g}. Thresholds from {low:.2g} to {high:.2g} are not told apart "
            "from it.",
            f"If probabilities were exact it would be {rule.bayes:.2g}.",
        ]
        against = "the threshold 0.5"
    else:
        against = "the most probable class"
        words.append(
            "Cheapest: predict the most probable class; expected costs do no better."
            if rule.rule == PROBABLE
            else "Cheapest: predict the class with the least expected cost."
        )
    saves = "saves" if found.saved.low > 0 else "may save"
    words.append(
        f"Chosen on the other folds, it costs {bounded(found.cost)} per row and {saves} "
        f"{bounded(found.saved)} against {against}."
    )
    return words


def steps(found: Sweep) -> list[tuple[float, list[str]]]:
    """Return some thresholds, and cost, precision and recall at each."""
    return [
        (float(GRID[i]), [bounded(curve[i]) for curve in found.curves.values()])
        for i in range(0, len(GRID), _EVERY)
        if found.curves
    ]


def figure(found: Sweep, name: str) -> Markup:
    """Draw one figure over the threshold, with the tuned one and what is not told apart from it."""
    rule = found.decision
    with drawing(height=3.0) as (drawn, axes):
        band(axes, GRID.tolist(), found.curves[name], label=name, colour=COLOURS[0])
        if rule.threshold is not None and rule.bayes is not None and found.same is not None:
            axes.axvline(min(rule.threshold, 1.0), color=COLOURS[1], label="tuned")
            axes.axvline(rule.bayes, color=COLOURS[-1], linestyle=":", label="if exact")
            axes.axvspan(*found.same, color=COLOURS[1], alpha=0.1, linewidth=0)
            axes.set_xlabel(f"threshold of the probability of '{rule.classes[rule.positive]}'")
        axes.set_ylabel(name)
        axes.legend()
        return svg(drawn, f"{name} by threshold")


def _table(found: Sweep) -> Table:
    table = plain_table()
    table.add_column("from")
    for name in found.curves:
        table.add_column(name, justify="right")
    for threshold, cells in steps(found):
        table.add_row(f"{threshold:.1f}", *cells)
    return table


def laid_out(found: Sweep, words: list[str], config: Config) -> dict[str, Any]:
    """Return all of it as plain values."""
    rule = found.decision
    binary = rule.threshold is not None
    return {
        "model": config.model.name,
        "confidence": config.evaluation.confidence,
        "rows": found.rows,
        "classes": [str(label) for label in rule.classes],
        "costs": rule.costs.tolist(),
        "rule": rule.rule,
        "class": str(rule.classes[rule.positive]) if binary else None,
        "threshold": rule.threshold,
        "bayes_threshold": rule.bayes,
        "not_told_apart": found.same,
        "mean_cost": plain(found.cost),
        "saved": plain(found.saved),
        "curves": [
            {"threshold": float(t), **{n: plain(c[i]) for n, c in found.curves.items()}}
            for i, t in enumerate(GRID)
            if found.curves
        ],
        "words": words,
    }
