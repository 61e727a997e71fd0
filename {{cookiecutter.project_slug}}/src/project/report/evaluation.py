"""Tell of an evaluation: a page, a JSON file, and its gist on the terminal."""

import math
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..config import Config
from ..evaluation.metrics import metrics_of
from ..evaluation.result import MODEL, Evaluation
from ..openings import warning
from ..paths import Paths
from ..runs import write_json
from . import evaluation_figures as figures
from .evaluation_words import sentences
from .html import write_page
from .numbers import bounded, p_number, significant
from .tables import plain_table

PAGE = "evaluation.html"
SPLITS = {"valid": "validation", "test": "test"}


def tell(
    found: Evaluation,
    run: str,
    split: str,
    openings: list[dict[str, Any]],
    manifest: dict[str, Any],
    config: Config,
    paths: Paths,
    console: Console | None = None,
) -> None:
    """Write reports/evaluation-<run>-<split>.html and .json, and print what matters.

    Parameters
    ----------
    found
        What there is to tell.
    run, split, openings, manifest
        The run, the split, all openings of the test split so far (none where it was not opened),
        and the run's manifest.
    config
        What the evaluation was made with.
    paths
        The project.
    console
        Where to print; standard output where none is given.
    """
    name = f"evaluation-{run}-{split}"
    warned = warning(openings)
    model = manifest["inputs"]["config"]["model"]["name"]
    title = (
        f"{model} (run {run}) predicts {config.data.target}: {found.rows:,} {SPLITS[split]} rows"
    )
    write_page(
        PAGE,
        paths.reports / f"{name}.html",
        found=found,
        title=title,
        warned=warned,
        openings=openings,
        config=config,
        metrics=metrics_of(config.data.task),
        sentences=sentences(found, config),
        drawn=figures.draw(found, config),
        told=bounded,
        number=significant,
        p_value=p_number,
        inf=math.inf,
    )
    write_json(
        {
            "run": run,
            "split": split,
            "fingerprint": found.fingerprint,
            "openings": openings,
            **found.plain(),
        },
        paths.reports / f"{name}.json",
    )
    console = console or Console(highlight=False)
    console.print(escape(title), soft_wrap=True, style="bold")
    if warned:
        console.print(f"[bold red]{escape(warned)}[/]", soft_wrap=True)
    elif openings:
        console.print(
            f"The test split is opened for the first time: commit {paths.openings.name}, which "
            "counts it.",
            soft_wrap=True,
        )
    console.print(_table(found, config))
    for tone, method, words in sentences(found, config):
        console.print(f"[{_TONES[tone]}]{method}:[/] {escape(words)}", soft_wrap=True)
    for note in found.notes:
        console.print(f"[dim]{escape(note)}[/]", soft_wrap=True)
    shown = (paths.reports / name).relative_to(paths.root)
    console.print(
        f"all of it is in {shown}.html; fingerprint {found.fingerprint[:12]}", soft_wrap=True
    )


_TONES = {"good": "green", "bad": "red", "odd": "yellow", "": "bold"}


def _table(found: Evaluation, config: Config) -> Table:
    table = plain_table()
    table.add_column("", no_wrap=True)
    table.add_column(MODEL, justify="right", style="bold")
    for name in found.gains:
        table.add_column(f"better than\n{name} by", justify="right")
    for metric in metrics_of(config.data.task):
        arrow = "↑" if metric.higher_is_better else "↓"
        cells = [found.figures[MODEL][metric.name]]
        cells += [gains[metric.name] for gains in found.gains.values()]
        short = metric.name if len(metric.name) < 12 else metric.name.replace(" ", "\n ")
        table.add_row(f"{arrow}{short}", *(bounded(cell) for cell in cells))
    return table
