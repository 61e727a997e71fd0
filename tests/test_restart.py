"""The engine is killed or restarted in the middle of a command: told, and nothing is lost."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from engine import Outcome, make, succeed
from own_engine import PATIENCE_S, OwnEngine
from test_tune import written

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
QUICK = "tracking=disabled evaluation.folds=3 evaluation.repeats=1"
EARLIER = f"{QUICK} evaluation.resamples=100 model=dummy"
TRAIN = f"{QUICK} evaluation.resamples=100"
TRIALS = 12
TUNE = f"{TRAIN} tuning.models=[tree] tuning.trials={TRIALS} tuning.batch=2"


@pytest.fixture(scope="module")
def undisturbed(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one run, on the engine that all use."""
    project = render(tmp_path_factory.mktemp("restart"))
    succeed(project, "train", f"ARGS={EARLIER}")
    return project


@pytest.fixture(scope="module")
def project(undisturbed: Path) -> Path:
    """The same project, before the other one goes on."""
    return Path(shutil.copytree(undisturbed, undisturbed.with_name("disturbed"), symlinks=True))


@pytest.fixture(scope="module")
def own(project: Path, undisturbed: Path) -> Iterator[OwnEngine]:
    """An engine that has the project's image; meanwhile nothing disturbs the other project."""
    client = shlex.split(os.environ["ENGINE"])
    # Of the copy, which must be made before the other one goes on.
    image = succeed(project, "image").strip()
    engine = OwnEngine(" ".join(client))
    try:
        with (
            subprocess.Popen([*client, "save", image], stdout=subprocess.PIPE) as saved,
            subprocess.Popen(
                [*engine.command.split(), "load", "--quiet"], stdin=saved.stdout
            ) as load,
        ):
            succeed(undisturbed, "train", f"ARGS={TRAIN}")
            succeed(undisturbed, "tune", f"ARGS={TUNE}")
            assert load.wait(PATIENCE_S) == 0
        yield engine
    finally:
        engine.remove()


def state(project: Path) -> dict[str, str]:
    """Return the checksums of the data and of all runs that are whole."""
    files = [*(project / "data").rglob("*"), *(project / "runs").glob("[!.]*/**/*")]
    return {str(p): sha256(p.read_bytes()).hexdigest() for p in files if p.is_file()}


def prints(project: Path) -> dict[str, str]:
    """Return the fingerprint of each run; what is not hidden is a whole one."""
    runs = sorted((project / "runs").glob("[!.]*"))
    manifests = [json.loads((run / "manifest.json").read_text()) for run in runs]
    return {found["run_id"]: found["outputs"]["fingerprint"] for found in manifests}


def disturbed(
    project: Path, own: OwnEngine, how: signal.Signals, begun: Callable[[], bool], *command: str
) -> Outcome:
    """Run a command, and end its engine as soon as it has begun what it is for."""
    with subprocess.Popen(
        ["make", "--no-print-directory", *command],
        cwd=project,
        env={**os.environ, "ENGINE": own.command},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        deadline = time.monotonic() + PATIENCE_S
        while not begun():
            assert running.poll() is None, running.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        own.kill(how)
        if how is signal.SIGKILL:
            # At once, since what the engine leaves behind works on until then.
            own.start()
        out, err = running.communicate(timeout=PATIENCE_S)
    return Outcome(running.returncode, out, err)


def told(done: Outcome) -> None:
    """Check that it is one sentence which says what happened and how to go on."""
    assert done.code == 2, done.out + done.err
    assert "Traceback" not in done.out + done.err
    assert "stopped while this command ran, or was restarted" in done.sentence
    assert "run the command again" in done.sentence


def test_an_engine_that_is_killed_and_started_again_costs_no_run(
    project: Path, own: OwnEngine, undisturbed: Path
) -> None:
    before, runs = state(project), project / "runs"
    train = ("train", f"ARGS={TRAIN}")
    told(disturbed(project, own, signal.SIGKILL, lambda: bool(list(runs.glob(".*"))), *train))
    assert own.ask("ps", "--all", "--quiet").stdout == ""
    assert {file: what for file, what in state(project).items() if file in before} == before
    # Another one is there only if it was whole before the new engine ended what it found running.
    known = prints(undisturbed)
    assert prints(project).items() <= known.items()
    succeed(project, *train, env={"ENGINE": own.command})
    assert len(prints(project)) == 2
    assert prints(project).items() <= known.items()
    assert list(runs.glob(".*")) == []


def test_an_engine_that_is_stopped_costs_no_trial_of_a_search(
    project: Path, own: OwnEngine, undisturbed: Path
) -> None:
    before = state(project)
    tune = ("tune", f"ARGS={TUNE}")

    def trials() -> int:
        return sum(written(file) for file in project.glob("tuning/*/study.db"))

    told(disturbed(project, own, signal.SIGTERM, lambda: trials() > 0, *tune))
    assert (
        "no container engine answers" in make(project, *tune, env={"ENGINE": own.command}).sentence
    )
    kept = trials()
    assert 0 < kept < TRIALS
    own.start()
    assert own.ask("ps", "--all", "--quiet").stdout == ""
    assert trials() == kept
    assert {file: what for file, what in state(project).items() if file in before} == before
    succeed(project, *tune, env={"ENGINE": own.command})
    assert trials() == TRIALS
    succeed(project, "train", f"ARGS={TRAIN}", env={"ENGINE": own.command})
    assert prints(project) == prints(undisturbed)
