"""What this repository's own commands say of an engine that does not answer: told by stand-ins."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from test_engines import DENIED, PODMAN, STAND_IN, STOPPED, Engine

Tool = Callable[..., subprocess.CompletedProcess[str]]
OLD = Engine(buildx="exit 1")


@pytest.fixture
def tool(template: Path, tmp_path: Path) -> Tool:
    """Run one of tools/ where some engines, and nothing that installs one, are on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "dirname", "cat", "timeout", "id", "sleep", "mkdir", "grep"):
        (folder / name).symlink_to(str(shutil.which(name)))

    def start(
        *command: str, env: dict[str, str] | None = None, **engines: Engine
    ) -> subprocess.CompletedProcess[str]:
        for name, engine in engines.items():
            text = STAND_IN.format(log=tmp_path / f"{name}.log", **vars(engine))
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        known = {"PATH": str(folder), "HOME": os.environ["HOME"], "ENGINES": "docker podman"}
        return subprocess.run(
            [str(template / "tools" / command[0]), *command[1:]],
            env=known | (env or {}),
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    return start


@pytest.mark.parametrize(
    ("engine", "env", "words"),
    [
        (STOPPED, {}, ["no container engine answers", "install Docker", "Podman"]),
        (STOPPED, {"ENGINE": "docker"}, ["no engine answers as ENGINE=docker", "unset ENGINE"]),
        (STOPPED, {"DOCKER_HOST": "tcp://x:1"}, ["at DOCKER_HOST=tcp://x:1", "unset DOCKER_HOST"]),
        (DENIED, {}, ["may not use the socket of docker", "usermod -aG docker"]),
        (OLD, {}, ["docker has no BuildKit", "buildx plugin"]),
    ],
    ids=["stopped", "named", "elsewhere", "denied", "no plugin"],
)
def test_an_engine_that_does_not_do_is_one_sentence(
    engine: Engine, env: dict[str, str], words: list[str], tool: Tool
) -> None:
    for command in ("start", "name"):
        said = tool("engine.sh", command, env=env, docker=engine)
        assert (said.returncode, said.stdout) == (2, "")
        (sentence,) = said.stderr.splitlines()
        assert sentence.startswith("error: ")
        for word in words:
            assert word in sentence


@pytest.mark.parametrize("docker", [STOPPED, DENIED, OLD], ids=["stopped", "denied", "no plugin"])
def test_podman_is_taken_where_docker_does_not_do(docker: Engine, tool: Tool) -> None:
    assert tool("engine.sh", "name", docker=docker, podman=PODMAN).stdout == "podman\n"
    assert "podman answers" in tool("engine.sh", "start", docker=docker, podman=PODMAN).stderr


def test_a_base_image_that_can_not_be_had_or_made_is_told(tool: Tool) -> None:
    said = tool("base-image.sh", docker=replace(Engine(), image="exit 1"), env={"ENGINE": "docker"})
    # The stand-in pulls nothing, and says that it did.
    assert (said.returncode, said.stdout) == (0, "python:3.13-slim-trixie\n")
    refusing = replace(Engine(), image="exit 1", pull="exit 1")
    said = tool("base-image.sh", docker=refusing, env={"ENGINE": "docker"})
    assert said.returncode == 2
    assert "set BASE_IMAGE to an image with Python 3.13" in said.stderr.splitlines()[-1]
