"""Faults of machine, disk, clock and remote: what was good stays, and the next command mends."""

import ast
import json
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from breaking import container_pid, little_space, make_room, told_full
from conftest import ROOT, TEMPLATE
from engine import at_once, inside, let_in, make, succeed
from repository import commit

Render = Callable[..., Path]
OUTPUTS = ("data/raw/table.parquet", "data/validated/table.parquet", "data/split/split.parquet")
TABLE = ROOT / "docs" / "faults.md"
QUICK = "tracking=disabled experiment=debug"
in_container = pytest.mark.docker


def rows_of_table() -> list[list[str]]:
    """Return the cells of the rows of docs/faults.md."""
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_fault_of_the_table_is_shown_by_a_test_that_is_there() -> None:
    rows = rows_of_table()
    assert len(rows) >= 30
    assert len({row[0] for row in rows}) == len(rows)
    for case, command, shown, lost in rows:
        assert command.startswith("`make ") or command == "every command", case
        assert lost == "nothing", case
        file, _, name = shown.strip("`").partition("::")
        path = (
            ROOT / file if file.startswith("tests/") else ROOT / TEMPLATE / file[len("project/") :]
        )
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert name.startswith("test_"), case
        assert name in names, f"{case}: {file} has no {name}"


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that is trained and committed, with a folder as its remote."""
    made = render(tmp_path_factory.mktemp("faults"))
    (made.parent / "store").mkdir()
    succeed(made, "remote", "URL=../store")
    succeed(made, "train", f"ARGS={QUICK}")
    succeed(made, "train", f"ARGS={QUICK} seed=1")
    commit(made)
    return made


@pytest.fixture
def table(project: Path) -> Iterator[Path]:
    """The table of the project, which is as it was afterwards."""
    file = project / "data/sample/penguins.csv"
    kept = file.read_bytes()
    yield file
    file.write_bytes(kept)


def state(project: Path) -> dict[str, str]:
    """Return the checksums of the stages' outputs and of every file of the runs."""
    files = [project / name for name in OUTPUTS]
    files += sorted(p for p in (project / "runs").rglob("*") if p.is_file())
    return {str(p.relative_to(project)): sha256(p.read_bytes()).hexdigest() for p in files}


def refused(project: Path, *arguments: str) -> str:
    """Run make, and return the one sentence that it refused with."""
    done = make(project, *arguments)
    assert done.code == 2, done.out + done.err
    assert "Traceback" not in done.out + done.err
    return done.sentence


@in_container
@pytest.mark.parametrize("lost", [".dvc/cache", ".dvc/tmp", ".dvc/site", ".cache"])
def test_a_cache_that_is_deleted_is_made_again(project: Path, lost: str) -> None:
    before = state(project)
    shutil.rmtree(project / lost, ignore_errors=True)
    assert "shown again" in succeed(project, "train", f"ARGS={QUICK}")
    shutil.rmtree(project / "data/split")
    succeed(project, "data")
    assert state(project) == before
    succeed(project, "push")


@in_container
def test_a_cache_whose_files_were_cut_gives_no_wrong_table(project: Path) -> None:
    before = state(project)
    for file in (project / ".dvc/cache").rglob("*"):
        if file.is_file():
            file.chmod(0o644)
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    for name in OUTPUTS:
        (project / name).unlink()
    done = make(project, "data")
    if done.code != 0:
        # The records of stages were cut, too: without them the stages run.
        assert "Traceback" not in done.out + done.err
        shutil.rmtree(project / ".dvc/cache")
        succeed(project, "data")
    assert state(project) == before


@in_container
@pytest.mark.parametrize("content", ["", "{", "[]", '{"x": 1}', "\0" * 100])
def test_a_note_of_what_was_fresh_may_be_anything(project: Path, content: str) -> None:
    before = state(project)
    (project / ".dvc/tmp/fresh.json").write_text(content)
    succeed(project, "data")
    assert state(project) == before


@in_container
def test_a_lock_of_stages_with_marks_of_a_merge_is_told(project: Path) -> None:
    lock = project / "dvc.lock"
    kept = lock.read_text()
    before = state(project)
    lock.write_text(kept.replace("stages:", "<<<<<<< HEAD\nstages:\n=======\n>>>>>>> x", 1))
    try:
        assert "dvc.lock" in refused(project, "data")
        assert "git checkout dvc.lock" in refused(project, "train", f"ARGS={QUICK}")
    finally:
        lock.write_text(kept)
    assert state(project) == before
    succeed(project, "data")


@in_container
def test_locks_of_processes_that_were_killed_stop_nobody(project: Path, table: Path) -> None:
    for name in ("rwlock", "rwlock.lock", "lock"):
        (project / ".dvc/tmp" / name).write_text('{"/project/data": {"write": {"pid": 1}}}')
    before = state(project)
    kept = table.read_bytes()
    for content in (kept + b"Adelie,Dream,40.1,18.2,190,3700,male,2009\n", kept):
        table.write_bytes(content)
        succeed(project, "data")
        assert (state(project) == before) is (content == kept)


@in_container
def test_a_table_that_changed_while_the_clock_went_back_is_read_again(
    project: Path, table: Path
) -> None:
    before = state(project)
    kept = table.stat()
    text = table.read_text()
    table.write_text(text.replace("Adelie,Torgersen,39.1", "Adelie,Torgersen,39.2"))
    assert table.stat().st_size == kept.st_size
    for times in ((0, 0), (kept.st_atime, kept.st_mtime), (4e9, 4e9)):
        os.utime(table, times)
        succeed(project, "data")
        assert state(project)[OUTPUTS[0]] != before[OUTPUTS[0]]
    table.write_text(text)
    os.utime(table, (4e9, 4e9))
    succeed(project, "data")
    assert {name: state(project)[name] for name in OUTPUTS} == {n: before[n] for n in OUTPUTS}


@in_container
@pytest.mark.parametrize("jump", ["-2h", "+30d"])
def test_a_clock_that_jumps_in_the_middle_of_a_training_moves_no_bit(
    project: Path, jump: str
) -> None:
    # The clock of one process, by the library of faketime: the machine's own is everybody's.
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    cache = project / ".cache"
    shutil.copy(library, cache / "clock.so")
    (cache / "clock").write_text("+0")
    fake = {
        "LD_PRELOAD": "/project/.cache/clock.so",
        "FAKETIME_TIMESTAMP_FILE": "/project/.cache/clock",
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    command = ("python", "-m", "project.train", "model=forest")
    (plain,) = trained_by(project, *command)
    shutil.rmtree(project / "runs" / plain["run_id"])
    with ThreadPoolExecutor(1) as pool:
        words = ("env", *(f"{name}={value}" for name, value in fake.items()), *command)
        training = pool.submit(trained_by, project, *words)
        while not list((project / "runs").glob(f".{plain['run_id']}.*")):
            assert not training.done(), training.result()
            time.sleep(0.01)
        (cache / "clock").write_text(jump)
        (jumped,) = training.result()
    for left in (f"runs/{plain['run_id']}", "wandb"):
        shutil.rmtree(project / left)
    assert jumped["outputs"] == plain["outputs"]
    assert min(jumped["timings"].values()) >= 0
    apart = datetime.fromisoformat(jumped["finished"]) - datetime.now(UTC)
    assert abs(apart - {"-2h": timedelta(hours=-2), "+30d": timedelta(days=30)}[jump]) < timedelta(
        minutes=5
    )


def trained_by(project: Path, *command: str) -> list[dict[str, Any]]:
    """Run a command; return the manifests of the runs that it made."""
    before = set((project / "runs").glob("[!.]*"))
    done = inside(project, *command)
    assert done.code == 0, done.out + done.err
    made = set((project / "runs").glob("[!.]*")) - before
    return [json.loads((run / "manifest.json").read_text()) for run in made]


@in_container
def test_a_run_from_the_future_is_the_last_one_and_breaks_nothing(project: Path) -> None:
    before = state(project)
    runs = sorted((project / "runs").glob("[!.]*"))
    manifest = runs[0] / "manifest.json"
    kept = manifest.read_bytes()
    script = (
        "import sys; sys.path.insert(0, '.'); from pathlib import Path; "
        "from tests.trained import reseal; "
        f"reseal(Path('runs/{runs[0].name}'), finished='2999-01-01T00:00:00.000000Z')"
    )
    assert inside(project, "python", "-c", script, TARGET="dev").code == 0
    try:
        assert runs[0].name in succeed(project, "lineage")
        assert "2 runs" in succeed(project, "dashboard")
        assert "shown again" in succeed(project, "train", f"ARGS={QUICK} seed=1")
    finally:
        manifest.write_bytes(kept)
    assert state(project) == before


@in_container
def test_a_run_that_was_half_copied_is_told_and_no_other_is_touched(project: Path) -> None:
    before = state(project)
    run = min((project / "runs").glob("[!.]*"))
    seed = re.search(r"(?m)^seed: (\d+)", (run / "config.yaml").read_text())
    assert seed is not None
    train = ("train", f"ARGS={QUICK} seed={seed[1]}")
    away = project / "away"
    for missing in ("manifest.json", "model.skops"):
        (run / missing).rename(away)
        try:
            if missing == "manifest.json":
                assert f"runs/{run.name} has no manifest.json" in refused(project, *train)
                assert "1 runs" in succeed(project, "dashboard")
            else:
                said = refused(project, "evaluate", f"RUN={run.name}")
                assert f"runs/{run.name}/model.skops is missing" in said
        finally:
            away.rename(run / missing)
    assert state(project) == before
    shutil.rmtree(run)
    run.mkdir()  # an empty folder is in nobody's way
    succeed(project, *train)
    after = state(project)
    name = f"runs/{run.name}/predictions.parquet"
    assert after[name] == before[name]


@in_container
def test_a_remote_that_was_half_copied_is_told_and_mended(project: Path) -> None:
    succeed(project, "push")
    store = project.parent / "store"
    held = sorted(path for path in store.rglob("*") if path.is_file())
    contents = {path: path.read_bytes() for path in held}
    half = held[::2]
    for path in half:
        path.chmod(0o644)
        path.unlink()
    before = state(project)
    kept = project / ".dvc" / "kept"
    (project / ".dvc/cache").rename(kept)
    for name in OUTPUTS:
        (project / name).rename(project / f"{name}.kept")
    assert "lacks" in refused(project, "pull")
    for name in OUTPUTS:
        (project / f"{name}.kept").rename(project / name)
    shutil.rmtree(project / ".dvc/cache", ignore_errors=True)
    kept.rename(project / ".dvc/cache")
    assert "sent" in succeed(project, "push")
    assert {path: path.read_bytes() for path in held} == contents
    assert state(project) == before


TUNE = f"tuning.models=[logistic] tuning.trials=4 tuning.batch=2 {QUICK}"


@in_container
@pytest.mark.parametrize(
    ("folder", "command"),
    [
        ("reports", ("dashboard",)),
        ("tuning", ("tune", f"ARGS={TUNE}")),
        ("wandb", ("train", "ARGS=experiment=debug tracking=offline seed=6")),
    ],
    ids=["reports", "tuning", "wandb"],
)
def test_a_full_disk_elsewhere_is_told_and_mended(
    project: Path, folder: str, command: tuple[str, ...]
) -> None:
    before = state(project)
    (project / folder).mkdir(exist_ok=True)
    with little_space(project / folder, 4096):
        done = make(project, *command)
        assert "Traceback" not in done.out + done.err
        if folder != "wandb":  # the tracker keeps no run from being made
            told_full(done)
        make_room(project / folder)
        succeed(project, *command)
    assert {k: v for k, v in state(project).items() if k in before} == before


@in_container
def test_commands_killed_at_random_moments_end_as_if_they_had_not_been(
    project: Path, table: Path
) -> None:
    before = state(project)
    draw = random.Random(0)  # noqa: S311 -- moments, no secrets
    kept = table.read_bytes()
    tune = f"tuning.models=[logistic] tuning.trials=6 tuning.batch=2 {QUICK}"
    for number, command in enumerate(
        [["data"], ["train", f"ARGS={QUICK} seed=77"], ["tune", f"ARGS={tune}"]] * 3
    ):
        if command == ["data"]:
            table.write_bytes(kept + b"Adelie,Dream,40.1,18.2,190,3700,male,2009\n" * (number + 1))
        kill_after(project, command, draw.uniform(0.3, 4))
    table.write_bytes(kept)
    succeed(project, "data")
    after = state(project)
    assert {name: after[name] for name in before} == before
    succeed(project, "train", f"ARGS={QUICK} seed=77")
    succeed(project, "tune", f"ARGS={tune}")
    for run in (project / "runs").glob("[!.]*"):
        assert (run / "manifest.json").is_file()
        succeed(project, "lineage", f"RUN={run.name}")
    assert list((project / "runs").glob(".*")) == []


def kill_after(project: Path, command: list[str], seconds: float) -> None:
    """Start make, and kill its container so many seconds after it began."""
    with subprocess.Popen(
        ["make", "--no-print-directory", *command],
        cwd=project,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        pid = 0
        while process.poll() is None and not pid:
            pid = container_pid(project)
        time.sleep(seconds)
        if process.poll() is None:
            # It may have come to its end by itself, which make tells a moment later.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(60)


FEW = f"{QUICK} evaluation.folds=3 evaluation.repeats=1"
TWICE = [
    ("data",),
    ("import",),
    ("profile",),
    ("diff",),
    ("remote", "URL=../store"),
    ("push",),
    ("pull",),
    ("train", f"ARGS={QUICK} seed=5"),
    ("report",),
    ("dashboard",),
    ("compare", "RUNS=<runs>"),
    ("lineage",),
    ("explain", "ROW=2"),
    ("ladder", f"ARGS={FEW} ladder.models=[dummy,logistic]"),
    ("tune", f"ARGS={TUNE}"),
    ("sweep",),
    ("learning-curve", f"ARGS={FEW} curves.points=3"),
    ("threshold", f"ARGS={FEW}"),
    ("ensemble",),
    ("assumptions", f"ARGS={FEW}"),
    ("evaluate",),
    ("smoke",),
    ("promote",),
    ("rollback",),
    ("predict", "IN=data/sample/penguins.csv", "OUT=answers.parquet", "RUN=latest"),
    ("release", "RUN=latest"),
    ("forget", "KEY=year=1900"),
    ("sync",),
    ("reproduce",),
    ("fix",),
    ("image",),
    ("shell",),
]

# Nobody is named by that, there is no key, no address, no ensemble, no version to go back to.
REFUSED = {"forget", "sync", "import", "ensemble", "rollback"}
# What they find is a verdict, the same for both.
VERDICTS = {"ladder", "promote"}
NOT_TWICE = {
    "help": "reads the Makefile",
    "runs": "reads, and needs a terminal; test_viewer.py looks at it",
    "validation-curve": "is the learning curve's program over another axis",
    "check": "is the program of smoke with more checks",
    "backtest": "reads a log and a run, and replaces its page as evaluate does",
    "serve": "is the image of release, and the second finds the port taken",
    "determinism": "trains in fresh copies of its own, as reproduce does",
    "test": "writes below /tmp",
    "coverage": "is test with a report",
    "fuzz": "writes below /tmp",
    "lint": "changes nothing",
    "lock": "resolves in a scratch folder and replaces files as a whole",
    "sbom": "reads the image",
    "cluster": "is compose's work, which waits for itself",
    "cluster-down": "is compose's work, which waits for itself",
    "clean": "removes what all make anew",
}


def test_every_command_is_run_twice_at_once_or_it_is_said_why_not() -> None:
    text = (ROOT / TEMPLATE / "Makefile").read_text(encoding="utf-8")
    commands = set(re.findall(r"^([a-z-]+):", text, re.MULTILINE))
    twice = {name for name, *_ in TWICE}
    assert twice | NOT_TWICE.keys() == commands
    assert not twice & NOT_TWICE.keys()


@in_container
@pytest.mark.parametrize("command", TWICE, ids=lambda command: command[0])
def test_two_of_a_command_at_once_say_the_same(project: Path, command: tuple[str, ...]) -> None:
    before = state(project)
    runs = " ".join(sorted(run.name for run in (project / "runs").glob("[!.]*")))
    words = [word.replace("<runs>", runs) for word in command]
    for done in at_once(project, words, words):
        assert "Traceback" not in done.out + done.err
        if command[0] in VERDICTS:
            assert done.code == 0 or "Error 1" in done.err, done.out + done.err
        elif command[0] in REFUSED:
            assert done.code == 2, done.out + done.err
            assert done.sentence
        else:
            assert done.code == 0, done.out + done.err
    assert {k: v for k, v in state(project).items() if k in before} == before


@in_container
def test_a_project_on_a_disk_of_its_own_with_signs_in_its_path_and_a_read_only_home(
    render: Render, tmp_path: Path
) -> None:
    assert os.geteuid() == 0, "mounting a disk takes root, which CI is"
    disk = tmp_path / "a disk, größer ☂"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", disk], check=True)
    try:
        project = render(disk / "my folder")
        let_in(project)
        home = tmp_path / "home"
        home.mkdir()
        # Permissions would not stop root.
        subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", home], check=True)
        try:
            with pytest.raises(OSError, match="Read-only"):
                (home / "mine").touch()
            succeed(project, "train", f"ARGS={QUICK}", env={"HOME": str(home)})
        finally:
            subprocess.run(["umount", home], check=True)
        (manifest,) = (project / "runs").glob("*/manifest.json")
        assert json.loads(manifest.read_text())["outputs"]
    finally:
        subprocess.run(["umount", disk], check=True)
