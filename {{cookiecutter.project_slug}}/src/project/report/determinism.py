"""Lay out the determinism matrix: on the terminal, as Markdown and as JSON."""

import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from ..compute import processor_name
from ..runs import write_json
from ..variations import VARIATIONS
from .tables import plain_table

SAME, DIFFERS, DECLARED, ABSENT = "✓", "✗", "≠", "–"
SIGNS = (
    f"{SAME} same bits, {DIFFERS} differs, {DECLARED} differs and says so, {ABSENT} not available"
)
_COLOURS = {SAME: "green", DIFFERS: "bold red", DECLARED: "yellow", ABSENT: "dim"}

Row = tuple[str, str]  # model, task


@dataclass(frozen=True)
class Cell:
    """The sign of a model under a variation, and what is to be said of it."""

    sign: str
    why: str = ""


def report(results: dict[str, Any], into: Path) -> bool:
    """Compare what the variations left, show it, and write `determinism.json` and `.md`.

    Parameters
    ----------
    results
        Variation to what `project.determinism.train` returned.
    into
        The folder for the two files.

    Returns
    -------
    bool
        Whether no cell differs that must not.
    """
    matrix = compare(results)
    about = {
        "processor": processor_name() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }
    into.mkdir(exist_ok=True)
    cells = [
        {"task": task, "model": model, "variation": name, "sign": cell.sign, "why": cell.why}
        for (model, task), row in matrix.items()
        for name, cell in row.items()
    ]
    write_json({**about, "cells": cells, "results": results}, into / "determinism.json")
    (into / "determinism.md").write_text(markdown(matrix, about), encoding="utf-8")
    show(matrix)
    return all(cell.sign != DIFFERS for row in matrix.values() for cell in row.values())


def compare(results: dict[str, Any]) -> dict[Row, dict[str, Cell]]:
    """Compare each variation with what it is to agree with; returns row to variation to cell."""
    first = results["reference"]["cells"]
    rows = [(model, task) for task, models in first.items() for model in models]
    names = [name for name in results if name != "reference"]
    return {
        row: {
            name: _cell(name, _outputs(results, name, row), _outputs(results, against, row))
            for name, against in ((name, VARIATIONS[name].against) for name in names)
        }
        for row in sorted(rows)
    }


def _outputs(results: dict[str, Any], name: str, row: Row) -> dict[str, str]:
    result, (model, task) = results[name], row
    if "unavailable" in result:
        return {"unavailable": result["unavailable"]}
    outputs: dict[str, str] = result["cells"][task][model]
    return outputs


def _cell(name: str, made: dict[str, str], expected: dict[str, str]) -> Cell:
    variation = VARIATIONS[name]
    if "unavailable" in made:
        return Cell(ABSENT, made["unavailable"])
    for side, whose in ((expected, f"{variation.against} did not run"), (made, "it did not run")):
        if "error" in side:
            return Cell(DIFFERS, f"{whose}: {side['error'].removeprefix('error: ')}")
    if made["fingerprint"] == expected["fingerprint"]:
        return Cell(SAME)
    parts = [part for part in ("model", "predictions", "metrics") if made[part] != expected[part]]
    what = f"other {', '.join(parts)}"
    if variation.declared:
        return Cell(DECLARED, f"{what}, as {variation.how} says: it is another run")
    return Cell(DIFFERS, f"{what}: {variation.cause}")


def remarks(matrix: dict[Row, dict[str, Cell]]) -> list[str]:
    """Say why cells are not the same: one line for each variation and reason, worst first."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for (model, task), row in matrix.items():
        for name, cell in row.items():
            if cell.sign != SAME:
                found.setdefault((cell.sign, name, cell.why), []).append(f"{model} ({task})")
    order = [DIFFERS, DECLARED, ABSENT]
    return [
        f"{sign} {name}, {'all' if len(models) == len(matrix) else ', '.join(models)}: {why}"
        for (sign, name, why), models in sorted(found.items(), key=lambda x: order.index(x[0][0]))
    ]


def show(matrix: dict[Row, dict[str, Cell]]) -> None:
    """Print the matrix, a legend, and why cells are not the same."""
    console = Console(highlight=False)
    names = list(next(iter(matrix.values())))
    table = plain_table(padding=(0, 0))
    for heading in ("model", "task"):
        table.add_column(heading, no_wrap=True)
    for number, _ in enumerate(names, start=1):
        table.add_column(str(number), justify="right", width=2)
    for (model, task), row in matrix.items():
        signs = [f"[{_COLOURS[cell.sign]}]{cell.sign}[/]" for cell in row.values()]
        table.add_row(model, task, *signs)
    console.print(table)
    console.print(SIGNS, soft_wrap=True)
    for number, name in enumerate(names, start=1):
        console.print(f"{number:3} {name}: {VARIATIONS[name].how}", soft_wrap=True)
    for remark in remarks(matrix):
        console.print(f"[{_COLOURS[remark[0]]}]{remark[0]}[/]{remark[1:]}", soft_wrap=True)


def markdown(matrix: dict[Row, dict[str, Cell]], about: dict[str, Any]) -> str:
    """Lay out the matrix in Markdown, with what it was made on."""
    names = list(next(iter(matrix.values())))
    lines = [
        "# Which variations leave every bit of a result where it is",
        "",
        f"Written by `make determinism` on {about['date']}: {about['processor']}, "
        f"{about['cores']} cores, Python {about['python']}. {SIGNS}.",
        "",
        f"| model | task | {' | '.join(names)} |",
        f"| --- | --- |{' :-: |' * len(names)}",
    ]
    for (model, task), row in matrix.items():
        lines.append(f"| {model} | {task} | {' | '.join(cell.sign for cell in row.values())} |")
    lines += ["", *(f"- `{name}`: {VARIATIONS[name].how}" for name in names)]
    notes = remarks(matrix)
    lines += ["", *(f"- {note}" for note in notes)] if notes else []
    return "\n".join(lines) + "\n"
