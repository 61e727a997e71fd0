"""Set runs beside each other: what differs in them, how well they do, and what that takes.

    make compare RUNS="<id> <id> …"     the beginning of an id is enough

Reads runs/<run id>/; changes nothing. All runs are compared with the first that is named.
"""

import sys
from dataclasses import dataclass, field

import numpy as np

from . import errors, run_rows
from .data.config import Task
from .errors import RunError
from .evaluation.between import Difference, differences
from .evaluation.metrics import Predictions, metrics_of
from .evaluation.pareto import front
from .locks import reading
from .manifest import check_files
from .paths import PROJECT, Paths
from .report.run_figures import names, validation
from .run_rows import COSTS, RunRow
from .runs import chosen


@dataclass
class Comparison:
    """Runs side by side.

    Attributes
    ----------
    rows
        The runs; the first is the one that others are compared with.
    apart
        Run id to why it can't be compared with the first, row by row.
    found
        Run id to metric to paired difference from the first.
    respects
        What the Pareto front goes by.
    front
        The ids of the runs on it.
    validation_rows
        How many rows the differences are of.
    """

    rows: list[RunRow]
    apart: dict[str, str] = field(default_factory=dict)
    found: dict[str, dict[str, Difference]] = field(default_factory=dict)
    respects: list[str] = field(default_factory=list)
    front: set[str] = field(default_factory=set)
    validation_rows: int = 0


def compare(wanted: list[str], paths: Paths) -> Comparison:
    """Compare runs.

    Parameters
    ----------
    wanted
        Ids, or beginnings of ids.
    paths
        The project.

    Raises
    ------
    RunError
        When there are fewer than two, one is not there, is meant twice, was edited, or lost rows.
    """
    folders = list(dict.fromkeys(folder for name in wanted for folder in chosen(name, paths)))
    if len(folders) < 2:
        said = f"RUNS names only {folders[0].name}" if folders else "RUNS names no run"
        raise RunError(f'{said}: give at least two, such as make compare RUNS="<id> <id>"')
    rows = [run_rows.read(folder) for folder in folders]
    for row in rows:
        check_files(row.folder, row.manifest)
    result = Comparison(rows)
    predicted = {row.run_id: validation(row.folder) for row in rows}
    first, *others = rows
    for row in others:
        if why := _why_apart(first, row, predicted):
            result.apart[row.run_id] = why
    _test(result, predicted)
    _mark(result)
    return result


def _why_apart(first: RunRow, row: RunRow, predicted: dict[str, dict[str, np.ndarray]]) -> str:
    """Say why two runs can't be compared row by row; empty where they can."""
    one, two = (r.manifest["inputs"]["config"]["data"] for r in (first, row))
    for key, what in (("source", "another table"), ("target", "another target")):
        if one[key] != two[key]:
            return f"{what} ({two[key]})"
    if one["task"] != two["task"]:
        return f"another task ({two['task']})"
    if one["split"] != two["split"]:
        return "another split"
    ours, theirs = predicted[first.run_id], predicted[row.run_id]
    same = all(np.array_equal(ours[key], theirs[key]) for key in ("row_id", "y_true"))
    return "" if same else "another version of the data"


def _test(result: Comparison, predicted: dict[str, dict[str, np.ndarray]]) -> None:
    first, *others = result.rows
    config = first.manifest["inputs"]["config"]
    paired = [row for row in others if row.run_id not in result.apart]
    task = Task(config["data"]["task"])
    known = [m for m in metrics_of(task) if all(m.name in row.figures for row in [first, *paired])]
    reference, *rest = (_predictions(predicted[r.run_id], task) for r in [first, *paired])
    result.validation_rows = len(reference.y_true)
    found = differences(
        known,
        reference,
        rest,
        resamples=config["evaluation"]["resamples"],
        confidence=first.confidence,
        seed=config["seed"],
    )
    result.found = {row.run_id: one for row, one in zip(paired, found, strict=True)}


def _predictions(columns: dict[str, np.ndarray], task: Task) -> Predictions:
    if task is Task.regression:
        return Predictions(y_true=columns["y_true"], y_pred=columns["y_pred"])
    classes = [name for name in columns if name.startswith("p_")]
    return Predictions(
        y_true=names(columns["y_true"]),
        y_pred=names(columns["y_pred"]),
        proba=np.column_stack([columns[name] for name in classes]),
        classes=np.array([name.removeprefix("p_") for name in classes]),
    )


def _mark(result: Comparison) -> None:
    """Find the Pareto front of the runs that can be compared, by what all of them recorded."""
    rows = [row for row in result.rows if row.run_id not in result.apart]
    metric, higher = next(iter(rows[0].metrics.items()))
    costs = [cost for cost in COSTS if all(cost.key in row.costs for row in rows)]
    quality = [row.figures[metric]["value"] for row in rows]
    if len(rows) < 2 or None in quality:
        return
    sign = -1.0 if higher else 1.0
    columns = [[sign * (value or 0.0) for value in quality]]
    columns += [[row.costs[cost.key] for row in rows] for cost in costs]
    on = front(np.array(columns).T)
    result.respects = [metric, *(cost.label for cost in costs)]
    result.front = {row.run_id for row, there in zip(rows, on, strict=True) if there}


def _main() -> None:
    from .report.compare import show

    with reading(PROJECT):
        show(compare(" ".join(sys.argv[1:]).split(), PROJECT))


if __name__ == "__main__":
    errors.run(_main)
