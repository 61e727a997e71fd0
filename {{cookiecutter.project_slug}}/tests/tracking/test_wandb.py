"""Weights & Biases, the real one, offline: what it recorded is what the run folder holds."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from project.data.config import Data
from project.errors import ConfigError
from project.files import sha256
from project.paths import Paths
from project.provenance import inputs, leaves
from project.tracking.config import check
from project.train import make, track

from ..conftest import configure
from . import contract
from .contract import Seen

FRUIT = pytest.mark.parametrize("task", ["classification"])


def records(run: Path) -> list[dict[str, Any]]:
    """Return the records of a local run by the reader that comes with wandb."""
    done = subprocess.run(
        ["wandb", "leet", "inspect", "--json", str(run)], capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def summary(run: Path) -> Any:
    """Return the state, configuration and last figures of a local run."""
    command = ["wandb", "leet", "inspect", "--summary", "--json", str(run)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def read_one(run: Path) -> Seen:
    """Read one offline run."""
    told, lines = summary(run), records(run)
    history = [line["history"]["item"] for line in lines if line["type"] == "history"]
    series: contract.Series = {}
    metrics: dict[str, float] = {}
    for item in history:
        axis = next((item[a] for a in ("iteration", "fold", "time_s") if a in item), None)
        for name, value in item.items():
            if not isinstance(value, int | float) or name.startswith(("_", "table/", "plot/")):
                continue
            if axis is None:
                metrics[name] = value
            else:
                series.setdefault(name, []).append((axis, value))
    tables = {
        name.removeprefix("table/"): pd.DataFrame(**_table(run / "files" / value["path"]))
        for name, value in told["summary"].items()
        if name.startswith("table/")
    }
    start = next(line["run"] for line in lines if line["type"] == "run")
    staged = [line["artifact"] for line in lines if line["type"] == "artifact"]
    models = [a for a in staged if a["type"] == "model"]
    return Seen(
        status=told["state"],
        name=start.get("display_name", told["name"]),
        group=start.get("run_group", ""),
        params=leaves(told["config"]),
        metrics=metrics,
        series=series,
        tables=tables,
        models=[sha256(file) for a in models for file in _contents(a)],
    )


def _table(file: Path) -> dict[str, Any]:
    content = json.loads(file.read_text())
    return {"columns": content["columns"], "data": content["data"]}


def _contents(artifact: dict[str, Any]) -> list[Path]:
    return [Path(entry["local_path"]) for entry in artifact["manifest"]["contents"]]


def read(paths: Paths) -> list[Seen]:
    """Read all offline runs of a project."""
    return [read_one(run) for run in sorted((paths.root / "wandb").glob("offline-run-*"))]


def test_a_finished_run_is_recorded_whole(data: Data, paths: Paths) -> None:
    contract.finished("wandb", read, data, paths)


@FRUIT
def test_warnings_are_recorded_with_their_codes(data: Data, paths: Paths) -> None:
    contract.warned("wandb", read, data, paths)


@FRUIT
def test_what_fails_is_closed_as_failed_and_mixes_with_nothing(data: Data, paths: Paths) -> None:
    contract.failed("wandb", read, data, paths)


@FRUIT
def test_processes_at_once_lose_and_mix_nothing(paths: Paths) -> None:
    contract.at_once("wandb", read, paths)


@FRUIT
def test_the_model_descends_from_the_data_and_there_are_the_plots(data: Data, paths: Paths) -> None:
    config = configure(data)
    folder = make(config, inputs(config, {"data/table": "0" * 32}, paths), paths)
    track(config, folder, paths)
    (run,) = (paths.root / "wandb").glob("offline-run-*")
    lines = records(run)
    made = {a["type"]: a for line in lines if (a := line.get("artifact"))}
    assert made["dataset"]["use_after_commit"] is True
    assert not made["model"].get("use_after_commit")
    (sums,) = _contents(made["dataset"])
    assert sums.read_text() == f"{'0' * 32}  data/table\n"
    text = json.dumps(lines)
    for panel in ("plot/confusion", "plot/roc", "plot/precision_recall"):
        assert panel in text
    axes = {m["metric"].get("name"): m["metric"].get("step_metric") for m in lines if "metric" in m}
    assert axes["curve/valid/log_loss"] == "iteration"
    assert axes["fold/accuracy"] == "fold"


@FRUIT
def test_an_online_tracker_without_a_key_is_refused_and_does_not_prompt(
    data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    online = configure(data, "tracking=online").tracking
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    with pytest.raises(ConfigError, match=r"WANDB_API_KEY: put it into \.env"):
        check(online)
    monkeypatch.setenv("WANDB_API_KEY", "0" * 40)
    check(online)
    check(configure(data, "tracking=offline").tracking)


@FRUIT
def test_a_tracker_that_is_not_known_is_refused_before_the_training(data: Data) -> None:
    with pytest.raises(ConfigError, match="names 'wandbb': choose of mlflow, sacred, wandb"):
        check(configure(data, "tracking.tools=[wandbb]").tracking)


@FRUIT
def test_a_disabled_tracker_leaves_nothing(data: Data, paths: Paths) -> None:
    config = configure(data, "tracking=disabled")
    folder = make(config, inputs(config, {"d": "0"}, paths), paths)
    before = set(paths.root.iterdir())
    track(config, folder, paths)
    assert set(paths.root.iterdir()) == before


@FRUIT
def test_a_tracker_that_fails_is_told_and_takes_nothing_with_it(
    data: Data, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configure(data)
    folder = make(config, inputs(config, {"d": "0"}, paths), paths)
    (paths.root / "wandb").write_text("no folder")
    track(config, folder, paths)
    told = capsys.readouterr().err
    assert told.startswith(f"note: wandb did not record run {folder.name}")
    assert told.count("\n") == 1
