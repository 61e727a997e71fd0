"""Podman itself in place of Docker: the same run, by the same commands."""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engine import make, succeed

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
TRAIN = ("train", "ARGS=experiment=debug")


@pytest.fixture(scope="module")
def podman() -> Iterator[str]:
    """How to start Podman, with options if need be; `make test` installs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTAINERS_CONF", str(Path(__file__).with_name("containers.conf")))
        yield os.environ.get("PODMAN", "podman")


@pytest.fixture(scope="module")
def project(
    podman: str, render: Render, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A project that Docker has trained, whose image Podman has, too."""
    made = render(tmp_path_factory.mktemp("podman"))
    succeed(made, *TRAIN)
    image = succeed(made, "image").strip()
    there = subprocess.run([*shlex.split(podman), "image", "exists", image], check=False)
    if there.returncode:
        # As `make image` would build it, in less time.
        with subprocess.Popen(
            [*shlex.split(os.environ["ENGINE"]), "save", image], stdout=subprocess.PIPE
        ) as saved:
            load = [*shlex.split(podman), "load", "--quiet"]
            subprocess.run(load, stdin=saved.stdout, check=True, capture_output=True)
    yield made
    if there.returncode:
        subprocess.run([*shlex.split(podman), "image", "rm", image], check=True)


def test_podman_makes_the_run_that_docker_makes(project: Path, podman: str) -> None:
    (run,) = (project / "runs").iterdir()
    before = json.loads((run / "manifest.json").read_text())
    shutil.rmtree(run)
    out = succeed(project, *TRAIN, env={"ENGINE": podman})
    assert run.name in out
    after = json.loads((run / "manifest.json").read_text())
    assert after["outputs"]["fingerprint"] == before["outputs"]["fingerprint"]
    assert {path.lstat().st_uid for path in project.rglob("*")} == {os.getuid()}


def test_a_mistake_and_a_limit_that_was_reached_are_told(project: Path, podman: str) -> None:
    for arguments, words in {
        "sede=1": "did you mean 'seed'",
        "compute.memory_gb=0.1 seed=3": "killed at its limit of 0.1 GB",
    }.items():
        done = make(project, "train", f"ARGS={arguments}", env={"ENGINE": podman})
        assert done.code == 2
        assert words in done.sentence
