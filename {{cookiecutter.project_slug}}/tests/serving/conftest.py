"""A run of each task on the tiny table, opened as a model that answers."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from project.config import Config
from project.data.config import load_data
from project.files import md5
from project.paths import Paths
from project.provenance import inputs
from project.serving.journal import Journal
from project.serving.model import Model, open_model
from project.serving.service import Service
from project.train import make

from ..conftest import configure, lay_out


@dataclass
class Made:
    """A project with one run, and its model."""

    paths: Paths
    folder: Path
    config: Config
    model: Model


def train(folder: Path, task: str, *overrides: str) -> Made:
    """Train on the tiny table in a folder."""
    paths = lay_out(folder, task)
    config = configure(load_data(paths.data_config), *overrides)
    sums = {file.relative_to(paths.root).as_posix(): md5(file) for file in paths.trained_on}
    run = make(config, inputs(config, sums, paths), paths)
    return Made(paths, run, config, open_model(run, config.methods))


@pytest.fixture(scope="session")
def by_task(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    """Both tasks, trained once."""
    return {
        task: train(tmp_path_factory.mktemp(task), task)
        for task in ("classification", "regression")
    }


@pytest.fixture
def made(by_task: dict[str, Made], task: str) -> Made:
    """The run of the task in turn; nobody may change it."""
    return by_task[task]


@pytest.fixture(scope="session")
def fruit(by_task: dict[str, Made]) -> Made:
    """The run that tells plums from apples."""
    return by_task["classification"]


@pytest.fixture
def service(fruit: Made, tmp_path: Path) -> Service:
    """A service of its own for each test, with a log in `log.jsonl`."""
    return Service(fruit.model, Journal(str(tmp_path / "log.jsonl")))
