"""Weights & Biases, the real one, offline: what it recorded is what the run folder holds."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from project.config import Data, Mode
from project.errors import ConfigError
from project.files import sha256
from project.paths import Paths
from project.provenance import inputs
from project.runs import MANIFEST, read_json
from project.tracking.base import check, tracker
from project.train import make, track

from ..conftest import configure


def recorded(folder: Path) -> Any:
    """Read a local run with the reader that comes with wandb."""
    done = subprocess.run(
        ["wandb", "leet", "inspect", "--summary", "--json", str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("task", ["classification"])
def test_an_offline_run_holds_config_metrics_and_model(data: Data, paths: Paths) -> None:
    config = configure(data)
    folder = make(config, inputs(config, {"d": "0"}, paths), paths)
    track(config, folder, paths)
    (run,) = (paths.root / "wandb").glob("offline-run-*")
    found, metrics = recorded(run), read_json(folder / "metrics.json")
    assert (found["state"], found["run_id"], found["exit_code"]) == ("finished", folder.name, 0)
    assert found["config"]["seed"] == config.seed
    assert found["config"]["provenance"]["code"] == read_json(folder / MANIFEST)["inputs"]["code"]
    for split, entry in metrics["splits"].items():
        for model, figures in entry["figures"].items():
            for metric, estimate in figures.items():
                name = f"{split}/{model}/{metric}".replace(" ", "_")
                assert found["summary"][name] == pytest.approx(estimate["value"])
    (staged,) = (paths.root / "wandb" / ".data" / "artifacts" / "staging").iterdir()
    assert sha256(staged) == sha256(folder / "model.skops")


@pytest.mark.parametrize("task", ["classification"])
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


@pytest.mark.parametrize("task", ["classification"])
def test_a_disabled_tracker_leaves_nothing(data: Data, paths: Paths) -> None:
    config = configure(data, "tracking=disabled")
    assert config.tracking.mode is Mode.disabled
    assert tracker(config.tracking, paths.root) is None
    assert not (paths.root / "wandb").exists()
