"""A training job reads the folders that SageMaker lays out, and says why it failed."""

import json
from pathlib import Path

import pytest

from project.errors import ConfigError, DataError
from project.paths import PROJECT
from project.serving.job import channel, hyperparameters, lay_out, train


def test_hyperparameters_become_overrides(tmp_path: Path) -> None:
    file = tmp_path / "hyperparameters.json"
    assert hyperparameters(file) == []
    given = {
        "model": '"forest"',
        "seed": "7",
        "tuning.trials": 3,
        "sagemaker_program": "x",
        "_tuning_objective_metric": "y",
    }
    file.write_text(json.dumps(given))
    assert hyperparameters(file) == ["model=forest", "seed=7", "tuning.trials=3"]
    for wrong in ("[]", "{", "\ud800"):
        file.write_text(wrong, errors="surrogatepass")
        with pytest.raises(ConfigError, match=r"hyperparameters.json"):
            hyperparameters(file)


def test_the_table_is_found_in_its_channel(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the channels are none"):
        channel(tmp_path)
    (tmp_path / "other").mkdir()
    with pytest.raises(DataError, match="holds 0 tables"):
        channel(tmp_path)
    (tmp_path / "other" / "t.csv.gz").touch()
    (tmp_path / "other" / "t.csv.gz-manifest").touch()
    assert channel(tmp_path) == tmp_path / "other" / "t.csv.gz"
    (tmp_path / "training").mkdir()
    for name in ("1.parquet", "0.parquet"):
        (tmp_path / "training" / name).touch()
    assert channel(tmp_path) == tmp_path / "training"
    (tmp_path / "training" / "t.csv").touch()
    with pytest.raises(DataError, match="holds 3 tables: give one file, or parts in Parquet"):
        channel(tmp_path)


def baked(folder: Path) -> Path:
    """Lay a project out as it is in the image; its configuration has no model, so none trains."""
    project = folder / "baked"
    (project / "conf").mkdir(parents=True)
    (project / "conf" / "data.yaml").write_text("source: old.csv # mine\ntarget: a\n")
    (project / ".dvc").mkdir()
    (project / ".dvc" / "config").write_text("[core]\n    analytics = false\n")
    (project / "src").symlink_to(PROJECT.root / "src")
    (project / "served").mkdir()
    return project


def test_the_project_is_copied_with_the_table_as_its_source(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("a\n1\n")
    paths = lay_out(baked(tmp_path), tmp_path / "work", table)
    assert paths.data_config.read_text() == "source: data/source/t.csv # mine\ntarget: a\n"
    assert (paths.source / "t.csv").read_text() == "a\n1\n"
    assert (paths.dvc / "config").read_text() == "[core]\n    analytics = false\n"
    assert (paths.dvc / "config.local").read_text() == "[core]\n    no_scm = true\n"
    assert not (paths.root / "served").exists()


def test_a_job_that_fails_says_why(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ml = tmp_path / "ml"
    assert train(ml, baked(tmp_path), tmp_path / "work") == 2
    said = (ml / "output" / "failure").read_text()
    assert said.startswith("error: ")
    assert "the channels are none" in said
    assert said in capfd.readouterr().err
    (ml / "input" / "data" / "training").mkdir(parents=True)
    (ml / "input" / "data" / "training" / "t.csv").write_text("a\n1\n")
    assert train(ml, tmp_path / "baked", tmp_path / "work") != 0
    assert (ml / "output" / "failure").read_text().startswith("error: ")
    assert not (ml / "model").exists()
