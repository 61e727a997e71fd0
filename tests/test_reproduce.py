"""Runs are repeated bit for bit from what they recorded, and what differs is named."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from breaking import PATIENCE_S
from engine import Outcome, make, succeed
from repository import commit, git

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
QUICK = "tracking=disabled evaluation.resamples=100"


def train(project: Path, arguments: str = "", *, quick: bool = True) -> str:
    """Train, and return the id of the one run that is new."""
    before = set((project / "runs").glob("*"))
    succeed(project, "train", f"ARGS={arguments} {QUICK if quick else ''}")
    (run,) = set((project / "runs").glob("*")) - before
    return run.name


def edit(file: Path, old: str, new: str) -> None:
    """Replace what a file must hold."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def manifest(project: Path, run: str) -> dict[str, Any]:
    found = json.loads((project / "runs" / run / "manifest.json").read_text())
    assert isinstance(found, dict)
    return found


def state(project: Path) -> dict[str, Any]:
    """Return what a user would see changed: git's view, and every file.

    Left out is what any command may write: git's and DVC's own, and the remembered base image.
    """
    own = {project / name for name in (".git", ".dvc/cache", ".dvc/tmp", ".dvc/site")}
    files = [p for p in project.rglob("*") if p.is_file() and not own & set(p.parents)]
    stats = {str(p): (p.stat().st_size, p.stat().st_mtime_ns, p.stat().st_ino) for p in files}
    stats.pop(str(project / ".base-image"), None)
    return {
        "status": git(project, "status", "--porcelain"),
        "worktrees": git(project, "worktree", "list"),
        "branches": git(project, "branch", "--all", "--verbose"),
        "files": stats,
    }


def reproduce(project: Path, run: str, **env: str) -> Outcome:
    """Repeat a run, and see that nothing but the two caches has changed."""
    before = state(project)
    done = subprocess.run(
        ["./scripts/reproduce.sh", run],
        cwd=project,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    after = state(project)
    for what in before:
        assert after[what] == before[what]
    assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
    return Outcome(done.returncode, done.stdout, done.stderr)


def identical(project: Path, run: str) -> None:
    done = reproduce(project, run)
    assert done.code == 0, done.out + done.err
    assert f"run {run}: identical, bit for bit" in done.out


def refused(project: Path, run: str, *words: str, **env: str) -> None:
    done = reproduce(project, run, **env)
    assert done.code == 2, done.out + done.err
    for word in words:
        assert word in done.sentence


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that takes data versions."""
    return tmp_path_factory.mktemp("remote")


@pytest.fixture(scope="module")
def first(render: Render, remote: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose first run lies three commits back: of code, configuration and data."""
    project = render(tmp_path_factory.mktemp("reproduce"))
    succeed(project, "remote", f"URL={remote}")
    commit(project, "Begin")
    train(project, "model=forest", quick=False)
    succeed(project, "push")
    commit(project, "Record the data")
    edit(project / "src" / "project" / "models" / "pipeline.py", '"(missing)"', '"(none)"')
    commit(project, "Change the code")
    edit(project / "conf" / "model" / "forest.yaml", "n_estimators: 200", "n_estimators: 20")
    edit(project / "conf" / "data.yaml", "valid: 0.15", "valid: 0.25")
    commit(project, "Change the configuration")
    table = project / "data" / "sample" / "penguins.csv"
    table.write_text(table.read_text() + "Adelie,Dream,40.1,18.2,190,3700,male,2009\n")
    return project


@pytest.fixture(scope="module")
def project(first: Path) -> Path:
    """The same, after a second run on the changed data; all is committed."""
    train(first, "model=forest")
    commit(first, "Change the data")
    return first


@pytest.fixture
def old(project: Path) -> str:
    """The id of the first run."""
    return min(
        (run.name for run in (project / "runs").iterdir()),
        key=lambda run: str(manifest(project, run)["finished"]),
    )


@pytest.fixture
def clean(project: Path) -> Iterator[Path]:
    """The project, with edits and new runs taken back afterwards."""
    before = set((project / "runs").iterdir())
    yield project
    git(project, "reset", "--quiet", "--hard")
    git(project, "clean", "--quiet", "-d", "--force")
    for run in set((project / "runs").iterdir()) - before:
        shutil.rmtree(run)


@pytest.fixture
def clone(project: Path, old: str, tmp_path: Path) -> Path:
    """A fresh clone that has the first run's folder and no data."""
    copy = tmp_path / "a clone, with: signs é"
    git(tmp_path, "clone", "--quiet", str(project), str(copy))
    shutil.copytree(project / "runs" / old, copy / "runs" / old)
    return copy


def test_a_run_of_three_commits_ago_is_repeated_from_a_fresh_clone_and_the_remote(
    clone: Path, old: str
) -> None:
    assert not (clone / "runs" / old / "code.patch").exists()
    assert not (clone / ".dvc" / "cache").exists()
    done = reproduce(clone, old)
    assert done.code == 0, done.out + done.err
    assert f"run {old}: identical, bit for bit, in model, predictions and metrics" in done.out
    # What was fetched stays: the second time no remote is needed.
    (clone / ".dvc" / "config").write_text("")
    git(clone, "commit", "--quiet", "--all", "--message", "Without a remote")
    identical(clone, old)


def test_latest_is_the_last_and_all_are_all(project: Path, old: str) -> None:
    (last,) = {run.name for run in (project / "runs").iterdir()} - {old}
    assert f"run {last}: identical" in succeed(project, "reproduce")
    # Where no base image is given, it is the one that each run recorded.
    done = reproduce(project, "all", BASE_IMAGE="")
    assert done.code == 0, done.out + done.err
    lines = [line for line in done.out.splitlines() if line]
    assert sorted(lines) == sorted(
        f"run {run}: identical, bit for bit, in model, predictions and metrics"
        for run in (old, last)
    )


def test_a_run_of_uncommitted_code_is_repeated_with_its_patch(clean: Path) -> None:
    code = clean / "src" / "project"
    load = code / "data" / "load.py"
    load.write_text("from .. import extra\n" + load.read_text())
    (code / "extra.py").write_text("NAME = 'é'\n")
    (code / "compute.py").write_text((code / "compute.py").read_text() + "# staged\n")
    git(clean, "add", "src/project/compute.py")
    (clean / "-a name, odd").write_bytes(bytes(range(256)) * 2)
    (clean / "data" / "sample" / "README.md").unlink()
    (clean / "large.bin").write_bytes(os.urandom(11 << 20))
    before = state(clean)["status"]
    objects = git(clean, "count-objects")
    done = make(clean, "train", f"ARGS=model=forest {QUICK}")
    assert done.code == 0, done.err
    assert "large.bin: above 10 MB and in no commit, so not kept" in done.err
    assert state(clean)["status"] == before
    assert git(clean, "count-objects") == objects
    run = max((r for r in (clean / "runs").iterdir()), key=lambda r: r.stat().st_mtime_ns)
    patch = (run / "code.patch").read_bytes()
    assert len(patch) < 20_000
    assert manifest(clean, run.name)["circumstances"]["left_out"] == ["large.bin"]
    for name in (b"extra.py", b"-a name, odd", b"compute.py", b"GIT binary patch", b"deleted file"):
        assert name in patch
    identical(clean, run.name)
    git(clean, "reset", "--quiet", "--hard")
    git(clean, "clean", "--quiet", "-d", "--force")
    identical(clean, run.name)


def test_a_run_from_before_the_first_commit_is_repeated(render: Render, tmp_path: Path) -> None:
    project = render(tmp_path)
    run = train(project)
    assert manifest(project, run)["circumstances"]["git_commit"] is None
    identical(project, run)
    git(project, "add", "--all")
    identical(project, run)


def test_code_that_reads_the_clock_is_found_out(clean: Path) -> None:
    load = clean / "src" / "project" / "data" / "load.py"
    stored = "        frames[name] = frame\n"
    edit(load, stored, f'        frame["body_mass_g"] += time.time_ns() % 997\n{stored}')
    edit(load, "\nfrom pathlib", "\nimport time\nfrom pathlib")
    run = train(clean, "model=forest")
    done = reproduce(clean, run)
    assert done.code == 1, done.out + done.err
    assert f"run {run}: different in fitted parameter, prediction" in done.out
    table = [line.split() for line in done.out.splitlines()]
    assert ["differs", "recorded", "repeated"] in table
    for kind in (["fitted", "parameter"], ["prediction", "row"], ["metric"]):
        assert any(line[: len(kind)] == kind for line in table)
    assert "Two repetitions" in done.out
    assert "the clock" in done.out
    assert "Error 1" in make(clean, "reproduce", f"RUN={run}").err
    done = reproduce(clean, "all")
    assert done.code == 1
    assert done.out.count("identical, bit for bit") == 2
    assert done.out.count(f"run {run}: different") == 1


def test_a_seed_that_is_not_pinned_is_found_out(clean: Path) -> None:
    run = train(clean, "model=forest model.classification.random_state=null")
    done = reproduce(clean, run)
    assert done.code == 1, done.out + done.err
    assert "fitted parameter" in done.out
    assert "random" in done.out
    assert "It is in the fit or before" in done.out


def test_an_unknown_run_is_told(project: Path) -> None:
    refused(project, "ffffffffffff", "RUN=ffffffffffff names no run of runs/", "RUN=")
    refused(project, "../../etc", "names no run")


def test_an_edited_run_is_told_and_the_others_of_all_are_repeated(project: Path, old: str) -> None:
    file = project / "runs" / old / "manifest.json"
    kept = file.read_text()
    file.write_text(kept.replace('"seed": 0', '"seed": 1'))
    try:
        refused(project, old, f"runs/{old}/manifest.json was edited after the run")
        done = reproduce(project, "all")
    finally:
        file.write_text(kept)
    assert done.code == 2
    assert f"runs/{old}/manifest.json was edited" in done.sentence
    assert done.out.count("identical, bit for bit") == 1


def test_a_commit_that_is_gone_is_told(project: Path, old: str, tmp_path: Path) -> None:
    copy = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{project}", str(copy))
    shutil.copytree(project / "runs" / old, copy / "runs" / old)
    shutil.copytree(project / ".dvc" / "cache", copy / ".dvc" / "cache")
    refused(copy, old, f"run {old} was made from commit", "git fetch", "--unshallow")


def test_data_that_the_remote_lacks_is_told(clone: Path, old: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    config = clone / ".dvc" / "config.local"
    config.write_text(f"['remote \"storage\"']\n    url = {tmp_path / 'empty'}\n")
    refused(clone, old, "table.parquet", old, "make push")


def test_an_image_that_can_not_be_built_is_told(project: Path, old: str) -> None:
    refused(project, old, "the image could not be built", BASE_IMAGE="localhost/nowhere:1")


def mounted() -> list[dict[str, str]]:
    """Return what is mounted in each container that runs: where to what."""
    running = docker.from_env().containers.list(ignore_removed=True)
    return [{m["Destination"]: m["Source"] for m in one.attrs["Mounts"]} for one in running]


def test_nothing_is_left_when_it_is_stopped(project: Path, old: str) -> None:
    before = state(project)
    running = subprocess.Popen(
        ["make", "reproduce", f"RUN={old}"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
    )
    deadline = time.monotonic() + PATIENCE_S
    while not any(mounts.get("/recorded") == str(project) for mounts in mounted()):
        assert running.poll() is None, running.communicate()[0]
        assert time.monotonic() < deadline
    assert list((project / ".cache").glob("reproduce.*"))
    os.killpg(running.pid, signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode != 0
    after = state(project)
    assert after == before
    assert not list((project / ".cache").glob("reproduce.*"))
