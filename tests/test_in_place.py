"""The template as it stands: its Python is checked and tested in place, and its commands work."""

import os
import re
import shutil
from pathlib import Path

import docker
import pytest
from conftest import TEMPLATE
from engine import inside, make, succeed
from repository import git

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def checkout(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh checkout of this repo, without an environment or anything rendered."""
    copy = tmp_path_factory.mktemp("checkout") / "repo"
    shutil.copytree(template, copy)
    git(copy, "init", "--quiet")
    git(copy, "add", "--all")
    return copy


def test_the_python_in_the_template_passes_its_lints_and_tests_in_place(checkout: Path) -> None:
    project = checkout / TEMPLATE
    lint = "ruff check && ruff format --check && mypy"
    done = inside(project, "sh", "-c", lint, TARGET="dev")
    assert done.code == 0, done.out + done.err
    # Of the tests a part, since a fresh render runs all of them.
    out = succeed(project, "test", "ARGS=tests/models tests/test_config.py")
    assert re.search(r"\d+ passed", out)
    assert not re.search(r"\d+ (failed|skipped|xfailed)", out)
    assert "none failed" in succeed(project, "fuzz", "MINUTES=1")


def test_the_base_image_is_named_alone_and_is_there(checkout: Path) -> None:
    name = make(checkout, "-s", "base-image").out.splitlines()[-1]
    assert name == os.environ["BASE_IMAGE"]
    docker.from_env().images.get(name)


def test_one_command_trains_from_a_checkout_and_sets_nothing_up_twice(checkout: Path) -> None:
    out = succeed(checkout, "demo")
    assert "It beats the zero rule" in out
    runs = list((checkout / "demo" / "my-ml-project" / "runs").iterdir())
    assert [run.name in out for run in runs] == [True]
    stamps = [checkout / ".venv" / ".stamp", checkout / "demo" / ".rendered"]
    before = [stamp.stat().st_mtime_ns for stamp in stamps]
    again = make(checkout, "demo")
    assert "shown again, not trained again" in again.out
    assert "building" not in again.err
    assert before == [stamp.stat().st_mtime_ns for stamp in stamps]
