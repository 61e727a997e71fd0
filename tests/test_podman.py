"""Podman itself in place of Docker: the same run, by the same commands."""

import json
import os
import pwd
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

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


@pytest.fixture
def somebody() -> Iterator[pwd.struct_passwd]:
    """Somebody without rights, as `useradd` makes them."""
    assert os.geteuid() == 0, "making a user takes root, which CI is"
    name = f"somebody-{os.getpid()}"
    for file in ("/etc/subuid", "/etc/subgid"):
        Path(file).touch()  # where they are, users get ranges of ids for their containers
    subprocess.run(["useradd", "--create-home", "--user-group", name], check=True)
    try:
        yield pwd.getpwnam(name)
    finally:
        subprocess.run(["userdel", "--remove", name], check=True, capture_output=True)


def test_rootless_podman_makes_the_run_that_docker_makes(
    project: Path, podman: str, somebody: pwd.struct_passwd, tmp_path: Path
) -> None:
    home = Path(somebody.pw_dir)
    own = home / project.name
    shutil.copytree(project, own, symlinks=True)
    (run,) = (own / "runs").iterdir()
    before = json.loads((run / "manifest.json").read_text())
    shutil.rmtree(run)
    settings = home / "containers.conf"
    settings.write_bytes(Path(os.environ["CONTAINERS_CONF"]).read_bytes())
    for path in (settings, own, *own.rglob("*")):
        os.lchown(path, somebody.pw_uid, somebody.pw_gid)
    env = {
        "HOME": str(home),
        "ENGINE": podman,
        "CONTAINERS_CONF": str(settings),
        "STORAGE_DRIVER": "overlay",
        "XDG_RUNTIME_DIR": "",
    }

    def alone(*words: str, stdin: IO[bytes] | None = None) -> str:
        done = subprocess.run(
            [*shlex.split(podman), *words],
            user=somebody.pw_uid,
            group=somebody.pw_gid,
            extra_groups=[],
            cwd=home,
            env=os.environ | env,
            stdin=stdin,
            check=True,
            capture_output=True,
        )
        return done.stdout.decode().strip()

    archive = tmp_path / "image.tar"
    image = succeed(project, "image").strip()
    subprocess.run([*shlex.split(podman), "save", "--output", archive, image], check=True)
    try:
        with archive.open("rb") as saved:
            alone("load", "--quiet", stdin=saved)
        archive.unlink()
        assert alone("info", "--format", "{{.Host.Security.Rootless}}") == "true"
        out = succeed(own, *TRAIN, uid=somebody.pw_uid, env=env)
        assert run.name in out
        after = json.loads((run / "manifest.json").read_text())
        assert after["outputs"]["fingerprint"] == before["outputs"]["fingerprint"]
        assert {path.lstat().st_uid for path in own.rglob("*")} == {somebody.pw_uid}
    finally:
        # It leaves a process that holds the user's namespace; this ends it.
        alone("system", "migrate")
