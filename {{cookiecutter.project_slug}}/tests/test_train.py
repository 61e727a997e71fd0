"""A run is whole or absent, named by its inputs, and holds what it promises."""

import io
import json

import numpy as np
import pandas as pd
import pytest
import skops.io
import yaml
from rich.console import Console

from project.config import Config, Data
from project.data.load import features, load
from project.evaluation.metrics import metrics_of
from project.paths import Paths
from project.provenance import inputs, run_id
from project.report.terminal import show
from project.runs import create, find
from project.train import make

from .conftest import configure

CHECKSUMS = {"data/split/split.parquet": "0" * 32}


def identity(config: Config, paths: Paths, **checksums: str) -> str:
    """Return the run id that a configuration gives in a project."""
    return run_id(inputs(config, CHECKSUMS | checksums, paths))


def test_a_run_holds_all_its_parts_and_they_agree(data: Data, paths: Paths) -> None:
    config = configure(data)
    folder = make(config, inputs(config, CHECKSUMS, paths), paths)
    assert sorted(file.name for file in folder.iterdir()) == [
        "config.yaml",
        "log.jsonl",
        "manifest.json",
        "metrics.json",
        "model.skops",
        "predictions.parquet",
    ]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert folder.name == manifest["run_id"] == run_id(manifest["inputs"])
    stored = yaml.safe_load((folder / "config.yaml").read_text())
    assert stored["model"] == manifest["inputs"]["config"]["model"]

    rows = pd.read_parquet(folder / "predictions.parquet")
    metrics = json.loads((folder / "metrics.json").read_text())
    valid = rows[rows["split"] == "valid"]
    assert set(rows["split"]) == {"train", "valid"}
    assert metrics["splits"]["valid"]["rows"] == len(valid)
    first = metrics["metrics"][0]["name"]
    said = metrics["splits"]["valid"]["figures"]["model"][first]
    expected = {
        "accuracy": (valid["y_true"] == valid["y_pred"]).mean(),
        "MAE": (pd.to_numeric(valid["y_pred"], "coerce") - pd.to_numeric(valid["y_true"], "coerce"))
        .abs()
        .mean(),
    }[first]
    assert said["value"] == pytest.approx(expected)
    assert said["low"] < said["value"] < said["high"]


def test_the_stored_model_predicts_what_the_run_recorded(data: Data, paths: Paths) -> None:
    config = configure(data, "model=forest")
    folder = make(config, inputs(config, CHECKSUMS, paths), paths)
    file = folder / "model.skops"
    model = skops.io.load(file, trusted=skops.io.get_untrusted_types(file=file))
    rows = pd.read_parquet(folder / "predictions.parquet").query("split == 'valid'")
    again = model.predict(features(load(data, paths, "valid")["valid"], data))
    assert (np.asarray(again) == rows["y_pred"].to_numpy()).all()


def test_training_twice_gives_the_same_predictions(data: Data, paths: Paths) -> None:
    config = configure(data, "model=boosting")
    folders = [make(config, inputs(config, {"d": d}, paths), paths) for d in ("a", "b")]
    one, other = (pd.read_parquet(folder / "predictions.parquet") for folder in folders)
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    first, second = (json.loads((f / "manifest.json").read_text())["outputs"] for f in folders)
    assert first == second
    assert set(first) == {"fingerprint", "model", "predictions", "metrics"}


def test_every_input_moves_the_id_and_the_tracker_does_not(data: Data, paths: Paths) -> None:
    base = identity(configure(data), paths)
    moved = {
        identity(configure(data, "seed=1"), paths),
        identity(configure(data, "model=forest"), paths),
        identity(configure(data, "evaluation.resamples=200"), paths),
        identity(configure(data), paths, more="1"),
    }
    (paths.code / "some.py").write_text("pass  # changed\n")
    moved.add(identity(configure(data), paths))
    paths.runtime_lock.write_text("other==1\n")
    moved.add(identity(configure(data), paths))
    assert len(moved) == 6
    assert base not in moved


def test_the_seed_moves_the_id_of_a_model_that_takes_none(data: Data, paths: Paths) -> None:
    # It still reaches the baselines and the resampling.
    zero, one = (configure(data, "model=dummy", f"seed={seed}") for seed in (0, 1))
    assert identity(zero, paths) != identity(one, paths)


def test_the_tracker_does_not_move_the_id(data: Data, paths: Paths) -> None:
    offline, disabled = configure(data), configure(data, "tracking=disabled")
    assert identity(offline, paths) == identity(disabled, paths)


def test_a_failure_leaves_no_run(paths: Paths) -> None:
    with pytest.raises(RuntimeError), create("abc", paths) as folder:
        (folder / "manifest.json").write_text("{}")
        raise RuntimeError
    assert find("abc", paths) is None
    assert list(paths.runs.iterdir()) == []


def test_the_first_of_two_equal_runs_stays(paths: Paths) -> None:
    for text in ("first", "second"):
        with create("abc", paths) as folder:
            (folder / "manifest.json").write_text(text)
    assert (paths.runs / "abc" / "manifest.json").read_text() == "first"
    assert [entry.name for entry in paths.runs.iterdir()] == ["abc"]


def test_the_table_shows_the_model_beside_its_baselines(
    data: Data, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configure(data)
    folder = make(config, inputs(config, CHECKSUMS, paths), paths)
    show(folder, known=False)
    first = capsys.readouterr().out
    for words in ("logistic", "zero rule", "random", "95% intervals", folder.name, "beats"):
        assert words in first
    show(folder, known=True)
    assert "shown again, not trained again" in capsys.readouterr().out


def test_every_metric_keeps_its_name_however_narrow_the_terminal(data: Data, paths: Paths) -> None:
    config = configure(data)
    folder = make(config, inputs(config, CHECKSUMS, paths), paths)
    for width in (60, 80, 120):
        paper = io.StringIO()
        show(folder, known=False, console=Console(width=width, file=paper))
        shown = paper.getvalue()
        for metric in metrics_of(data.task):
            assert metric.name.split()[0] in shown


def test_a_model_that_is_the_zero_rule_is_said_not_to_beat_it(
    data: Data, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configure(data, "model=dummy")
    show(make(config, inputs(config, CHECKSUMS, paths), paths), known=False)
    assert "It does not beat the zero rule" in capsys.readouterr().out
