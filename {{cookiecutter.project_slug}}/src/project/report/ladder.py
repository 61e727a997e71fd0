"""Tell what a ladder of models shows: the terminal, reports/ladder.html and reports/ladder.json."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..config import Config
from ..evaluation.ladder import Rung, Verdict, Versus
from ..files import replacing
from ..fingerprint import fingerprint
from ..runs import write_json
from .curve_parts import reach
from .figures import COLOURS, drawing, logarithmic, svg
from .html import write_page
from .numbers import bounded, p_number
from .tables import plain_table

if TYPE_CHECKING:
    from ..ladder import Climbed

PAGE, FIGURES = "ladder.html", "ladder.json"
_STYLES = {Verdict.better: "green", Verdict.worse: "red"}


def working(models: dict[str, Config]) -> Iterator[tuple[str, Config]]:
    """Yield the models in turn, and show on a terminal which is being fitted."""
    console = Console(stderr=True)
    with console.status("") as status:
        for number, (name, config) in enumerate(models.items(), 1):
            status.update(f"fitting {name} ({number} of {len(models)})")
            yield name, config


def tell(climbed: "Climbed", config: Config, reports: Path, console: Console | None = None) -> None:
    """Write the figures and the page, and print the table.

    Parameters
    ----------
    climbed, config
        What there is to tell, and how it was measured.
    reports
        The folder of both files.
    console
        Where to print; standard output where none is given.
    """
    console = console or Console(highlight=False)
    found = content(climbed, config)
    with replacing(reports / FIGURES) as scratch:
        write_json(found, scratch)
    write_page(
        PAGE,
        reports / PAGE,
        climbed=climbed,
        ladder=climbed.ladder,
        config=config,
        over=found["over_budget"],
        figure=_figure(climbed),
        estimate=bounded,
        p_value=p_number,
        verdict=Verdict,
    )
    metric = climbed.ladder.metric
    better = "more" if metric.higher_is_better else "less"
    console.print(
        f"[bold]{escape(config.data.target)}[/]: {metric.name} ({better} is better) over "
        f"{climbed.folds} folds of {climbed.rows} training rows, "
        f"{config.evaluation.confidence:.0%} intervals",
        soft_wrap=True,
    )
    console.print(_table(climbed, found["over_budget"]))
    for line in _remarks(climbed, config, found["over_budget"]):
        console.print(line, soft_wrap=True)
    console.print(f"all of it: {reports.name}/{PAGE}", soft_wrap=True)


def content(climbed: "Climbed", config: Config) -> dict[str, Any]:
    """Return all figures as plain values; those under `times` alone are others each time."""
    ladder = climbed.ladder
    results = {
        "metric": ladder.metric.name,
        "higher_is_better": ladder.metric.higher_is_better,
        "confidence": config.evaluation.confidence,
        "rows": climbed.rows,
        "folds": climbed.folds,
        "rungs": [_rung(rung) for rung in ladder.rungs],
        "pays": ladder.pays.model,
        "gate": {"model": config.model.name, **asdict(climbed.gate)},
    }
    budget = config.ladder.budget_s
    return {
        **results,
        "fingerprint": fingerprint(results),
        "left_out": climbed.left_out,
        "budget_s": budget,
        "over_budget": [name for name, spent in climbed.fit_s.items() if spent > budget],
        "times": {"fit_s": climbed.fit_s, "wall_s": climbed.wall_s},
    }


def _rung(rung: Rung) -> dict[str, Any]:
    scores = [float(score) for score in rung.scores]
    return {**asdict(rung), "scores": scores, "verdict": rung.verdict.value}


def _table(climbed: "Climbed", over: list[str]) -> Table:
    ladder = climbed.ladder
    table = plain_table()
    table.add_column("model", no_wrap=True)
    table.add_column(ladder.metric.name, justify="right", no_wrap=True)
    table.add_column(f"gain over\n{escape(ladder.rungs[0].model)}", justify="right")
    table.add_column("over best\nsimpler", justify="right")
    table.add_column("is", no_wrap=True)
    table.add_column("fit", justify="right", no_wrap=True)
    for rung in ladder.rungs:
        style = _STYLES.get(rung.verdict, "dim")
        said = rung.verdict.value.replace("too little data", "too little data\n").replace(
            "\n ", "\n"
        )
        if rung.best_simpler and rung.verdict is not Verdict.unclear:
            said += f"\nthan {escape(rung.best_simpler.other)}"
        spent = f"{climbed.fit_s[rung.model]:.1f} s"
        name = escape(rung.model)
        table.add_row(
            f"[bold]→ {name}[/]" if rung is ladder.pays else f"  {name}",
            escape(bounded(rung.score).replace(" [", "\n[")),
            _gain(rung.simplest),
            _gain(rung.best_simpler),
            f"[{style}]{said}[/]",
            f"[yellow]{spent}[/]" if rung.model in over else spent,
        )
    return table


def _gain(versus: Versus | None) -> str:
    if versus is None:
        return "–"
    gain = bounded(versus.gain).partition(" ")[0]
    return f"{gain}\np {p_number(versus.p_value)}".replace("p <", "p<")


def _remarks(climbed: "Climbed", config: Config, over: list[str]) -> Iterator[str]:
    pays, last = climbed.ladder.pays, climbed.ladder.rungs[-1]
    if pays is last:
        yield f"[green]Complexity pays[/] up to the last model here, [bold]{escape(pays.model)}[/]."
    else:
        yield (
            f"→ [bold]{escape(pays.model)}[/] is where complexity stops paying: no later model "
            "surely beats the best of those before it."
        )
    for name in over:
        yield (
            f"[yellow]over budget:[/] {escape(name)} took {climbed.fit_s[name]:.1f} s of fitting, "
            f"above ladder.budget_s {config.ladder.budget_s:g}; its figures are whole"
        )
    for name, count in climbed.warnings.items():
        if count:
            yield f"[yellow]{count} warnings while fitting {escape(name)}[/]: train it to see them"
    for name, extra in climbed.left_out.items():
        yield f"[dim]left out: {escape(name)}, whose extra '{extra}' is not built in[/]"
    colour, word = ("green", "passes") if climbed.gate.passed else ("red", "does not pass")
    yield f"[{colour}]The gate: model={escape(config.model.name)} {word}[/]: " + escape(
        f"{climbed.gate.sentence}."
    )


def _figure(climbed: "Climbed") -> Markup:
    """Draw score with interval against the seconds of fitting."""
    ladder = climbed.ladder
    with drawing(7, 4.2) as (figure, axes):
        for rung in ladder.rungs:
            x, y = climbed.fit_s[rung.model], rung.score
            colour = COLOURS[1] if rung is ladder.pays else COLOURS[0]
            axes.errorbar(x, y.value, reach([y]), fmt="o", color=colour)
            # Upright above its interval, since many models take about as long.
            axes.annotate(
                rung.model,
                (x, y.high),
                (0, 3),
                textcoords="offset points",
                rotation=75,
                fontsize=8,
                ha="left",
                va="bottom",
                rotation_mode="anchor",
            )
        axes.margins(y=0.2)
        logarithmic(axes)
        axes.set_xlabel("seconds of fitting, all folds")
        axes.set_ylabel(ladder.metric.name)
        return svg(figure, f"{ladder.metric.name} with interval against fit time, by model")
