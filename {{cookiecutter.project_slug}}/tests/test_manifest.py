"""A manifest shows whether anybody has edited it, or a file that it lists."""

import json
from pathlib import Path
from typing import Any

import pytest

from project.errors import RunError
from project.manifest import check_files, load_manifest, write_manifest
from project.provenance import canonical_hash
from project.runs import MANIFEST, finite

from .manifests import CONFIG, least

ODD_MODEL = {"name": "logistic", "classification": True}

CONTENT = least(more={"b": 1.5, "a": ["ü", None, True]}, odd=float("nan"))


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
    assert found["more"] == CONTENT["more"]
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
        {"more": {"b": 1.5000000000000002, "a": ["ü", None, True]}},
        {"files": {}},
        {"another": 1},
        {"seal": "0" * 64},
        {"seal": None},
    ],
    ids=str,
)
def test_any_edit_breaks_the_seal(run: Path, values: dict[str, Any]) -> None:
    change(run, **values)
    with pytest.raises(RunError, match=r"runs/abc/manifest\.json was edited after the run"):
        load_manifest(run)


def test_a_run_from_before_there_were_seals_is_no_edited_one(run: Path) -> None:
    content = json.loads((run / MANIFEST).read_text())
    del content["seal"]
    (run / MANIFEST).write_text(json.dumps(content))
    with pytest.raises(RunError, match=r"manifest\.json has no seal, as runs of older versions"):
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


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"inputs": {}}, "has no inputs.code"),
        ({"finished": 3}, "has an odd value in finished"),
        ({"timings": {"fit_s": True, "total_s": 1}}, "has an odd value in timings.fit_s"),
        ({"circumstances": {"base_image": None}}, "has no circumstances.git_commit"),
        (
            {"circumstances": {"git_commit": "--exec=id", "base_image": None}},
            "has an odd value in circumstances.git_commit",
        ),
        (
            {"circumstances": {"git_commit": None, "base_image": "a\nb c yes"}},
            "has an odd value in circumstances.base_image",
        ),
        (
            {"inputs": {**least()["inputs"], "data": {"t.csv": "../../../etc/passwd"}}},
            "has an odd value in inputs.data",
        ),
        (
            {"inputs": {**least()["inputs"], "config": {**CONFIG, "model": ODD_MODEL}}},
            "has an odd value in inputs.config.model.classification",
        ),
        ({"outputs": {}}, "has no outputs.fingerprint"),
        (
            {"circumstances": {**least()["circumstances"], "left_out": True}},
            "has an odd value in circumstances.left_out",
        ),
        (
            {"inputs": {**least()["inputs"], "data": {"t.csv": None}}},
            "has an odd value in inputs.data",
        ),
        ({"sizes": {"model_bytes": "x"}}, "has an odd value in sizes"),
    ],
)
def test_a_sealed_manifest_without_what_a_run_has_is_refused(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    write_manifest(least(**changes), tmp_path)
    with pytest.raises(RunError, match=words):
        load_manifest(tmp_path)


@pytest.mark.parametrize("name", ["../other/model.skops", "/etc/passwd"])
def test_a_file_outside_of_the_run_is_not_listed(tmp_path: Path, name: str) -> None:
    whole = finite(least(files={name: "0" * 64}))
    (tmp_path / MANIFEST).write_text(json.dumps({**whole, "seal": canonical_hash(whole)}))
    with pytest.raises(RunError, match="outside of the run's folder"):
        load_manifest(tmp_path)
