"""Make many runs out of one, for what has to be quick or right with all of them.

python -m tests.many <count>        in a project: copies the last run of runs/ that often
"""

import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from project.manifest import load_manifest, write_manifest
from project.paths import PROJECT, Paths
from project.provenance import run_id
from project.runs import latest, read_json, write_json

STEPS = 50


def many(source: Path, count: int, paths: Paths) -> list[Path]:
    """Copy a run with other settings, figures, costs, curves and predictions, whole and sealed."""
    manifest, metrics = load_manifest(source), read_json(source / "metrics.json")
    predictions = pq.read_table(source / "predictions.parquet")
    draw = np.random.default_rng(0)
    return [_one(paths, manifest, metrics, predictions, number, draw) for number in range(count)]


def _one(
    paths: Paths,
    manifest: dict[str, Any],
    metrics: dict[str, Any],
    predictions: pa.Table,
    number: int,
    draw: np.random.Generator,
) -> Path:
    config = {**manifest["inputs"]["config"], "seed": 1000 + number}
    config["model"] = {**config["model"], "name": ["forest", "boosting", "logistic"][number % 3]}
    inputs = {**manifest["inputs"], "config": config}
    folder = paths.runs / run_id(inputs)
    folder.mkdir()
    quality = float(draw.uniform(0.8, 1.2))
    figures = metrics["splits"]["valid"]["figures"]["model"]
    moved = {
        name: {key: value and value * quality for key, value in figure.items()}
        for name, figure in figures.items()
    }
    valid = metrics["splits"]["valid"]
    valid = {**valid, "figures": {**valid["figures"], "model": moved}}
    write_json(
        {**metrics, "splits": {**metrics["splits"], "valid": valid}}, folder / "metrics.json"
    )
    place = predictions.column_names.index("y_pred")
    made = predictions.column("y_pred").to_numpy().copy()
    some = draw.choice(len(made), size=max(len(made) // 20, 2), replace=False)
    made[some] = np.roll(made[some], 1)
    pq.write_table(
        predictions.set_column(place, "y_pred", pa.array(made, predictions.schema.types[place])),
        folder / "predictions.parquet",
    )
    write_curves(folder, quality)
    shutil.copy(Path(__file__), folder / "model.skops")  # only its size is looked at
    (folder / "log.jsonl").write_text("")
    write_manifest(
        {
            **{key: value for key, value in manifest.items() if key != "files"},
            "run_id": folder.name,
            "inputs": inputs,
            "timings": {"fit_s": quality / 10, "latency_ms": quality, "total_s": 1.0},
            "sizes": {"model_bytes": 1000 * (number + 1), "peak_memory_mb": 150 * quality},
            "finished": f"2026-01-{1 + number % 28:02}T{number // 28 % 24:02}:00:00.000000Z",
        },
        folder,
    )
    return folder


def write_curves(folder: Path, quality: float = 1.0) -> None:
    """Write curves of a loss that falls, on training and validation rows."""
    steps = np.arange(1, STEPS + 1)
    parts = [
        {"split": split, "metric": "loss", "step": steps, "value": quality / steps**power}
        for split, power in (("train", 0.6), ("valid", 0.4))
    ]
    tables = [
        pa.table({**p, "split": [p["split"]] * STEPS, "metric": ["loss"] * STEPS}) for p in parts
    ]
    pq.write_table(pa.concat_tables(tables), folder / "curves.parquet")


if __name__ == "__main__":
    last = latest(PROJECT)
    assert last is not None, "train once first"
    print(len(many(last, int(sys.argv[1]), PROJECT)), "runs")
