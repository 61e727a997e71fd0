"""A run is whole or absent, named by its inputs, and holds what it promises."""

import io
import json

import numpy as np
import pandas as pd
import pytest
import skops.io
import yaml
from rich.console import Console

from project.data.config import Data
from project.data.load import features, load
from project.evaluation.metrics import metrics_of
from project.manifest import check_files, load_manifest
from project.paths import Paths
from project.provenance import code_patch, inputs, run_id
from project.report.terminal import show
from project.runs import create, find
from project.train import make

from .conftest import configure

CHECKSUMS = {"data/split/split.parquet": "0" * 32}


def test_a_run_holds_all_its_parts_and_they_agree(data: Data, paths: Paths) -> None:
    config = configure(data)
    folder = make(config, inputs(config, CHECKSUMS, paths), paths)
    assert sorted(file.name for file in folder.iterdir()) == [
        "config.yaml",
        "curves.parquet",
        "figures",
        "folds.json",
        "log.jsonl",
        "manifest.json",
        "metrics.json",
        "model.skops",
        "predictions.parquet",
        "report.html",
        "resources.parquet",
        "schema.yaml",
    ]
    manifest = load_manifest(folder)
    check_files(folder, manifest)
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


def test_a_run_tells_how_fast_and_how_large_it_was(data: Data, paths: Paths) -> None:
    config = configure(data, "model=boosting")
    folder = make(config, inputs(config, CHECKSUMS, paths), paths)
    manifest = load_manifest(folder)
    times, sizes = manifest["timings"], manifest["sizes"]
    rows = json.loads((folder / "metrics.json").read_text())["splits"]["train"]["rows"]
    assert times["rows_per_s"] == pytest.approx(rows / times["fit_s"])
    assert times["iterations_per_s"] == pytest.approx(100 / times["fit_s"])
    assert 0 < times["latency_ms"] < 1000 * times["total_s"]
    assert times["fit_s"] + times["predict_s"] < times["total_s"]
    assert sizes["model_bytes"] == (folder / "model.skops").stat().st_size
    seen = pd.read_parquet(folder / "resources.parquet")
    assert len(seen) >= 2 and seen["time_s"].is_monotonic_increasing
    assert sizes["peak_memory_mb"] >= seen["memory_mb"].max() > 10


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
    second = capsys.readouterr().out
    assert "shown again, not trained again" in second
    for shown in (first, second):
        assert load_manifest(folder)["outputs"]["fingerprint"][:12] in shown


def test_code_that_no_commit_holds_stays_with_the_run(
    data: Data, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    patch = paths.root / "some.patch"
    patch.write_bytes(b"diff --git a/x b/x\n\0\xff")
    monkeypatch.setenv("CODE_PATCH", str(patch))
    code_patch.cache_clear()
    try:
        config = configure(data)
        folder = make(config, inputs(config, CHECKSUMS, paths), paths)
    finally:
        code_patch.cache_clear()
    assert (folder / "code.patch").read_bytes() == patch.read_bytes()
    check_files(folder, load_manifest(folder))
    assert "code.patch" in load_manifest(folder)["files"]


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
