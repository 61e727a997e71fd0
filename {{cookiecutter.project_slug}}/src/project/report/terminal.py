"""Show a run on the terminal."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..manifest import load_manifest
from ..run_files import read_metrics
from ..runs import PAGE
from .numbers import apart, decimals, estimate, number, verdict
from .tables import plain_table


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
    manifest, metrics = load_manifest(run), read_metrics(run)
    console = console or Console(highlight=False)
    console.print(_title(manifest, metrics), soft_wrap=True)
    console.print(_table(manifest, metrics))
    if "rule" in metrics:
        console.print(f"[dim]one rule: {escape(metrics['rule'])}[/]", soft_wrap=True)
    for line in _answers(metrics):
        console.print(line, soft_wrap=True)
    console.print(_verdict(metrics), soft_wrap=True)
    if "decision" in metrics:
        console.print(_decision(metrics["decision"]), soft_wrap=True)
    warnings = (run / "log.jsonl").read_text(encoding="utf-8").count("\n")
    if warnings:
        console.print(
            f"[yellow]{warnings} warnings while fitting:[/] see runs/{run.name}/log.jsonl",
            soft_wrap=True,
        )
    if known:
        console.print(
            f"nothing has changed since run [bold]{run.name}[/]: shown again, not trained again; "
            f"fingerprint {manifest['outputs']['fingerprint'][:12]}",
            soft_wrap=True,
        )
    else:
        console.print(
            f"run [bold]{run.name}[/] is in runs/{run.name}: fitted in "
            f"{manifest['timings']['fit_s']:.2f} s, fingerprint "
            f"{manifest['outputs']['fingerprint'][:12]}",
            soft_wrap=True,
        )
    if (run / PAGE).exists():
        console.print(f"all of it on a page: runs/{run.name}/{PAGE}", soft_wrap=True)


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
    table = plain_table()
    model = escape(manifest["inputs"]["config"]["model"]["name"])
    table.add_column("", no_wrap=True)
    table.add_column(model, justify="right", style="bold")
    for baseline in list(valid["figures"])[1:]:
        table.add_column(baseline, justify="right")
    table.add_column("train", justify="right", style="dim", no_wrap=True)
    for metric in metrics["metrics"]:
        name = metric["name"]
        arrow = "↑" if metric["higher_is_better"] else "↓"
        digits = decimals(valid["figures"]["model"][name])
        # The interval on a line of its own, so that a terminal of 80 columns has room for all.
        cells = [
            estimate(figures[name], digits).replace(" [", "\n[")
            for figures in valid["figures"].values()
        ]
        trained = number(train["figures"]["model"][name]["value"], digits)
        # Two words on two lines, so that the figures have room on a terminal of 80 columns.
        short = name if len(name) < 12 else name.replace(" ", "\n ")
        table.add_row(f"{arrow}{short}", *cells, trained)
    return table


def _answers(metrics: dict[str, Any]) -> Iterator[str]:
    """Hold the model against what people and the existing solution said, in the first metric."""
    first, valid = metrics["metrics"][0], metrics["splits"]["valid"]
    name = first["name"]
    for whose, found in valid.get("answers", {}).items():
        figures, gain = found["figures"], found["gains"]["model"][name]
        told, low, high = apart(gain, higher_is_better=first["higher_is_better"])
        digits = decimals(gain)
        said = "[green]The model beats" if low > 0 else "[red]The model is worse than"
        if low <= 0 <= high:
            said = "[yellow]Too little data to tell whether the model beats"
        yield f"{said} '{escape(whose)}'[/] " + escape(
            f"on the {found['rows']} of {valid['rows']} validation rows that it answers: {name} "
            f"{number(figures['model'][name]['value'], digits)} and "
            f"{estimate(figures[whose][name], digits)}, {told}."
        )


def _verdict(metrics: dict[str, Any]) -> str:
    found = verdict(metrics)
    colour = {"good": "green", "bad": "red", "odd": "yellow"}[found.tone]
    return f"[{colour}]{found.head}[/]{found.rest}"


def _decision(decision: dict[str, Any]) -> str:
    gain = decision["gains"]["valid"]
    saved = estimate(gain, decimals(gain))
    if decision["threshold"] is None:
        how, than = f"[bold]{decision['rule']}[/]", "the most probable class"
    else:
        name = escape(decision["class"])
        how = f"[bold]{name}[/] from a probability of {decision['threshold']:.2g}"
        than = "0.5"
    rule = f"Decides by costs: {how}, chosen on training rows"
    return f"{rule}; per row it saves {saved} against {than}."
