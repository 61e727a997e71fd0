"""Whatever kills a stage, fills the disk or runs beside it: the last good version stays usable."""

import os
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest
from breaking import kill_when, little_space, make_room, told_full
from engine import at_once, make, succeed

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
OUTPUTS = {
    "ingest": "data/raw/table.parquet",
    "validate": "data/validated/table.parquet",
    "split": "data/split/split.parquet",
}
ROWS = 40_000


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


def begun(folder: Path, pattern: str) -> bool:
    """Say whether a file has appeared that is being written."""
    return any(folder.glob(pattern))


def test_a_kill_in_any_stage_leaves_the_last_good_version(
    project: Path, good: dict[str, str]
) -> None:
    change(project)
    for stage, path in OUTPUTS.items():
        output = project / path
        kill_when(project, partial(begun, output.parent, f".{output.name}.*"), "data")
        # What comes before was mended by this very run.
        found = state(project)
        changed = [name for name in OUTPUTS if found[name] != good[name]]
        assert changed == list(OUTPUTS)[: list(OUTPUTS).index(stage)]
    succeed(project, "data")
    assert not set(state(project).values()) & set(good.values())
    assert scratch(project) == []


def test_a_kill_while_a_run_is_written_leaves_no_run(project: Path, good: dict[str, str]) -> None:
    train = ("train", "ARGS=tracking=disabled model=dummy seed=9")
    kill_when(project, partial(begun, project / "runs", ".*"), *train)
    assert [run for run in (project / "runs").iterdir() if run.name[0] != "."] == []
    assert scratch(project) != []
    assert "shown again" not in succeed(project, *train)
    assert scratch(project) == []
    assert state(project) == good


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
    data = [("data",)] * 2
    train = [("train", "ARGS=tracking=disabled model=dummy seed=11")] * 4
    ended = at_once(project, *data, *train)
    assert [done.code for done in ended] == [0] * 6, ended
    # Whoever did the work told of it; both printed the same checksums, which are still true.
    checksums = succeed(project, "data")
    last = {"".join(done.out.splitlines(keepends=True)[-4:]) for done in ended[:2]}
    assert last == {checksums}
    configs = (project / "runs").glob("[!.]*/config.yaml")
    assert sum("seed: 11" in config.read_text() for config in configs) == 1
    assert sum("shown again" in done.out for done in ended[2:]) < 4
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
