"""Draw how a training went: loss curves, fold scores, and what the machine was doing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from ..run_files import read_folds
from ..runs import FOLDS
from .figures import COLOURS, Drawn, drawing, label, svg, thin

CURVES, RESOURCES = "curves.parquet", "resources.parquet"
_METRICS = 4  # of the curves that are drawn
_POINTS = 300  # of a line
_SAMPLES = 3  # below which there is no line to draw


def draw(folder: Path) -> Iterator[Drawn]:
    """Draw what a run's folder tells of its training; a run may lack any of it.

    Parameters
    ----------
    folder
        The run's.
    """
    yield from _curves(curves(folder))
    if (folder / FOLDS).exists():
        yield from _folds(read_folds(folder))
    if (folder / RESOURCES).exists():
        yield from _resources(pq.read_table(folder / RESOURCES).to_pydict())


def curves(folder: Path) -> dict[str, dict[str, list[tuple[float, float]]]]:
    """Read metric to split to points of step and value; empty where a run has no curves."""
    found: dict[str, dict[str, list[tuple[float, float]]]] = {}
    if not (folder / CURVES).exists():
        return found
    for row in pq.read_table(folder / CURVES).to_pylist():
        if row["value"] is not None and np.isfinite(row["value"]):
            line = found.setdefault(row["metric"], {}).setdefault(row["split"], [])
            line.append((row["step"], row["value"]))
    return found


def _curves(found: dict[str, dict[str, list[tuple[float, float]]]]) -> Iterator[Drawn]:
    for number, (metric, splits) in enumerate(list(found.items())[:_METRICS]):
        with drawing(6, 3.4) as (figure, axes):
            for split, points in splits.items():
                steps, values = np.array(points).T[:, thin(len(points), _POINTS)]
                axes.plot(steps, values, label=label(split), marker="." if len(steps) < 3 else "")
            axes.set(xlabel="step", ylabel=label(metric, 40))
            axes.legend()
            title = f"{label(metric, 40)} by step"
            more = len(found) - _METRICS
            note = f"{more} more metrics are in {CURVES}." if more > 0 and not number else ""
            yield Drawn(f"curve_{number}", title, svg(figure, title), note)


def _folds(found: dict[str, Any]) -> Iterator[Drawn]:
    metric, scores = next(iter(found["metrics"].items()), ("", []))
    parts: dict[str, Any] = {
        "train": (found.get("train_metrics") or {}).get(metric),
        "held-out": scores,
    }
    lines = [
        (name, [v for v in values if v is not None]) for name, values in parts.items() if values
    ]
    if not any(values for _, values in lines):
        return
    with drawing(6, 1.2 + 0.5 * len(lines)) as (figure, axes):
        for row, (_, values) in enumerate(lines):
            # Side by side, so that equal scores can be counted.
            height = row + np.linspace(-0.18, 0.18, len(values))
            axes.plot(values, height, linestyle="none", marker="o", markersize=5, alpha=0.7)
            if values:
                mean = float(np.mean(values))
                axes.vlines(mean, row - 0.32, row + 0.32, color=COLOURS[row], linewidth=2)
        axes.set_yticks(range(len(lines)), [f"{name} rows" for name, _ in lines])
        axes.set(xlabel=label(metric, 40), ylim=(-0.5, len(lines) - 0.5))
        title = f"{label(metric, 40)} of each fold"
        note = "A dot for each fold of the training split, a bar at their mean."
        yield Drawn("folds", title, svg(figure, title), note)


def _resources(found: dict[str, list[float | None]]) -> Iterator[Drawn]:
    for name, unit, columns in (
        ("memory", "MB", {"memory_mb": "memory", "gpu_memory_mb": "memory of the GPU"}),
        ("load", "%", {"cpu_percent": "CPU", "gpu_percent": "GPU"}),
    ):
        lines = {}
        for column, what in columns.items():
            pairs = zip(found["time_s"], found.get(column) or [], strict=False)
            points = [pair for pair in pairs if None not in pair]
            if len(points) >= _SAMPLES:
                lines[what] = np.array(points, dtype=float)[thin(len(points), _POINTS)].T
        if not lines:
            continue
        with drawing(6, 2.6) as (figure, axes):
            for what, (times, values) in lines.items():
                axes.plot(times, values, label=what)
            axes.set(xlabel="seconds", ylabel=unit)
            axes.set_ylim(bottom=0)
            axes.legend()
            title = "Memory over time" if name == "memory" else "Load over time"
            yield Drawn(name, title, svg(figure, title))
