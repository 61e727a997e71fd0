"""What is wrong is told in one sentence: exit code 2, no traceback, nothing half-written."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import SMALL_TABLE
from engine import let_in, make, succeed
from stand_ins import machine

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
TABLE = "data/source/t.csv"


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project on a table of one's own, trained once."""
    folder = tmp_path_factory.mktemp("refusals")
    (folder / "t.csv").write_text(SMALL_TABLE)
    made = render(folder / "out", cwd=folder, data_source="t.csv", target="kind")
    succeed(made, "train", "ARGS=tracking=disabled")
    return made


def refused(project: Path, *arguments: str, **env: str) -> str:
    """Run make, and return the one sentence that it refused with."""
    before = state(project)
    done = make(project, *arguments, env=env)
    assert done.code == 2
    assert "Traceback" not in done.out + done.err
    assert state(project) == before
    return done.sentence


def state(project: Path) -> dict[str, bytes]:
    """Return what training reads and leaves: the rows that passed, their split and the runs.

    What `validate` refuses was rightly frozen by `ingest` before; so data/raw may be newer.
    """
    folders = ("data/validated", "data/split", "runs")
    files = [path for folder in folders for path in (project / folder).rglob("*")]
    return {str(path): path.read_bytes() for path in files if path.is_file()}


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("sede=3", ["'sede'", "did you mean 'seed'"]),
        ("seed=abc", ["seed", "'abc'", "Integer"]),
        ("curves=0", ["curves=0", "must be a string"]),
        (
            "model=gradient",
            ["conf/model/gradient.yaml", "boosting, dummy, forest, lightgbm, logistic"],
        ),
        ("experiment=nope", ["conf/experiment/nope.yaml", "debug"]),
        ("data.target=size", ["data.target=size", "conf/data.yaml"]),
        ("model.classification.C=-1", ["conf/model/logistic.yaml", "'C' parameter", "-1"]),
        ("+model.classification.nonsense=1", ["conf/model/logistic.yaml", "nonsense"]),
        ("tracking=online", ["WANDB_API_KEY", ".env"]),
        ("-m seed=1,x", ["seed", "'x'", "Integer"]),
        ("-m compute=local,portable", ["compute can't change"]),
    ],
)
def test_a_bad_override_is_told(project: Path, override: str, words: list[str]) -> None:
    if override.startswith("-m seed"):
        # The good job before the bad one is done, which is no half-written run.
        succeed(project, "train", "ARGS=seed=1")
    sentence = refused(project, "train", f"ARGS={override}")
    for word in words:
        assert word in sentence


HEADER = "id,size,colour,kind\n"
GOOD = HEADER + "".join(f"{i},{i % 7},x,{'ab'[i % 2]}\n" for i in range(40))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (HEADER, ["t.csv", "no rows"]),
        ("", ["t.csv is empty"]),
        (GOOD.replace(",b\n", ",a\n"), ["target 'kind'", "in every row"]),
        (
            GOOD.replace("4,4,x,a", "4,4,x,"),
            ["'kind'", "'is not missing' in row 5", "missing_target"],
        ),
        (GOOD.replace("4,4,x,a", "4,four,x,a"), ["column 'size'", "row 5", "'four'"]),
        (GOOD.replace("colour", "size"), ["column 'size' stands twice"]),
        (GOOD.replace("0,0,x", "0,0,caf\xe9", 1).encode("latin1"), ["not UTF-8", "iconv"]),
        (GOOD.replace("4,4,x,a", "4,4,x"), ["row 5", "4 cells in every row", "4,4,x"]),
        (GOOD.replace("kind", "sort"), ["no column 'kind'", "conf/schema.yaml"]),
    ],
    ids=[
        "no rows",
        "empty",
        "a single class",
        "a missing target",
        "an unreadable number",
        "a column twice",
        "not UTF-8",
        "a ragged row",
        "no target",
    ],
)
def test_a_bad_table_is_told(project: Path, content: str | bytes, words: list[str]) -> None:
    table = project / TABLE
    kept = table.read_bytes()
    table.write_bytes(content if isinstance(content, bytes) else content.encode())
    try:
        sentence = refused(project, "train", "ARGS=tracking=disabled")
    finally:
        table.write_bytes(kept)
    for word in words:
        assert word in sentence
    assert TABLE in sentence


def test_after_a_refusal_the_mended_table_trains_again(project: Path) -> None:
    assert "shown again" in succeed(project, "train", "ARGS=tracking=disabled")


def test_a_table_that_is_gone_is_told(project: Path) -> None:
    table = project / TABLE
    table.rename(table.with_suffix(".away"))
    try:
        sentence = refused(project, "train")
    finally:
        table.with_suffix(".away").rename(table)
    assert f"{TABLE}: there is no such file" in sentence


def test_a_bad_data_file_is_told(project: Path) -> None:
    file = project / "conf" / "data.yaml"
    kept = file.read_text()
    file.write_text(kept.replace('task: "classification"', "task: ranking"))
    try:
        sentence = refused(project, "train")
    finally:
        file.write_text(kept)
    assert "conf/ or ARGS: data.task" in sentence
    assert "'ranking'" in sentence


def test_an_engine_that_is_not_there_is_told(project: Path, tmp_path: Path) -> None:
    nothing = {
        "ENGINE": "",
        "DOCKER_HOST": f"unix://{tmp_path}/none.sock",
        "PATH": str(machine(tmp_path / "bin", make=f'exec {shutil.which("make")} "$@"')),
    }
    sentence = refused(project, "train", **nothing)
    assert "no container engine answers" in sentence
    assert "install Docker or Podman" in sentence
    sentence = refused(project, "train", ENGINE="nerdctl")
    assert "ENGINE=nerdctl" in sentence


def test_a_base_image_that_can_not_be_had_is_told(project: Path) -> None:
    remembered = project / ".base-image"
    kept = remembered.read_text() if remembered.exists() else None
    sentence = refused(project, "train", BASE_IMAGE="localhost/nowhere:1")
    if kept is not None:
        remembered.write_text(kept)
    assert "BASE_IMAGE=<name>" in sentence


def test_certificates_that_can_not_be_read_are_told(project: Path) -> None:
    sentence = refused(project, "train", CA_BUNDLE="/nowhere/ca.pem")
    assert "/nowhere/ca.pem can't be read" in sentence


def test_a_user_who_may_not_use_the_engine_is_told(project: Path) -> None:
    socket = Path("/var/run/docker.sock")
    assert socket.exists()
    let_in(project)
    done = subprocess.run(
        ["make", "train"],
        cwd=project,
        env={**os.environ, "HOME": "/nonexistent"},
        user=1234,
        group=1234,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "you may not use the socket" in done.stderr


# Braces are for test_render.py: what is typed at the prompts is kept, while cookiecutter itself
# fills in what is given as key=value.
@pytest.mark.parametrize(
    "column",
    [
        "$(touch pwned) `touch pwned`; touch pwned",
        "$(shell touch pwned) $$(touch pwned) := #",
        "!!python/object/apply:os.system ['touch pwned']",
        "<script>touch('pwned')</script> %s {0}",
    ],
    ids=["shell", "make", "yaml", "markup"],
)
def test_hostile_answers_come_out_inert(render: Render, tmp_path: Path, column: str) -> None:
    rows = [f"{i % 7},{'xy'[i % 2]},{'ab'[i * 7 % 13 % 2]}\n" for i in range(120)]
    (tmp_path / "t.csv").write_text(f'size,"{column} too","{column}"\n{"".join(rows)}')
    made = render(
        tmp_path / "out",
        cwd=tmp_path,
        data_source="t.csv",
        target=column,
        project_slug="safe",
        project_name=column,
        description=column,
        author_name=column,
    )
    out = succeed(made, "train", "ARGS=tracking=disabled experiment=debug")
    out += succeed(made, "help") + succeed(made, "dashboard") + succeed(made, "profile")
    (manifest,) = (made / "runs").glob("*/manifest.json")
    assert json.loads(manifest.read_text())["inputs"]["config"]["data"]["target"] == column
    assert not list(tmp_path.rglob("*pwned*"))
    for page in made.rglob("*.html"):
        assert "<script>touch" not in page.read_text()
