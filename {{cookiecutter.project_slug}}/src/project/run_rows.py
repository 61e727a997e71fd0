"""What is told of each run where runs stand side by side: on the dashboard and by `make compare`.

Reads manifest.json, metrics.json and the size of the model; older runs lack some of the costs.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .manifest import load_manifest
from .provenance import canonical_hash, leaves
from .report.numbers import Figure
from .run_files import read_metrics
from .runs import MODEL


@dataclass(frozen=True)
class Cost:
    """Something that a run takes; less is better.

    Attributes
    ----------
    key
        Its name among a run's costs.
    label, unit
        As shown.
    """

    key: str
    label: str
    unit: str


COSTS = (
    Cost("fit_s", "fit", "s"),
    Cost("latency_ms", "latency", "ms"),
    Cost("peak_memory_mb", "memory", "MB"),
    Cost("model_mb", "model", "MB"),
)


@dataclass(frozen=True)
class RunRow:
    """One run as a row of a table.

    Attributes
    ----------
    folder
        The run's; its name is the run's id.
    manifest
        Its manifest.
    settings
        Dotted name to value of all that a result follows from.
    metrics
        Name to whether higher is better, the one to look at first in front.
    figures
        Metric to figure of the model on the validation rows.
    costs
        By `Cost.key`, those that were recorded.
    confidence
        Of the intervals.
    """

    folder: Path
    manifest: dict[str, Any]
    settings: dict[str, Any]
    metrics: dict[str, bool]
    figures: dict[str, Figure]
    costs: dict[str, float]
    confidence: float

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.folder.name

    @property
    def model(self) -> str:
        """The name of its model."""
        return str(self.manifest["inputs"]["config"]["model"]["name"])


def read(folder: Path) -> RunRow:
    """Read what is told of a run.

    Raises
    ------
    RunError
        When its manifest or its metrics can't be read, or the manifest was edited.
    """
    manifest = load_manifest(folder)
    metrics = read_metrics(folder)
    return RunRow(
        folder=folder,
        manifest=manifest,
        settings=settings(manifest["inputs"]),
        metrics={m["name"]: m["higher_is_better"] for m in metrics["metrics"]},
        figures=metrics["splits"]["valid"]["figures"]["model"],
        costs=_costs(manifest, folder),
        confidence=metrics["confidence"],
    )


def settings(inputs: dict[str, Any]) -> dict[str, Any]:
    """Flatten what a result follows from, without what only repeats something else.

    Parameters
    ----------
    inputs
        Of a manifest.

    Returns
    -------
    dict
        Dotted name to value: the configuration, with the estimator of the run's task alone, and
        short hashes of data, code and packages.
    """
    config = inputs["config"]
    model = config["model"]
    task = config["data"]["task"]
    other = "regression" if task == "classification" else "classification"
    named = {
        **{key: value for key, value in config.items() if key not in ("model", "data")},
        "model": {
            "name": model["name"],
            **{k: v for k, v in model.items() if k not in ("name", task, other)},
            # Seeds of an estimator follow from the run's own.
            **{
                k: v
                for k, v in (model.get(task) or {}).items()
                if not (k == "random_state" and v == config["seed"])
            },
        },
        "data": {key: value for key, value in config["data"].items() if key != "columns"},
    }
    return leaves(named) | {
        "data": canonical_hash(inputs["data"])[:7],
        "code": inputs["code"][:7],
        "packages": inputs["lock"][:7],
        "python": inputs["python"],
    }


def differences(rows: list[RunRow]) -> list[str]:
    """Return the names of the settings that are not the same in all runs."""
    keys = list(dict.fromkeys(key for row in rows for key in row.settings))
    first = rows[0].settings
    found = [
        key
        for key in keys
        if any(row.settings.get(key, "–") != first.get(key, "–") for row in rows[1:])
    ]
    # The class of an estimator says what the model's name says.
    return [key for key in found if key != "model._target_" or "model.name" not in found]


def short_names(keys: list[str]) -> dict[str, str]:
    """Return dotted names by as much of their end as tells them apart."""
    ends = [key.rsplit(".", 1)[-1] for key in keys]
    return {
        key: key if ends.count(end) > 1 or end == "name" else end.strip("_")
        for key, end in zip(keys, ends, strict=True)
    }


def metrics_of(rows: list[RunRow]) -> dict[str, bool]:
    """Return all metrics of some runs: name to whether higher is better."""
    return {name: higher for row in rows for name, higher in row.metrics.items()}


def _costs(manifest: dict[str, Any], folder: Path) -> dict[str, float]:
    timings, sizes = manifest["timings"], manifest.get("sizes") or {}
    model = folder / MODEL
    size = sizes.get("model_bytes") or (model.stat().st_size if model.exists() else None)
    found = {
        "fit_s": timings.get("fit_s"),
        "latency_ms": timings.get("latency_ms"),
        "peak_memory_mb": sizes.get("peak_memory_mb"),
        "model_mb": size and size / 1e6,
    }
    return {key: value for key, value in found.items() if value is not None}
