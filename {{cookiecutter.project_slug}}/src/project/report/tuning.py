"""Tell what a search found: reports/tuning.html and .json, and its gist on the terminal."""

import math
from typing import Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..paths import Paths
from ..runs import write_json
from . import trials as table
from .html import write_page
from .numbers import p_number
from .tables import plain_table
from .tuning_figures import history, importance, parallel

PAGE, DATA = "tuning.html", "tuning.json"


def write(found: dict[str, Any], paths: Paths) -> None:
    """Write the page and the same as JSON.

    Parameters
    ----------
    found
        As `tuning.verdict.verdict` returns it, with `study`, `search` and `overrides`.
    paths
        The project.
    """
    paths.reports.mkdir(exist_ok=True)
    trials = pd.read_parquet(paths.tuning / found["study"] / table.FILE)
    figures = []
    for family in found["families"]:
        mine = trials[trials["model"] == family["model"]]
        figures.append(
            {
                "history": history(mine, found),
                "importance": importance(family),
                "parallel": parallel(mine, family, found),
            }
        )
    shown = [
        {**family, "figures": drawn}
        for family, drawn in zip(found["families"], figures, strict=True)
    ]
    write_page(
        PAGE,
        paths.reports / PAGE,
        found={**found, "families": shown},
        short=short,
        number=number,
        value=value,
        interval=interval,
        says=says,
        p_value=p_number,
        command=command(found),
    )
    write_json(found, paths.reports / DATA)


def show(found: dict[str, Any], paths: Paths, console: Console | None = None) -> None:
    """Print what was found for each model, and how to train the best again."""
    console = console or Console(highlight=False)
    search, metric = found["search"], found["metric"]
    console.print(
        f"study [bold]{found['study']}[/]: {search['sampler']} on {found['folds']} folds of the "
        f"training split; {metric} with {found['confidence']:.0%} intervals",
        soft_wrap=True,
    )
    console.print(_table(found))
    for family in found["families"]:
        for line in remarks(family, found):
            console.print(escape(line), soft_wrap=True)
    console.print(f"the trials: tuning/{found['study']}/{table.FILE}; all of it: reports/{PAGE}")
    console.print("the best as a run, to be had again by", soft_wrap=True)
    console.print(f"  [bold]{escape(command(found))}[/]", soft_wrap=True)


def command(found: dict[str, Any]) -> str:
    """Write the command that trains the best."""
    return f'make train ARGS="{" ".join(found["overrides"])}"'


def remarks(family: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Say of one model whether tuning paid, and what is to be looked at."""
    name, lines = family["model"], []
    if found["search"]["budget_s"] is not None and family["trials"] < family["wanted"]:
        lines.append(
            f"{name}: ended by time after {family['trials']} of {family['wanted']} trials; how "
            "many fit into it differs from machine to machine"
        )
    lines.append(f"{name}: tuning {says(family['gain'], found)}, on the folds that chose it")
    if family["outer"]:
        outer = family["outer"]
        lines.append(
            f"{name}: honest estimate from {outer['folds']} outer folds {interval(outer)}; there "
            f"tuning {says(outer['gain'], found)}"
        )
    if family["behind"]:
        lines.append(f"{name}: {found['winner']} {says(family['behind'], found)}")
    lines += [
        f"{name}: the best {short(bound['key'])} is {value(bound['value'])}, next to the "
        f"{bound['side']} end of its range ({value(bound['end'])}): widen it in "
        f"conf/tuning/space/{name}.yaml"
        for bound in family["bounds"]
    ]
    return lines


def says(gain: dict[str, Any], found: dict[str, Any]) -> str:
    """Word a gain and its test."""
    told = f"by {interval(gain)} in {found['metric']}, p = {p_number(gain['p_value'])}"
    level = 1 - found["confidence"]
    if gain["p_value"] is None or math.isnan(gain["p_value"]) or gain["p_value"] >= level:
        return f"may be better or not, {told}: too little data to tell"
    return f"is {'better' if gain['value'] > 0 else 'worse'} {told}"


def interval(estimate: dict[str, Any]) -> str:
    """Write an estimate with its bounds."""
    bounds = [estimate["value"], estimate["low"], estimate["high"]]
    mean, low, high = (number(bound) for bound in bounds)
    return f"{mean} [{low}, {high}]"


def number(given: float | None) -> str:
    """Write a score."""
    return "–" if given is None or math.isnan(given) else f"{given + 0.0:.3g}"


def value(given: Any) -> str:
    """Write a value of a parameter."""
    return f"{given:.4g}" if isinstance(given, float) else str(given)


def short(key: str) -> str:
    """Write a parameter's key below its model and task."""
    return key.split(".", 2)[-1]


def _table(found: dict[str, Any]) -> Table:
    shown = plain_table()
    arrow = "↑" if found["higher_is_better"] else "↓"
    shown.add_column("model", style="bold")
    shown.add_column("trials", justify="right")
    shown.add_column(f"{arrow}tuned", justify="right", no_wrap=True)
    shown.add_column("as shipped", justify="right", no_wrap=True)
    shown.add_column("the best trial")
    for family in found["families"]:
        best, style = family["best"], "green" if family["model"] == found["winner"] else ""
        params = "\n".join(f"{short(key)}={value(one)}" for key, one in best["params"].items())
        pruned = f"\n{family['pruned']} pruned" if family["pruned"] else ""
        shown.add_row(
            f"[{style}]{escape(family['model'])}[/]" if style else escape(family["model"]),
            f"{family['trials']}{pruned}",
            escape(interval(best)),
            escape(interval(family["shipped"])),
            escape(params),
        )
    return shown
