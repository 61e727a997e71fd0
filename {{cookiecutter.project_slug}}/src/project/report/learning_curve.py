"""Show learning curves: a table on the terminal, reports/learning-curve.html and .json."""

from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..config import Config
from ..curves.learning import Study, Told
from ..curves.measure import interval
from ..curves.outlook import FAR, Crossing, foretell
from ..evaluation.intervals import Estimate
from ..evaluation.metrics import Metric
from ..runs import write_json
from .curve_parts import band, plain, rows_range, warned
from .figures import COLOURS, drawing, logarithmic, svg
from .html import write_page
from .numbers import bounded
from .tables import plain_table

TOO_LITTLE = "too little data to tell"


def tell(study: Study, config: Config, reports: Path, console: Console | None = None) -> None:
    """Print a study's curves and what they tell, and write its page."""
    console = console or Console(highlight=False)
    sure, name = config.evaluation.confidence, study.metric.name
    arrow = "↑" if study.metric.higher_is_better else "↓"
    title = (
        f"{arrow}{name} by training rows, on {study.folds} folds of the training split; "
        f"{sure:.0%} intervals"
    )
    console.print(f"[bold]{title}[/]", soft_wrap=True)
    for told in study.models:
        console.print(_table(told, study, sure))
        for sentence in sentences(told, study, config):
            console.print(f"  {escape(sentence)}", soft_wrap=True)
    for crossing in study.crossings:
        console.print(escape(compared(crossing, study)), soft_wrap=True)
    reports.mkdir(exist_ok=True)
    write_json(laid_out(study, config), reports / "learning-curve.json")
    write_page(
        "learning-curve.html",
        reports / "learning-curve.html",
        title=title,
        figure=figure(study, sure),
        models=[
            (t, measured(t, study.metric, sure), sentences(t, study, config)) for t in study.models
        ],
        crossings=[compared(crossing, study) for crossing in study.crossings],
        estimate=bounded,
    )
    console.print("reports/learning-curve.html shows them")


def measured(told: Told, metric: Metric, sure: float) -> list[tuple[float, Estimate, Estimate]]:
    """Return for each size its rows, and the scores on held-out and on training rows."""
    scores, found = told.curve.scores, []
    for rows, held, train in zip(scores.rows, scores.held_out, scores.train, strict=True):
        held_out, trained = (
            interval(s, metric, test_share=scores.test_share, confidence=sure)
            for s in (held, train)
        )
        found.append((float(rows), held_out, trained))
    return found


def sentences(told: Told, study: Study, config: Config) -> list[str]:
    """Say in words what a model's curve tells."""
    found = []
    unknown = f"{TOO_LITTLE}, since {told.curve.doubt}"
    twice = unknown if told.twice is None else bounded(told.twice)
    found.append(f"With twice the rows ({2 * study.rows:,}): {twice}.")
    if config.curves.target is not None:
        need = unknown if told.needed is None else rows_range(told.needed)
        found.append(f"For {study.metric.name} {config.curves.target:g}: {need}.")
    if told.check is not None:
        at, early = told.check.measured, told.check.foretold
        right = early.low <= at <= early.high
        found.append(
            f"Checked on itself: the curve up to half the rows foretold {bounded(early)} for all "
            f"of them, and it was {at:.3g}: {'as foretold' if right else 'not as foretold'}."
        )
    found += [f"{one.label.capitalize()}: " * one.there + one.words for one in told.findings]
    warning = warned(told.curve.scores.fits, told.curve.scores.warned)
    return found + [warning] * bool(warning)


def compared(found: Crossing, study: Study) -> str:
    """Say which of two models wins now and later."""
    ahead = "is better" if found.now.low > 0 else "looks better, not surely,"
    now = f"Now {found.leads} {ahead} than {found.behind} by {bounded(found.now)}"
    if found.rows is None or found.share is None:
        return f"{now}; later: {TOO_LITTLE}."
    if found.twice.low > 0:
        later = f"{found.leads} is still ahead, by {bounded(found.twice)}"
    elif found.twice.high < 0:
        turned = Estimate(-found.twice.value, -found.twice.high, -found.twice.low)
        later = f"{found.behind} is ahead, by {bounded(turned)}"
    else:
        later = TOO_LITTLE
    crossing = (
        f"{found.behind} overtakes it at {rows_range(found.rows)}"
        if np.isfinite(found.rows.value)
        else f"{found.behind} does not overtake it within {FAR} times the rows"
    )
    return (
        f"{now}; with {2 * study.rows:,} rows: {later}. {crossing.capitalize()}; of the curves "
        f"drawn, {found.share:.0%} cross by then."
    )


def figure(study: Study, sure: float) -> Markup:
    """Draw the curves, continued to four times the rows where they tell enough."""
    with drawing() as (drawn, axes):
        for at, told in enumerate(study.models):
            colour, name = COLOURS[at % len(COLOURS)], told.curve.name
            points = measured(told, study.metric, sure)
            x = [rows for rows, *_ in points]
            band(axes, x, [held for _, held, _ in points], label=name, colour=colour)
            axes.plot(x, [t.value for *_, t in points], ":", color=colour, label=f"{name}, train")
            if told.curve.told:
                on = np.geomspace(x[-1], 4 * study.rows, 20).tolist()
                ahead = [foretell(told.curve, n, study.metric, sure) for n in on]
                band(axes, on, ahead, label=f"{name}, foretold", colour=colour, dashed=True)
        logarithmic(axes)
        axes.set_xlabel("training rows")
        axes.set_ylabel(study.metric.name)
        axes.legend()
        return svg(drawn, f"{study.metric.name} by training rows")


def _table(told: Told, study: Study, sure: float) -> Table:
    table = plain_table()
    for column in (told.curve.name, "held out", "train"):
        table.add_column(escape(column), justify="right")
    for rows, held, train in measured(told, study.metric, sure):
        table.add_row(f"{rows:,.0f} rows", bounded(held), f"{train.value:.3g}")
    return table


def laid_out(study: Study, config: Config) -> dict[str, Any]:
    """Return a study as plain values; rows that no number reaches are null."""
    return {
        "metric": study.metric.name,
        "higher_is_better": study.metric.higher_is_better,
        "confidence": config.evaluation.confidence,
        "rows": study.rows,
        "folds": study.folds,
        "models": [_model(told, study, config) for told in study.models],
        "crossings": [
            {
                "leads": one.leads,
                "behind": one.behind,
                "now": plain(one.now),
                "with_twice_the_rows": plain(one.twice),
                "rows": None if one.rows is None else plain(one.rows),
                "share_that_crosses": one.share,
                "words": compared(one, study),
            }
            for one in study.crossings
        ],
    }


def _model(told: Told, study: Study, config: Config) -> dict[str, Any]:
    law, sure = told.curve.law, config.evaluation.confidence
    return {
        "name": told.curve.name,
        "sizes": [
            {"rows": rows, "held_out": plain(held), "train": plain(train)}
            for rows, held, train in measured(told, study.metric, sure)
        ],
        "doubt": told.curve.doubt or None,
        "law": {k: float(v[0]) for k, v in vars(law).items()} if told.curve.told else None,
        "with_twice_the_rows": None if told.twice is None else plain(told.twice),
        "target": config.curves.target,
        "rows_for_target": None if told.needed is None else plain(told.needed),
        "check": None
        if told.check is None
        else {"foretold": plain(told.check.foretold), "measured": told.check.measured},
        "findings": [
            {
                "label": one.label,
                "there": one.there,
                "difference_of_losses": plain(one.test.difference),
                "p_corrected": one.p,
                "words": one.words,
            }
            for one in told.findings
        ],
        "fits": told.curve.scores.fits,
        "fits_that_warned": told.curve.scores.warned,
    }
