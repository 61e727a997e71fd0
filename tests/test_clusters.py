"""Folds worked out by a cluster are the bits that this machine gives, whoever dies meanwhile."""

import json
import os
import re
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from engine import make

pytestmark = pytest.mark.docker
HERE = Path(__file__).parent
FOLDS = ("model=forest", "evaluation.folds=6", "evaluation.repeats=1")
LIMITS = ("compute.memory_gb=1.5", "compute.cpus=1")
ASKED = ("compute.memory_gb=1.5", "compute.cpus=1.5")  # Slurm gives whole processors
# The jobs as Slurm remembers them come first; the last line is of the folds.
SLURM = """python cluster_folds.py "$0" "$@" >folds.json && scontrol show jobs && cat folds.json"""
CONTAINER = "./scripts/container.sh"


def run(*command: str, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | (env or {}),
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def bits(out: str) -> list[str]:
    prints: list[str] = json.loads(out.splitlines()[-1])["prints"]
    return prints


@pytest.fixture(scope="module")
def project(render: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with all three extras, whose image is built."""
    folder = render(tmp_path_factory.mktemp("clusters"))
    (folder / "requirements" / "extras.txt").write_text("dask\nslurm\nray\n")
    shutil.copy(HERE / "cluster_folds.py", folder)
    run(CONTAINER, "--image", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def alone(project: Path) -> list[str]:
    """What one process of this machine gives."""
    one = ("python", "cluster_folds.py", "compute.workers=1", *FOLDS)
    prints = bits(run(CONTAINER, *one, cwd=project))
    assert len(set(prints)) == 6
    return prints


@pytest.fixture(scope="module")
def compose() -> str:
    """A command that understands compose.yaml."""
    return run(str(HERE.parent / "tools" / "compose.sh"), cwd=HERE).strip()


@pytest.fixture
def cluster(project: Path, compose: str) -> Iterator[list[Any]]:
    """The scheduler and three workers of compose.yaml, with limits."""
    env = {"COMPOSE": compose}
    run("make", "cluster", "WORKERS=3", f"ARGS={' '.join(LIMITS)}", cwd=project, env=env)
    name = run(CONTAINER, "--network", cwd=project).strip()
    try:
        yield docker.from_env().containers.list(
            filters={"label": [f"com.docker.compose.project={name}"]}
        )
    finally:
        run("make", "cluster-down", cwd=project, env=env)


def test_dask_gives_the_same_bits_when_a_worker_is_killed_in_the_middle(
    project: Path, cluster: list[Any], alone: list[str]
) -> None:
    workers = [c for c in cluster if c.labels["com.docker.compose.service"] == "worker"]
    assert len(workers) == 3
    for container in cluster:
        (network,) = container.attrs["NetworkSettings"]["Networks"]
        assert docker.from_env().networks.get(network).attrs["Internal"]
        assert container.attrs["HostConfig"]["ReadonlyRootfs"]
        host = container.attrs["HostConfig"]
        assert host["CapDrop"] == ["ALL"]
        assert (host["Memory"], host["MemorySwap"]) == (1_500_000_000,) * 2
        assert host["NanoCpus"] == 1_000_000_000
    begun = project / "begun"
    command = (CONTAINER, "env", "BEGUN=begun")
    script = ("python", "cluster_folds.py", "compute=dask", *FOLDS)
    client = subprocess.Popen(
        [*command, *script], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 120
    while not begun.exists():
        assert client.poll() is None, client.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    workers[0].kill("SIGKILL")
    out, err = client.communicate(timeout=200)
    assert client.returncode == 0, out + err
    assert workers[0].wait()["StatusCode"] == 137
    assert bits(out) == alone


def test_without_its_cluster_dask_says_how_to_start_one(project: Path) -> None:
    told = make(project, "train", "ARGS=compute=dask")
    assert told.code == 2
    assert "start one by `make cluster WORKERS=2`" in told.sentence


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("compute.memory_gb=much", "compute.memory_gb is 'much': give a number"),
        ("compute.cpus=4096", "could not be started, as told above (compute.cpus=4096)"),
    ],
)
def test_a_limit_that_a_cluster_can_not_have_is_told(
    project: Path, compose: str, limit: str, words: str
) -> None:
    env = {"COMPOSE": compose}
    told = make(project, "cluster", f"ARGS={limit}", env=env)
    run("make", "cluster-down", cwd=project, env=env)
    assert told.code == 2
    assert words in told.sentence


def test_graphics_processors_that_the_engine_lacks_are_told(project: Path) -> None:
    told = make(project, "train", env={"GPUS": "all"})
    assert told.code == 2
    assert "GPUS=all: the engine" in told.sentence


def test_ray_without_network_gives_the_same_bits(project: Path, alone: list[str]) -> None:
    script = ("python", "cluster_folds.py", "compute=ray", *FOLDS)
    assert bits(run(CONTAINER, *script, cwd=project)) == alone


def test_slurm_gives_the_same_bits(project: Path, alone: list[str]) -> None:
    image = run(CONTAINER, "--image", cwd=project).strip()
    name = f"ml-slurm-{uuid.uuid4().hex[:8]}"
    engine = os.environ["ENGINE"]
    run(
        *(engine, "build", "-q", "-t", name, "--build-arg", f"PROJECT_IMAGE={image}", "."),
        cwd=HERE / "slurm",
        env={"DOCKER_BUILDKIT": "1"},
    )
    run(engine, "network", "create", "--internal", name, cwd=project)
    try:
        out = run(
            *(engine, "run", "--rm", "--init", "--hostname", "node", "--network", name),
            *("--tmpfs", "/tmp", "--mount", f"type=bind,source={project},target=/project"),  # noqa: S108 -- in the container, which nobody shares
            *(name, "start-slurm", "sh", "-c", SLURM, "compute=slurm", *ASKED, *FOLDS),
            cwd=project,
        )
    finally:
        run(engine, "network", "rm", name, cwd=project)
        run(engine, "image", "rm", name, cwd=project)
    assert bits(out) == alone
    asked = re.findall(r"TRES=cpu=(\d+),mem=([\w.]+)", out)
    assert set(asked) == {("2", "1.50G")}
    assert not list((project / ".cache").glob("slurm-*"))
