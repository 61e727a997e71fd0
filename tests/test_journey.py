"""The user's journey in real containers: render, train, change something, test and lint."""

import json
import os
import zipfile
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import docker
import pytest
from engine import let_in, make, succeed, tracked, watched
from repository import git

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
# A fresh project has no commit, so every run keeps its code.
RUN_FILES = {
    "code.patch",
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
}


def runs(project: Path) -> dict[str, dict[str, Any]]:
    """Return the manifests of a project's runs, by id; every folder must be a whole run."""
    found = {}
    for folder in (project / "runs").iterdir():
        assert {file.name for file in folder.iterdir()} == RUN_FILES
        found[folder.name] = json.loads((folder / "manifest.json").read_text())
    return found


def accuracy(project: Path, run: str) -> float:
    """Return the validation accuracy that a run recorded."""
    metrics = json.loads((project / "runs" / run / "metrics.json").read_text())
    return float(metrics["splits"]["valid"]["figures"]["model"]["accuracy"]["value"])


def owners(project: Path) -> set[int]:
    """Return the uids of all files in a project."""
    return {path.lstat().st_uid for path in project.rglob("*")}


@pytest.fixture(scope="module")
def penguins(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh project on the bundled table, after its first `make train`."""
    project = render(tmp_path_factory.mktemp("penguins"))
    succeed(project, "train")
    return project


def test_the_first_training_leaves_one_whole_run_better_than_the_baselines(penguins: Path) -> None:
    (run,) = runs(penguins)
    metrics = json.loads((penguins / "runs" / run / "metrics.json").read_text())
    figures = metrics["splits"]["valid"]["figures"]
    assert list(figures) == ["model", "zero rule", "random", "one rule"]
    assert figures["model"]["accuracy"]["value"] > 0.8
    assert metrics["splits"]["valid"]["gains"]["model"]["accuracy"]["low"] > 0
    for name in figures:
        assert figures[name]["accuracy"]["low"] < figures[name]["accuracy"]["high"]


def test_the_schema_is_written_for_the_user_to_correct(penguins: Path) -> None:
    text = (penguins / "conf" / "schema.yaml").read_text()
    assert text.startswith("# What a valid table is. It was read from data/sample/penguins.csv")
    assert "  sex: {type: category, role: target, categories: [female, male]}\n" in text
    assert (
        "  bill_length_mm: {type: number, role: feature, nullable: true, min: 10, max: 80}\n"
        in text
    )


def test_the_run_opens_in_the_viewer_of_weights_and_biases(penguins: Path) -> None:
    (folder,) = (penguins / "wandb").glob("offline-run-*")
    found = tracked(penguins, folder)
    assert found["state"] == "finished"
    assert found["run_id"] in runs(penguins)
    recorded = found["summary"]["valid/model/accuracy"]
    assert recorded == pytest.approx(accuracy(penguins, found["run_id"]))


def test_a_second_training_shows_the_run_and_trains_nothing(penguins: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (penguins / "runs").rglob("*")}
    out = succeed(penguins, "train")
    assert "shown again, not trained again" in out
    assert before == {path: path.stat().st_mtime_ns for path in (penguins / "runs").rglob("*")}


def test_an_override_trains_anew_and_is_recorded(penguins: Path) -> None:
    before = set(runs(penguins))
    succeed(penguins, "train", "ARGS=model=forest seed=7")
    (new,) = set(runs(penguins)) - before
    config = runs(penguins)[new]["inputs"]["config"]
    assert (config["model"]["name"], config["seed"]) == ("forest", 7)
    assert config["model"]["classification"]["random_state"] == 7


def test_a_multirun_leaves_a_run_for_each_job(penguins: Path) -> None:
    before = set(runs(penguins))
    succeed(penguins, "train", "ARGS=-m model=dummy,boosting")
    new = set(runs(penguins)) - before
    manifests = runs(penguins)
    names = {manifests[run]["inputs"]["config"]["model"]["name"] for run in new}
    assert names == {"dummy", "boosting"}
    # One group in the tracker, in which a single run is none.
    groups = {manifests[run]["tracking"]["group"] for run in new}
    assert len(groups) == 1
    assert "" not in groups
    assert {manifests[run]["tracking"]["group"] for run in before} == {""}
    tracked = {path.name.rpartition("-")[2] for path in (penguins / "wandb").glob("offline-run-*")}
    assert new <= tracked


def test_the_same_inputs_give_the_same_run_in_another_folder(
    penguins: Path, render: Render, tmp_path: Path
) -> None:
    other = render(tmp_path / "a folder, with: signs é")
    succeed(other, "train", "ARGS=tracking=disabled")
    (run,) = runs(other)
    ours, theirs = runs(penguins)[run], runs(other)[run]
    assert ours["outputs"] == theirs["outputs"]
    assert ours["inputs"] == theirs["inputs"]


def test_what_ran_had_no_rights_beyond_its_work(penguins: Path) -> None:
    with watched(penguins) as containers:
        succeed(penguins, "train", "ARGS=seed=11 tracking=disabled")
    (container,) = containers
    host, config = container.attributes["HostConfig"], container.attributes["Config"]
    assert container.exit_code == 0
    assert config["User"] == f"{os.getuid()}:{os.getgid()}"
    assert host["NetworkMode"] == "none"
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert host["Init"] is True
    assert host["PidsLimit"] > 0
    assert not host["Privileged"]
    assert [m["Destination"] for m in container.attributes["Mounts"]] == ["/project"]
    assert not any("sock" in m["Source"] for m in container.attributes["Mounts"])


def test_the_image_itself_asks_for_no_root(penguins: Path) -> None:
    image = docker.from_env().images.get(succeed(penguins, "image").strip())
    assert image.attrs["Config"]["User"] == "1000:1000"


def test_a_fresh_project_passes_its_own_tests_and_lints(render: Render, tmp_path: Path) -> None:
    project = render(tmp_path)
    git(project, "add", "--all")
    # What `make test` runs, and which lines it reaches.
    assert " passed" in succeed(project, "coverage")
    out = succeed(project, "lint")
    assert "Passed" in out
    assert "Failed" not in out
    assert git(project, "diff", "--name-only") == ""


@pytest.mark.parametrize("uid", [1234, 2_000_000_000])
def test_files_belong_to_the_caller_whatever_its_uid(
    render: Render, tmp_path_factory: pytest.TempPathFactory, uid: int
) -> None:
    folder = tmp_path_factory.mktemp("caller")
    project = render(folder)
    for path in [project, *project.rglob("*")]:
        os.lchown(path, uid, uid)
    let_in(folder)
    succeed(project, "train", uid=uid, env={"HOME": "/nonexistent"})
    assert owners(project) == {uid}
    assert len(runs(project)) == 1


def test_root_in_somebodys_folder_leaves_files_of_that_owner(
    render: Render, tmp_path: Path
) -> None:
    project = render(tmp_path)
    for path in [project, *project.rglob("*")]:
        os.lchown(path, 1234, 1234)
    succeed(project, "train", "ARGS=tracking=disabled")
    written = {path.lstat().st_uid for path in (project / "runs").rglob("*")}
    assert written == {1234}


def outside(name: str, into: Path) -> Path:
    """Unpack a real table that a package carries."""
    archive = distribution("scikit-lego").locate_file(f"sklego/data/{name}.zip")
    with zipfile.ZipFile(str(archive)) as packed:
        table = into / f"{name} table.csv"
        table.write_bytes(packed.read(packed.namelist()[0]))
    return table


def test_an_outside_table_of_classes_trains_in_the_same_two_commands(
    render: Render, tmp_path: Path
) -> None:
    table = outside("hearts", tmp_path)
    project = render(tmp_path / "out", data_source=str(table), target="target")
    succeed(project, "train")
    (run,) = runs(project)
    assert 0.6 < accuracy(project, run) < 0.99
    assert "thal: {type: category, role: feature" in (project / "conf/schema.yaml").read_text()


def test_an_outside_table_of_quantities_trains_in_the_same_two_commands(
    render: Render, tmp_path: Path
) -> None:
    table = outside("abalone", tmp_path)
    project = render(tmp_path / "out", data_source=str(table), target="rings", task="regression")
    out = succeed(project, "train", "ARGS=model=boosting")
    assert "It beats the zero rule" in out
    (run,) = runs(project)
    metrics = json.loads((project / "runs" / run / "metrics.json").read_text())
    assert metrics["splits"]["valid"]["figures"]["model"]["R2"]["value"] > 0.4


def test_the_bundled_table_serves_regression_too(render: Render, tmp_path: Path) -> None:
    project = render(tmp_path, target="body_mass_g", task="regression")
    assert "RMSE" in succeed(project, "train")


def test_growing_data_makes_a_new_run_and_the_stages_that_it_needs(
    render: Render, tmp_path: Path
) -> None:
    project = render(tmp_path)
    succeed(project, "train", "ARGS=tracking=disabled")
    (first,) = runs(project)
    before = (project / "dvc.lock").read_text()
    table = project / "data" / "sample" / "penguins.csv"
    table.write_text(table.read_text() + "Adelie,Dream,40.1,18.2,190,3700,male,2009\n")
    succeed(project, "train", "ARGS=tracking=disabled")
    (second,) = set(runs(project)) - {first}
    found = runs(project)
    assert found[second]["inputs"]["data"] != found[first]["inputs"]["data"]
    assert (project / "dvc.lock").read_text() != before


def test_the_locks_are_made_anew_in_the_container_without_an_address(penguins: Path) -> None:
    folder = penguins / "requirements"
    before = {file.name: file.read_text() for file in folder.glob("*.lock")}
    succeed(penguins, "lock")
    after = {file.name: file.read_text() for file in folder.glob("*.lock")}
    done = make(penguins, "lock", "ARGS=--check")
    assert (done.code, done.out) == (0, "the locks resolve, and nothing changes\n")
    assert after == before
    for text in after.values():
        pins = [line for line in text.splitlines() if line[:1].isalnum()]
        assert len(pins) == len([pin for pin in pins if "==" in pin])
        assert text.count("--hash=sha256:") >= len(pins)
        assert "//" not in text


def test_an_online_tracker_that_is_not_there_costs_no_run(penguins: Path) -> None:
    before = set(runs(penguins))
    done = make(
        penguins,
        "train",
        "ARGS=tracking=online seed=21",
        env={"WANDB_API_KEY": "x"},
    )
    assert done.code == 0, done.err
    assert "recorded offline instead" in done.err
    assert len(set(runs(penguins)) - before) == 1
