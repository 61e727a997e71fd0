"""What a person might commit by mistake is stopped by the check that is there for it."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from engine import Outcome, inside, make, succeed
from repository import git

pytestmark = pytest.mark.docker
Render = Callable[..., Path]
NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "execution_count": 1,
            "id": "a1",
            "metadata": {},
            "outputs": [{"name": "stdout", "output_type": "stream", "text": ["a person's row\n"]}],
            "source": ["print(row)"],
        }
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}
# Put together here, so that this file holds none.
AWS = "AKIA" + base64.b32encode(b"0123456789").decode()
KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\n"
MISTAKES = {
    "secrets": ("src/project/upload.py", f'KEY = "{AWS}"\n', "AWS Access Key"),
    "keys": ("id_rsa", KEY, "Private key found: id_rsa"),
    "notebooks": ("look.ipynb", json.dumps(NOTEBOOK), "would have stripped look.ipynb"),
    "large": ("data/sample/big.csv", "1,2,3\n" * 200_000, "big.csv"),
    "yaml": ("conf/model/mine.yaml", "a: [1\n", "mine.yaml"),
    "toml": ("mine.toml", "a =\n", "mine.toml"),
    "json": ("mine.json", "{,}\n", "mine.json"),
    "conflict": ("NOTES.md", "a\n<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs\n", "NOTES.md"),
    "seeds": ("src/project/mine.py", "import random\n\nX = random.random()\n", "mine.py"),
    "ruff": ("src/project/mine.py", "import os\n", "F401"),
    "format": ("src/project/mine.py", '"""M."""\n\nX = [1,2]\n', "would be reformatted"),
}


@pytest.fixture(scope="module")
def project(render: Render, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with data, as its people have added it to git."""
    made = render(tmp_path_factory.mktemp("hooks"))
    succeed(made, "data")
    # As `cruft create` leaves it: a checksum that is no secret.
    (made / ".cruft.json").write_text(json.dumps({"commit": "0123456789abcdef" * 2 + "01234567"}))
    git(made, "add", "--all")
    return made


@pytest.fixture
def tidy(project: Path) -> Iterator[Path]:
    """The project, without what a test puts into it."""
    tree = git(project, "write-tree")
    yield project
    git(project, "read-tree", tree)
    git(project, "checkout-index", "--all", "--force")
    git(project, "clean", "--force", "--quiet")


def check(project: Path, hook: str) -> Outcome:
    """Run one of the checks of `make lint`."""
    return inside(project, "pre-commit", "run", hook, "--all-files", TARGET="dev")


def test_every_check_but_that_of_types_is_tried_here(project: Path) -> None:
    (repo,) = yaml.safe_load((project / ".pre-commit-config.yaml").read_text())["repos"]
    assert {hook["id"] for hook in repo["hooks"]} == {*MISTAKES, "data", "mypy"}


@pytest.mark.parametrize("hook", MISTAKES)
def test_a_mistake_is_stopped_and_was_the_only_one(tidy: Path, hook: str) -> None:
    name, text, words = MISTAKES[hook]
    assert check(tidy, hook).code == 0
    (tidy / name).write_text(text)
    git(tidy, "add", "--force", name)
    done = check(tidy, hook)
    assert done.code == 1, done.out + done.err
    assert words in done.out
    assert (tidy / name).read_text() == text  # a check changes nothing


def test_a_table_of_dvc_in_git_is_stopped(tidy: Path) -> None:
    assert check(tidy, "data").code == 0
    git(tidy, "add", "--force", "data/raw/table.parquet")
    done = check(tidy, "data")
    assert done.code == 1
    assert "git rm --cached 'data/raw/table.parquet'" in done.out


def test_a_lock_of_other_data_is_stopped(tidy: Path) -> None:
    settings = tidy / "conf/data.yaml"
    settings.write_text(settings.read_text().replace("test: 0.15", "test: 0.2"))
    done = check(tidy, "data")
    assert done.code == 1
    assert "dvc.lock, stage split, is of another conf/data.yaml (split)" in done.out


def test_output_of_notebooks_is_stripped_by_fix(tidy: Path) -> None:
    notebook = tidy / "look.ipynb"
    notebook.write_text(json.dumps(NOTEBOOK))
    (tidy / "my notes").mkdir()
    (tidy / "my notes/second.ipynb").write_text(json.dumps(NOTEBOOK))
    make(tidy, "fix")
    for file in (notebook, tidy / "my notes/second.ipynb"):
        (cell,) = json.loads(file.read_text())["cells"]
        assert (cell["outputs"], cell["execution_count"]) == ([], None)
        assert cell["source"] == ["print(row)"]
