"""What git holds of the data, beside a real DVC pipeline that has run."""

import os
import subprocess
from pathlib import Path

import pytest

from project.data.committed import look, twice
from project.paths import Paths

# DVC's own affair.
pytestmark = pytest.mark.filterwarnings("ignore:_NoneStep:DeprecationWarning")

PIPELINE = """
stages:
  copy:
    cmd: mkdir -p data/raw && cp table.csv data/raw/table.csv
    deps: [table.csv]
    params: [{conf/data.yaml: [target, seed]}]
    outs: [data/raw/table.csv]
"""


def git(folder: Path, *words: str) -> None:
    """Run git as nobody's settings have it."""
    own = {**os.environ, "HOME": str(folder)}
    subprocess.run(["git", *words], cwd=folder, env=own, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """A repository whose one stage has run, with everything added that is not ignored."""
    from dvc.repo import Repo

    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "--quiet")
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/data.yaml").write_text("target: kind\nseed: 0\n")
    (tmp_path / "table.csv").write_text("kind\nplum\n")
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    (tmp_path / ".gitignore").write_text("data/\n")
    with Repo.init(str(tmp_path), no_scm=True) as repo:
        repo.reproduce()
    git(tmp_path, "add", "--all")
    return Paths(tmp_path)


def test_what_has_run_and_was_added_is_in_order(project: Paths) -> None:
    assert look(project) == []


def test_before_the_first_run_nothing_is_stale(project: Paths) -> None:
    project.dvc_lock.unlink()
    assert look(project) == []


def test_a_clone_without_the_tables_is_in_order(project: Paths) -> None:
    (project.root / "data/raw/table.csv").unlink()
    assert look(project) == []


def test_a_key_that_has_changed_since_is_named(project: Paths) -> None:
    (project.root / "conf/data.yaml").write_text("target: size\nseed: 0\n")
    (sentence,) = look(project)
    assert "stage copy, is of another conf/data.yaml (target)" in sentence
    assert "run make data" in sentence


def test_a_table_that_has_changed_since_is_named(project: Paths) -> None:
    (project.root / "table.csv").write_text("kind\napple\n")
    (sentence,) = look(project)
    assert "is of another table.csv: run make data" in sentence


def test_another_command_is_told(project: Paths) -> None:
    project.dvc_pipeline.write_text(PIPELINE.replace("mkdir -p", "mkdir --parents"))
    (sentence,) = look(project)
    assert "is of another command" in sentence


def test_an_output_that_was_edited_is_named(project: Paths) -> None:
    output = project.root / "data/raw/table.csv"
    output.chmod(0o644)
    output.write_text("edited\n")
    (sentence,) = look(project)
    assert "data/raw/table.csv" in sentence


def test_a_table_that_git_took_in_too_is_named(project: Paths) -> None:
    git(project.root, "add", "--force", "data/raw/table.csv")
    (sentence,) = look(project)
    assert sentence.endswith("git rm --cached 'data/raw/table.csv'")


def test_a_folder_that_dvc_keeps_covers_what_is_in_it() -> None:
    tracked = ["data/source/parts/1.parquet", "data/source/parts.dvc", "data/sample/a.csv"]
    (sentence,) = twice(["data/source/parts"], tracked)
    assert sentence.startswith("data/source/parts/1.parquet")
