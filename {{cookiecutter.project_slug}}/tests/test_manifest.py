"""A manifest shows whether anybody has edited it, or a file that it lists."""

import json
from pathlib import Path
from typing import Any

import pytest

from project.errors import RunError
from project.manifest import check_files, load_manifest, write_manifest
from project.runs import MANIFEST

CONTENT = {"run_id": "abc", "inputs": {"b": 1.5, "a": ["ü", None, True]}, "odd": float("nan")}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run's folder with two files and a sealed manifest."""
    folder = tmp_path / "runs" / "abc"
    folder.mkdir(parents=True)
    (folder / "metrics.json").write_text("{}")
    (folder / "model.skops").write_bytes(b"\0\1")
    write_manifest(CONTENT, folder)
    return folder


def change(run: Path, **values: Any) -> None:
    """Edit a manifest as a person would."""
    content = json.loads((run / MANIFEST).read_text())
    (run / MANIFEST).write_text(json.dumps({**content, **values}))


def test_what_was_written_is_read(run: Path) -> None:
    found = load_manifest(run)
    assert found["inputs"] == CONTENT["inputs"]
    assert found["odd"] is None
    assert sorted(found["files"]) == ["metrics.json", "model.skops"]
    check_files(run, found)


def test_layout_and_order_are_no_edit(run: Path) -> None:
    content = json.loads((run / MANIFEST).read_text())
    (run / MANIFEST).write_text(json.dumps(dict(reversed(content.items()))))
    load_manifest(run)


@pytest.mark.parametrize(
    "values",
    [
        {"run_id": "abd"},
        {"inputs": {"b": 1.5000000000000002, "a": ["ü", None, True]}},
        {"files": {}},
        {"more": 1},
        {"seal": "0" * 64},
        {"seal": None},
    ],
    ids=str,
)
def test_any_edit_breaks_the_seal(run: Path, values: dict[str, Any]) -> None:
    change(run, **values)
    with pytest.raises(RunError, match=r"runs/abc/manifest\.json was edited after the run"):
        load_manifest(run)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"text"', "\xff"])
def test_what_is_no_manifest_is_refused(run: Path, text: str) -> None:
    (run / MANIFEST).write_bytes(text.encode("latin1"))
    with pytest.raises(RunError, match=r"runs/abc/manifest\.json"):
        load_manifest(run)


def test_an_edited_file_is_named(run: Path) -> None:
    (run / "model.skops").write_bytes(b"\0\2")
    with pytest.raises(RunError, match=r"runs/abc/model\.skops was edited after the run"):
        check_files(run, load_manifest(run))


def test_a_missing_file_is_named(run: Path) -> None:
    (run / "metrics.json").unlink()
    with pytest.raises(RunError, match=r"runs/abc/metrics\.json is missing"):
        check_files(run, load_manifest(run))
