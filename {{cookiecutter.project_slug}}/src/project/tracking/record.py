"""What a tracker is told of a run, read from the run's folder."""

import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..config import Config
from ..data.load import load
from ..manifest import load_manifest
from ..paths import Paths
from ..provenance import plain
from ..run_files import read_folds, read_log, read_metrics
from ..runs import CURVES, FIGURES, MANIFEST, MODEL, PREDICTIONS, RESOURCES
from .config import group


@dataclass
class Record:
    """A run, as trackers see it.

    Attributes
    ----------
    id, name, group, status
        The run's id, a name for people, what it was started together with (empty: alone), and
        "finished" or "failed".
    params, provenance
        Configuration with provenance; provenance alone.
    metrics
        Figures of the whole run by `split/model/metric`, `time/…` and `size/…`.
    series
        Axis (a column) to figures over its steps: curves, folds, resources.
    tables
        Rows with their predictions, folds, warnings.
    figures, warnings, artifacts
        SVG files; records of `code`, `category`, `message`, `where`; files with their kind.
    kind
        What the run did, in a word.
    """

    id: str
    name: str
    group: str
    status: str
    params: dict[str, Any]
    provenance: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    series: dict[str, pd.DataFrame] = field(default_factory=dict)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    figures: list[Path] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)
    artifacts: list[tuple[Path, str]] = field(default_factory=list)
    kind: str = "train"


def finished(folder: Path, config: Config, paths: Paths) -> Record:
    """Read the record of a run's folder."""
    manifest = load_manifest(folder)
    inputs, provenance = manifest["inputs"], _provenance(manifest)
    warnings, folds = read_log(folder), _folds(read_folds(folder))
    tables = {"folds": folds, "warnings": pd.DataFrame(warnings)}
    if config.tracking.rows:
        tables["rows"] = rows(folder, config, paths)
    series = {
        "iteration": _curves(pd.read_parquet(folder / CURVES)),
        "fold": folds.add_prefix("fold/").rename(columns={"fold/fold": "fold"}),
        "time_s": _resources(pd.read_parquet(folder / RESOURCES)),
    }
    return Record(
        id=manifest["run_id"],
        name=f"{inputs['config']['model']['name']}-{manifest['run_id'][:6]}",
        group=manifest["tracking"].get("group", ""),
        status="finished",
        params=inputs["config"] | {"provenance": provenance},
        provenance=provenance,
        metrics=flat(read_metrics(folder))
        | {f"time/{key}": value for key, value in manifest["timings"].items()}
        | {f"size/{key}": value for key, value in manifest["sizes"].items()},
        series={axis: frame for axis, frame in series.items() if len(frame)},
        tables={name: frame for name, frame in tables.items() if len(frame)},
        figures=sorted((folder / FIGURES).glob("*.svg")),
        warnings=warnings,
        artifacts=[(folder / MODEL, "model"), (folder / MANIFEST, "data")],
    )


def failed(run_id: str, error: Exception, config: Config) -> Record:
    """Make the record of a training that left no folder; its id is its own: it may yet succeed."""
    told = {
        "level": "error",
        "code": "failed",
        "category": type(error).__name__,
        "message": str(error),
        "where": "run",
    }
    return Record(
        id=f"{run_id}-{uuid.uuid4().hex[:6]}",
        name=f"{config.model.name}-{run_id[:6]}-failed",
        group=group(),
        status="failed",
        params=plain(config),
        tables={"warnings": pd.DataFrame([told])},
        warnings=[told],
    )


def rows(folder: Path, config: Config, paths: Paths) -> pd.DataFrame:
    """Lay predictions beside the features that they were made from.

    Returns
    -------
    pandas.DataFrame
        `row_id`, `split`, the features, `y_true`, `y_pred`, `correct` (of a class) or `error` (of a
        quantity), `p_<class>`; at most `tracking.rows` rows, evenly taken.
    """
    made = pd.read_parquet(folder / PREDICTIONS)
    made = made.iloc[np.unique(np.linspace(0, len(made) - 1, config.tracking.rows).astype(int))]
    splits = load(config.data, paths, "train", "valid")
    inputs = pd.concat(splits.values()).drop(columns=config.data.target)
    if made["y_pred"].dtype.kind == "f":
        how = made["y_pred"] - made["y_true"]
        made.insert(4, "error", how)
    else:
        made.insert(4, "correct", made["y_pred"] == made["y_true"])
    return made.merge(inputs, how="left", left_on="row_id", right_index=True, suffixes=("", "_"))


def _provenance(manifest: dict[str, Any]) -> dict[str, Any]:
    inputs = {key: value for key, value in manifest["inputs"].items() if key != "config"}
    return {**inputs, **manifest["circumstances"], **manifest["outputs"]}


def flat(metrics: dict[str, Any]) -> dict[str, float]:
    """Name every figure split/model/metric, with its bounds beside it."""
    found: dict[str, float] = {}
    for split, models in metrics["splits"].items():
        for model, figures in models["figures"].items():
            for metric, estimate in figures.items():
                name = f"{split}/{model}/{metric}".replace(" ", "_")
                found |= {
                    f"{name}{end}": estimate[key]
                    for end, key in (("", "value"), ("/low", "low"), ("/high", "high"))
                    if estimate.get(key) is not None
                }
    return found


def _curves(long: pd.DataFrame) -> pd.DataFrame:
    names = ("curve/" + long["split"] + "/" + long["metric"]).str.replace(" ", "_")
    wide = long.assign(name=names.str.replace("'", "")).pivot_table(
        index="step", columns="name", values="value"
    )
    return wide.rename_axis(index="iteration", columns=None).reset_index()


def _folds(found: dict[str, Any]) -> pd.DataFrame:
    kinds = (("", "metrics"), ("train/", "train_metrics"))
    columns = {
        f"{prefix}{name}".replace(" ", "_"): values
        for prefix, kind in kinds
        for name, values in found[kind].items()
    }
    frame = pd.DataFrame(columns | {key: found[key] for key in ("fit_s", "predict_s")})
    frame.insert(0, "fold", np.arange(1, len(frame) + 1))
    return frame


def _resources(frame: pd.DataFrame) -> pd.DataFrame:
    known = frame.dropna(axis="columns", how="all")
    return known.add_prefix("resources/").rename(columns={"resources/time_s": "time_s"})
