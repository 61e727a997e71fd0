"""Whatever kills a stage, fills the disk or runs beside it: the last good version stays usable."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from itertools import count
from pathlib import Path

import docker
import pytest
from engine import Outcome, make, succeed

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
OUTPUTS = {
    "ingest": "data/raw/table.parquet",
    "validate": "data/validated/table.parquet",
    "split": "data/split/split.parquet",
}
ROWS = 40_000
PATIENCE_S = 120


def rows(version: int) -> str:
    """Return a table, every version of which has other rows, some without a target."""
    lines = []
    for i in range(ROWS):
        size, kind = (i * 7919 + version) % 9973 / 100, ("a", "b", "")[(i * 31 + i // 7) % 3]
        lines.append(f"{i + version * ROWS},{size},{'xyz'[i % 3]},{kind}")
    return "id,size,colour,kind\n" + "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose first version is through its stages."""
    folder = tmp_path_factory.mktemp("chaos")
    (folder / "t.csv").write_text(rows(0))
    made = render(folder / "out", cwd=folder, data_source="t.csv", target="kind")
    config = made / "conf/data.yaml"
    config.write_text(config.read_text().replace("missing_target: refuse", "missing_target: drop"))
    succeed(made, "data")
    return made


@pytest.fixture
def good(project: Path) -> dict[str, str]:
    """What the stages last left."""
    return state(project)


def state(project: Path) -> dict[str, str]:
    """Return the checksums of the outputs of the stages."""
    return {s: sha256((project / path).read_bytes()).hexdigest() for s, path in OUTPUTS.items()}


# Each change of the table is another one.
VERSIONS = count(1)


def change(project: Path) -> None:
    """Put another version of the table in the place of what is there."""
    (project / "data/source/t.csv").write_text(rows(next(VERSIONS)))


def scratch(project: Path) -> list[Path]:
    """Return what half-written files there are."""
    return [
        *(project / "data").glob("*/.*.parquet.*"),
        *(project / "runs").glob(".*"),
    ]


def kill_when(project: Path, target: str, folder: Path, pattern: str) -> None:
    """Start make, and kill its container the moment that a file appears."""
    client = docker.from_env()
    with subprocess.Popen(
        ["make", "--no-print-directory", *target.split(" ", 1)],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        deadline = time.monotonic() + PATIENCE_S
        pid = 0
        while time.monotonic() < deadline:
            assert process.poll() is None, process.communicate()[0].decode()
            if not pid:
                pid = init_of(client, project)
            elif list(folder.glob(pattern)):
                # Its init; the kernel kills the rest with it, and `docker kill` would take longer.
                os.kill(pid, signal.SIGKILL)
                break
        else:
            pytest.fail(f"no {pattern} had appeared")
        assert process.wait(PATIENCE_S) != 0


def init_of(client: docker.DockerClient, project: Path) -> int:
    """Return the process of a project's container on this machine; 0 where none runs."""
    for container in client.containers.list(ignore_removed=True):
        if str(project) in [mount["Source"] for mount in container.attrs["Mounts"]]:
            return int(container.attrs["State"]["Pid"])
    return 0


def test_a_kill_in_any_stage_leaves_the_last_good_version(
    project: Path, good: dict[str, str]
) -> None:
    change(project)
    for stage, path in OUTPUTS.items():
        output = project / path
        kill_when(project, "data", output.parent, f".{output.name}.*")
        # What comes before was mended by this very run.
        found = state(project)
        changed = [name for name in OUTPUTS if found[name] != good[name]]
        assert changed == list(OUTPUTS)[: list(OUTPUTS).index(stage)]
    succeed(project, "data")
    assert not set(state(project).values()) & set(good.values())
    assert scratch(project) == []


def test_a_kill_while_a_run_is_written_leaves_no_run(project: Path, good: dict[str, str]) -> None:
    train = "train ARGS=tracking=disabled model=dummy seed=9"
    kill_when(project, train, project / "runs", ".*")
    assert [run for run in (project / "runs").iterdir() if run.name[0] != "."] == []
    assert scratch(project) != []
    assert "shown again" not in succeed(project, *train.split(" ", 1))
    assert scratch(project) == []
    assert state(project) == good


@contextmanager
def little_space(folder: Path, bytes_left: int) -> Iterator[None]:
    """Put a folder on a disk of its own that has little space; `make_room` gives it more."""
    assert os.geteuid() == 0, "mounting a small disk takes root, which CI is"
    folder.mkdir(exist_ok=True)
    kept = folder.with_name(f"{folder.name}-kept")
    shutil.copytree(folder, kept, symlinks=True)
    # Counted in pages, as the disk does.
    pages = sum(-(-file.stat().st_size // 4096) + 1 for file in kept.rglob("*"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1g", "tmpfs", folder], check=True)
    try:
        shutil.copytree(kept, folder, symlinks=True, dirs_exist_ok=True)
        resize(folder, 4096 * pages + bytes_left)
        yield
        shutil.rmtree(kept)
        shutil.copytree(folder, kept, symlinks=True)
    finally:
        subprocess.run(["umount", folder], check=True)
        shutil.copytree(kept, folder, symlinks=True, dirs_exist_ok=True)
        shutil.rmtree(kept)


def resize(disk: Path, size: int) -> None:
    """Make a small disk larger or smaller."""
    subprocess.run(["mount", "-o", f"remount,size={size}", disk], check=True)


def make_room(disk: Path) -> None:
    """Give a small disk all the space that is needed."""
    resize(disk, 1 << 30)


def told_full(done: Outcome) -> None:
    """Check that a full disk was told in one sentence."""
    assert done.code == 2, done.out + done.err
    assert "Traceback" not in done.out + done.err
    assert "the disk is full" in done.sentence
    assert "free some space" in done.sentence


def test_a_full_disk_is_told_and_mended(project: Path, good: dict[str, str]) -> None:
    change(project)
    # In the order in which they are written; each lets the next one fail when it has room.
    folders = {"data/raw": 0, ".dvc/cache": 1, "data/validated": 1, "data/split": 2}
    with ExitStack() as disks:
        for folder in folders:
            disks.enter_context(little_space(project / folder, 16_384))
        for folder, changed in folders.items():
            told_full(make(project, "data"))
            found = state(project)
            assert [found[s] != good[s] for s in OUTPUTS] == [i < changed for i in range(3)]
            assert scratch(project) == []
            make_room(project / folder)
        succeed(project, "data")
    succeed(project, "data")
    assert not set(state(project).values()) & set(good.values())


def test_a_full_disk_leaves_no_run(project: Path, good: dict[str, str]) -> None:
    train = ("train", "ARGS=tracking=disabled model=dummy seed=10")
    with little_space(project / "runs", 65_536):
        before = sorted((project / "runs").iterdir())
        told_full(make(project, *train))
        assert sorted((project / "runs").iterdir()) == before
        make_room(project / "runs")
        succeed(project, *train)
    assert state(project) == good


def test_several_at_once_end_well_and_agree(project: Path, good: dict[str, str]) -> None:
    change(project)
    data = [["data"]] * 2
    train = [["train", "ARGS=tracking=disabled model=dummy seed=11"]] * 4
    started = [
        subprocess.Popen(
            ["make", "--no-print-directory", *target],
            cwd=project,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for target in data + train
    ]
    ended = [process.communicate(timeout=PATIENCE_S) for process in started]
    assert [process.returncode for process in started] == [0] * 6, ended
    # Whoever did the work told of it; both printed the same checksums, which are still true.
    checksums = succeed(project, "data")
    assert {"".join(out.splitlines(keepends=True)[-4:]) for out, _ in ended[:2]} == {checksums}
    configs = (project / "runs").glob("[!.]*/config.yaml")
    assert sum("seed: 11" in config.read_text() for config in configs) == 1
    assert sum("shown again" in out for out, _ in ended[2:]) < 4
    assert scratch(project) == []
    assert state(project)["ingest"] != good["ingest"]


def test_a_read_only_project_is_told(project: Path, good: dict[str, str]) -> None:
    assert os.geteuid() == 0, "mounting a project read-only takes root, which CI is"
    change(project)
    subprocess.run(["mount", "--bind", project, project], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", project], check=True)
        done = make(project, "data")
    finally:
        subprocess.run(["umount", project], check=True)
    assert done.code == 2
    assert "read-only" in done.sentence
    assert "Traceback" not in done.out + done.err
    assert state(project) == good
