"""What GitHub and an editor do with a fresh project, done here: steps and container."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
import yaml
from engine import succeed

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
# What other tests run in a fresh project; and what waits for a table that DVC keeps.
ELSEWHERE = {
    "Check the locks": "make lock ARGS=--check",
    "Lint": "make lint",
    "Test": "make test",
    "Bring the data of this version": "make pull",
}


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh project."""
    return render(tmp_path_factory.mktemp("github"))


def steps(project: Path) -> list[dict[str, Any]]:
    """Return the steps of the workflow's only job."""
    text = (project / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    (job,) = yaml.safe_load(text)["jobs"].values()
    found: list[dict[str, Any]] = job["steps"]
    return found


def step(project: Path, command: str, home: Path) -> str:
    """Run a step as GitHub's runner does: bash, and the first failure ends it."""
    env = {**os.environ, "HOME": str(home)}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", command],
        cwd=project,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_steps_of_the_workflow_leave_a_run(project: Path, tmp_path: Path) -> None:
    said = {}
    for one in steps(project):
        name, command = one.get("name"), one.get("run")
        if name in ELSEWHERE:
            assert command == ELSEWHERE[name]
        elif command is not None:
            said[name] = step(project, command, tmp_path)
    # The cache is a file of the images that make itself would use; taken from it, they are there.
    names = {
        succeed(project, "image", env={"TARGET": target}).strip() for target in ("runtime", "dev")
    }
    assert set(re.findall(r"ml-project:\w+", said["Take the images from the cache"])) == names
    assert "pass" in said["Check quickly"]
    assert "It beats the zero rule" in said["Train"]
    (kept,) = (
        one["with"]["path"].split() for one in steps(project) if "upload" in one.get("uses", "")
    )
    (run,) = (project / "runs").iterdir()
    for pattern in kept:
        assert list(project.glob(pattern.rstrip("/"))), pattern
    assert run.name in said["Train"]


def test_the_cache_is_named_by_all_that_the_images_are_made_of(project: Path) -> None:
    (key,) = (one["with"]["key"] for one in steps(project) if "cache@" in one.get("uses", ""))
    hashed = re.findall(r"'([^']+)'", key)
    # To GitHub `**` means the files below, too.
    found = [path for name in hashed for path in project.glob(name.replace("/**", "/**/*"))]
    files = {path for path in found if path.is_file()}
    dockerfile = (project / "Dockerfile").read_text(encoding="utf-8")
    copied = re.findall(r"^COPY (requirements/\S+)", dockerfile, re.MULTILINE)
    assert copied
    for source in copied:
        path = project / source
        for file in path.rglob("*") if path.is_dir() else [path]:
            assert file in files, file
    assert {project / "Dockerfile", project / "requirements/extras.txt"} <= files


@pytest.fixture
def editor(project: Path) -> Iterator[dict[str, Any]]:
    """The editor's container as its file says, its image built."""
    text = (project / ".devcontainer/devcontainer.json").read_text(encoding="utf-8")
    for name, value in {"": project, "Basename": project.name}.items():
        text = text.replace(f"${{localWorkspaceFolder{name}}}", str(value))
    assert "${" not in text
    said = json.loads(text)
    done = subprocess.run(
        ["/bin/sh", "-c", said["initializeCommand"]],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    yield said
    docker.from_env().images.remove(said["image"])


def test_the_editors_container_has_the_tools_and_writes_as_the_caller(
    project: Path, editor: dict[str, Any]
) -> None:
    command = (
        "python -m pytest -q tests/test_config.py && ruff check && git --version && touch made"
    )
    done = subprocess.run(
        [
            *(*shlex.split(os.environ["ENGINE"]), "run", "--rm", *editor["runArgs"]),
            *("--mount", editor["workspaceMount"], "--workdir", editor["workspaceFolder"]),
            *(editor["image"], "sh", "-c", command),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert (project / "made").stat().st_uid == os.getuid()
    python = editor["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"]
    found = docker.from_env().containers.run(editor["image"], ["which", "python"], remove=True)
    assert found.decode().strip() == python
