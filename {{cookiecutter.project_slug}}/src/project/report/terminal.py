"""Show a run on the terminal."""

import math
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..runs import MANIFEST, read_json

Figure = dict[str, float | None]  # value, low and high; None where there is too little data to tell


def show(run: Path, *, known: bool, console: Console | None = None) -> None:
    """Print a run's figures beside those of its baselines, and a sentence on what they say.

    Parameters
    ----------
    run
        The run's folder.
    known
        Whether the run was there before, so that nothing was trained.
    console
        Where to print; standard output where none is given.
    """
    manifest, metrics = read_json(run / MANIFEST), read_json(run / "metrics.json")
    console = console or Console(highlight=False)
    console.print(_title(manifest, metrics), soft_wrap=True)
    console.print(_table(manifest, metrics))
    console.print(_verdict(metrics), soft_wrap=True)
    warnings = (run / "log.jsonl").read_text(encoding="utf-8").count("\n")
    if warnings:
        console.print(
            f"[yellow]{warnings} warnings while fitting:[/] see runs/{run.name}/log.jsonl",
            soft_wrap=True,
        )
    if known:
        console.print(
            f"nothing has changed since run [bold]{run.name}[/]: shown again, not trained again",
            soft_wrap=True,
        )
    else:
        console.print(
            f"run [bold]{run.name}[/] is in runs/{run.name}: fitted in "
            f"{manifest['timings']['fit_s']:.2f} s, fingerprint "
            f"{manifest['outputs']['fingerprint'][:12]}",
            soft_wrap=True,
        )


def _title(manifest: dict[str, Any], metrics: dict[str, Any]) -> str:
    config, splits = manifest["inputs"]["config"], metrics["splits"]
    train, valid = splits["train"]["rows"], splits["valid"]["rows"]
    return (
        f"[bold]{escape(config['model']['name'])}[/] predicts "
        f"[bold]{escape(config['data']['target'])}[/] from {train} training rows; "
        f"{metrics['confidence']:.0%} intervals from {valid} validation rows"
    )


def _table(manifest: dict[str, Any], metrics: dict[str, Any]) -> Table:
    train, valid = metrics["splits"]["train"], metrics["splits"]["valid"]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    model = escape(manifest["inputs"]["config"]["model"]["name"])
    table.add_column("", no_wrap=True)
    table.add_column(model, justify="right", style="bold")
    for baseline in list(valid["figures"])[1:]:
        table.add_column(baseline, justify="right")
    table.add_column("train", justify="right", style="dim", no_wrap=True)
    for metric in metrics["metrics"]:
        name = metric["name"]
        arrow = "↑" if metric["higher_is_better"] else "↓"
        digits = _decimals(valid["figures"]["model"][name])
        cells = [_estimate(figures[name], digits) for figures in valid["figures"].values()]
        trained = _number(train["figures"]["model"][name]["value"], digits)
        # Two words on two lines, so that the figures have room on a terminal of 80 columns.
        short = name if len(name) < 12 else name.replace(" ", "\n ")
        table.add_row(f"{arrow}{short}", *cells, trained)
    return table


def _verdict(metrics: dict[str, Any]) -> str:
    first = metrics["metrics"][0]
    sign = 1 if first["higher_is_better"] else -1
    gain = metrics["splits"]["valid"]["gains"]["model"][first["name"]]
    if gain["low"] == gain["high"] == 0:
        return f"[red]It does not beat the zero rule[/]: their {first['name']} is the same."
    value, *bounds = (sign * gain[key] for key in ("value", "low", "high"))
    low, high = sorted(bounds)
    difference = _estimate({"value": value, "low": low, "high": high}, _decimals(gain))
    interval = f"better by {difference} in {first['name']}"
    if low > 0:
        return f"[green]It beats the zero rule[/]: {interval}."
    if high < 0:
        return f"[red]It is worse than the zero rule[/]: {interval}."
    return f"[yellow]Too little data to tell[/] whether it beats the zero rule: {interval}."


def _estimate(figure: Figure, digits: int) -> str:
    low, high = (_number(figure[bound], digits) for bound in ("low", "high"))
    return f"{_number(figure['value'], digits)} [{low}, {high}]"


def _number(value: float | None, digits: int) -> str:
    if value is None:
        return "–"
    return f"{round(value, digits) + 0.0:,.{digits}f}"  # the sum makes a zero of a negative zero


def _decimals(figure: Figure) -> int:
    """Return as many decimals as an interval is narrow for: its width keeps two digits."""
    if figure["low"] is None or figure["high"] is None or figure["low"] == figure["high"]:
        return 2
    return min(max(1 - math.floor(math.log10(figure["high"] - figure["low"])), 0), 6)
