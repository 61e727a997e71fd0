"""A patch is cut into its files, and loses those that hold rows."""

import subprocess
from pathlib import Path

import pytest

from project.data import traces
from project.data.holdings import Holdings
from project.data.person import Person
from project.data.schema import ColumnType, Role, Rule
from project.patches import holding, sections

FILES = {
    "conf/data.yaml": "a: 1\n",
    "conf/profile.json": '{"bins": ["Ada Byron"]}\n',
    "conf/schema.yaml": "categories: [x]\n",
    "data/sample/t.csv": "id\nx\n",
    "data/a b/copy.csv": "id,n\nx,1\n",
    "é.txt": "diff --git a/no b/no\n",
}


@pytest.fixture
def patch(tmp_path: Path) -> bytes:
    """What git says of some new files."""
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    (tmp_path / "data/t.parquet").write_bytes(bytes(range(256)))
    empty = ["git", "-c", "core.quotePath=false"]
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run([*empty, *command], cwd=tmp_path, check=True)
    command = [*empty, "diff", "--cached", "--binary"]
    return (
        b"left out: big\n"
        + subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout
    )


def test_a_patch_is_cut_into_its_files(patch: bytes) -> None:
    parts = list(sections(patch))
    assert b"".join(text for _, text in parts) == patch
    assert sorted(name for name, _ in parts) == sorted(["", "data/t.parquet", *FILES])


def test_the_table_and_whatever_names_the_person_are_found(patch: bytes) -> None:
    person = Person({"id": Rule(ColumnType.text, Role.id)})
    person.add(["id"], ["x"])
    held = Holdings()
    held.search = traces.Search(person, {"Ada Byron"})
    hit = holding("data/sample/t.csv", {"id": {"x"}}, held)
    gone = {name for name, text in sections(patch) if hit((name, text))}
    assert gone == {
        *("conf/profile.json", "conf/schema.yaml", "data/sample/t.csv", "data/t.parquet"),
    }
    assert {name for name, text in sections(patch) if holding("o", {}, held)((name, text))} == {
        *("conf/profile.json", "data/t.parquet"),
    }
