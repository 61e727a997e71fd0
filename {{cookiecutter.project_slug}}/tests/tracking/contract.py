"""What every tracker must hold after it was fed, read back with its own library."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from project.data.config import Data
from project.data.load import features, load
from project.files import sha256
from project.paths import Paths
from project.provenance import inputs
from project.runs import read_json
from project.tracking import base, record
from project.tracking.record import flat
from project.train import make, track, track_failure

from ..conftest import configure

Series = dict[str, list[tuple[float, float]]]


@dataclass
class Seen:
    """A run as a tracker has it.

    Attributes
    ----------
    series
        Figure to its steps and values.
    models
        Checksums of the files of the model.
    """

    status: str
    name: str
    group: str
    params: dict[str, Any]
    metrics: dict[str, float]
    series: Series = field(default_factory=dict)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    models: list[str] = field(default_factory=list)


Read = Callable[[Paths], list[Seen]]


def finished(tool: str, read: Read, data: Data, paths: Paths) -> None:
    """Train, track, and compare what arrived with the run's folder, value by value."""
    config = configure(data, "model=boosting", f"tracking.tools=[{tool}]")
    folder = make(config, inputs(config, {"d": "0"}, paths), paths)
    (folder / "figures").mkdir(exist_ok=True)
    (folder / "figures" / "some.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    track(config, folder, paths)
    (seen,) = read(paths)
    assert (seen.status, seen.group) == ("finished", "")
    assert seen.name == f"boosting-{folder.name[:6]}"
    manifest = read_json(folder / "manifest.json")
    assert str(seen.params["seed"]) == str(config.seed)
    assert seen.params["provenance.code"] == manifest["inputs"]["code"]
    assert seen.params["provenance.fingerprint"] == manifest["outputs"]["fingerprint"]
    for name, value in flat(read_json(folder / "metrics.json")).items():
        assert seen.metrics[name] == pytest.approx(value, abs=1e-12), name
    assert seen.metrics["time/latency_ms"] == pytest.approx(manifest["timings"]["latency_ms"])
    assert seen.metrics["size/model_bytes"] == manifest["sizes"]["model_bytes"]
    _curves(seen, folder)
    _tables(seen, folder, data, paths)
    assert seen.models == [sha256(folder / "model.skops")]


def _curves(seen: Seen, folder: Path) -> None:
    curves = pd.read_parquet(folder / "curves.parquet")
    assert len(curves) == 200
    for key, curve in curves.groupby(["split", "metric"]):
        split, metric = map(str, key)
        steps = seen.series[f"curve/{split}/{metric}".replace(" ", "_")]
        wanted = list(zip(curve["step"], curve["value"], strict=True))
        assert steps == [pytest.approx(pair) for pair in wanted]
    folds = read_json(folder / "folds.json")
    for metric, values in folds["metrics"].items():
        steps = seen.series[f"fold/{metric}".replace(" ", "_")]
        assert steps == [pytest.approx(pair) for pair in enumerate(values, start=1)]
    memory = pd.read_parquet(folder / "resources.parquet")["memory_mb"].tolist()
    assert [v for _, v in seen.series["resources/memory_mb"]] == pytest.approx(memory)


def _tables(seen: Seen, folder: Path, data: Data, paths: Paths) -> None:
    rows = seen.tables["rows"].set_index("row_id")
    made = pd.read_parquet(folder / "predictions.parquet").set_index("row_id")
    assert len(rows) == len(made)
    given = pd.concat(load(data, paths, "train", "valid").values())
    for column in features(given, data):
        wanted = given[column].reindex(rows.index)
        assert rows[column].isna().tolist() == wanted.isna().tolist()
        assert rows[column].dropna().tolist() == wanted.dropna().tolist()
    for column in made:
        assert rows[column].tolist() == pytest.approx(made[column].tolist())
    if made["y_true"].dtype == float:
        assert (rows["error"] + rows["y_true"]).tolist() == pytest.approx(rows["y_pred"].tolist())
    else:
        assert rows["correct"].tolist() == (made["y_true"] == made["y_pred"]).tolist()
    assert len(seen.tables["folds"]) == 5


def warned(tool: str, read: Read, data: Data, paths: Paths) -> None:
    """See that a warning arrives with its code and its place."""
    config = configure(data, "model.classification.max_iter=1", f"tracking.tools=[{tool}]")
    folder = make(config, inputs(config, {"d": "0"}, paths), paths)
    track(config, folder, paths)
    (seen,) = read(paths)
    told = seen.tables["warnings"]
    assert set(told["code"]) == {"not-converged"}
    assert told["where"].tolist() == ["model", *(f"fold {n}" for n in range(1, 6))]


def failed(tool: str, read: Read, data: Data, paths: Paths) -> None:
    """See that a training and a record that broke off are closed as failed, mixed with nothing."""
    config = configure(data, f"tracking.tools=[{tool}]")
    track_failure(config, "abc", ValueError("no room"), paths)
    (seen,) = read(paths)
    assert seen.status == "failed"
    assert not seen.metrics, seen.metrics
    assert seen.tables["warnings"]["message"].tolist() == ["no room"]

    entry = record.Record("one", "one", "g", "finished", {"seed": 1})
    opened = base.load_tool(tool, config.tracking, paths.root)
    with pytest.raises(KeyError), opened.open(entry) as run:
        run.metrics({"a": 1.0})
        raise KeyError
    entry.id = entry.name = "other"
    with opened.open(entry) as run:
        run.params(entry.params)
        run.metrics({"b": 2.0})
    one, other = (next(s for s in read(paths) if s.name == name) for name in ("one", "other"))
    assert (one.status, one.metrics, one.group) == ("failed", {"a": 1.0}, "g")
    assert (other.status, other.metrics) == ("finished", {"b": 2.0})


SCRIPT = """
import multiprocessing, sys
from pathlib import Path
import pandas as pd
from project.tracking import base, record
from project.tracking.config import Mode, Tracking

root, tool, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
config = Tracking([tool], Mode.offline, 60.0, 0, "together", "")

def one(n):
    steps = pd.DataFrame({"iteration": range(1, 21), "curve/x": [n * 100.0 + s for s in range(20)]})
    entry = record.Record(f"run{n}", f"run{n}", "sweep", "finished", {"seed": n}, {},
                          {"mine": float(n)}, {"iteration": steps})
    base.track(entry, config, root)

fork = multiprocessing.get_context("fork")  # what is imported by now need not be so twenty times
started = [fork.Process(target=one, args=(n,)) for n in range(count)]
[process.start() for process in started]
[process.join() for process in started]
sys.exit(max(process.exitcode for process in started))
"""


def at_once(tool: str, read: Read, paths: Paths) -> None:
    """Let processes record at the same time, and see that each has what it was given."""
    count = 20
    command = ["python", "-c", SCRIPT, str(paths.root), tool, str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=250)
    assert done.stderr == ""
    assert done.returncode == 0
    seen = {run.name: run for run in read(paths)}
    assert sorted(seen) == sorted(f"run{n}" for n in range(count))
    for n in range(count):
        run = seen[f"run{n}"]
        assert (run.status, run.group, run.metrics["mine"]) == ("finished", "sweep", n)
        assert str(run.params["seed"]) == str(n)
        assert run.series["curve/x"] == [(s + 1, n * 100.0 + s) for s in range(20)]
