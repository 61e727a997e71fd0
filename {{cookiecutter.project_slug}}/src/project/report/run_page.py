"""Tell all of one run on a page: report.html in its folder, or anew in reports/."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..command import overrides
from ..run_files import read_metrics
from ..runs import PAGE
from .figures import Drawn
from .html import write_page
from .numbers import decimals, estimate, number, seconds, short, verdict
from .progress import written
from .run_facts import folds, warnings, worst
from .run_figures import figures
from .run_figures import write as write_figures

_WARNINGS = 20


@dataclass(frozen=True)
class Dot:
    """An estimate as a page draws it.

    Attributes
    ----------
    model
        Whose.
    text
        Value and interval.
    at, low, high
        On a line from 0 to 100; None where there is none.
    beyond
        "‹" or "›" where the value lies outside of the line, and at which end.
    """

    model: str
    text: str
    at: float
    low: float | None
    high: float | None
    beyond: str


def illustrate(folder: Path, manifest: dict[str, Any]) -> None:
    """Draw the figures of a run, and write its page, into its folder."""
    drawn = figures(folder, manifest)
    write_figures(drawn, folder)
    write(folder, manifest, drawn, folder / PAGE)


def write(folder: Path, manifest: dict[str, Any], drawn: list[Drawn], path: Path) -> None:
    """Write the page of a run.

    Parameters
    ----------
    folder
        The run's; it is only read.
    manifest
        Its manifest, which may not be written yet.
    drawn
        Its figures.
    path
        Where to write.
    """
    metrics = read_metrics(folder)
    config = manifest["inputs"]["config"]
    told = warnings(folder)
    write_page(
        "run.html",
        path,
        run_id=manifest["run_id"],
        manifest=manifest,
        config=config,
        settings=_leaves({k: v for k, v in config.items() if k != "data"}),
        metrics=metrics,
        verdict=verdict(metrics),
        tables=[(metric, _dots(metric["name"], metrics, config)) for metric in metrics["metrics"]],
        trained=_trained(metrics),
        drawn=drawn,
        folds=folds(folder),
        warnings=told[:_WARNINGS],
        more_warnings=told[_WARNINGS:],
        worst=worst(folder, config["data"]["task"]),
        command=f'make train ARGS="{" ".join(overrides(manifest))}"',
        costs=costs(manifest, folder),
    )


def costs(manifest: dict[str, Any], folder: Path) -> list[tuple[str, str]]:
    """List what a run took, as far as it was recorded."""
    timings, sizes = manifest["timings"], manifest.get("sizes") or {}
    model = folder / "model.skops"
    size = sizes.get("model_bytes") or (model.stat().st_size if model.exists() else None)
    latency, memory = timings.get("latency_ms"), sizes.get("peak_memory_mb")
    rate, steps = timings.get("rows_per_s"), timings.get("iterations_per_s")
    return [
        ("fit", seconds(timings["fit_s"])),
        *(
            [("predict the validation rows", seconds(timings["predict_s"]))]
            if "predict_s" in timings
            else []
        ),
        *([("rows predicted per second", f"{rate:,.0f}")] if rate else []),
        *([("iterations per second", f"{steps:,.1f}")] if steps else []),
        *([("latency of one row", f"{latency:.3g} ms")] if latency else []),
        *([("peak memory", f"{memory:,.0f} MB")] if memory else []),
        *([("model file", written(size))] if size else []),
        ("in all", seconds(timings["total_s"])),
    ]


def _dots(metric: str, metrics: dict[str, Any], config: dict[str, Any]) -> list[Dot]:
    """Place the estimates of each model on one line.

    It reaches somewhat beyond the model and the zero rule, so that a baseline that is far off
    does not press all others together.
    """
    figures = metrics["splits"]["valid"]["figures"]
    near = [figures[name][metric] for name in list(figures)[:2]]
    ends = [v for f in near for v in (f["value"], f["low"], f["high"]) if v is not None]
    if not ends:
        return []
    span = (max(ends) - min(ends)) or 1.0
    start, width = min(ends) - span / 3, span * 5 / 3
    digits = decimals(figures["model"][metric])
    found = []
    for name, of in figures.items():
        value, low, high = (
            None if of[metric][key] is None else (of[metric][key] - start) / width * 100
            for key in ("value", "low", "high")
        )
        if value is None:
            continue
        found.append(
            Dot(
                model=config["model"]["name"] if name == "model" else name,
                text=estimate(of[metric], digits),
                at=min(max(value, 1), 99),
                low=None if low is None else min(max(low, 0), 100),
                high=None if high is None else min(max(high, 0), 100),
                beyond="‹" if value < 0 else "›" if value > 100 else "",
            )
        )
    return found


def _trained(metrics: dict[str, Any]) -> dict[str, str]:
    """Write the figures of the training rows, with the decimals of the validation's."""
    valid, train = (metrics["splits"][name]["figures"]["model"] for name in ("valid", "train"))
    return {
        name: number(train[name]["value"], decimals(valid[name])) for name in train if name in valid
    }


def _leaves(tree: Any, prefix: str = "") -> list[tuple[str, str]]:
    if not isinstance(tree, dict):
        return [(prefix, short(tree))]
    return [
        leaf
        for key, value in tree.items()
        for leaf in _leaves(value, f"{prefix}.{key}".lstrip("."))
    ]
