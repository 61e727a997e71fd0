"""One tiny table, and a project around it whose stages have run."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import DictConfig, OmegaConf

from project.config import Config, Data, load_data, validate
from project.data.ingest import ingest
from project.data.split import split_table
from project.data.validate import validate as validate_table
from project.paths import PROJECT, Paths

DATA = """
source: table.csv
target: {target}
task: {task}
missing_target: drop
split: {{valid: 0.25, test: 0.25, seed: 0}}
columns: {{name: ignore, size: number, weight: number, colour: category, kind: category}}
"""


def table(rows: int = 200) -> pd.DataFrame:
    """Return fruit: two kinds that differ in size, weight and colour, with some cells missing."""
    draw = np.random.default_rng(0)
    plum = draw.random(rows) < 0.4
    size = np.where(plum, 4.0, 7.0) + draw.normal(size=rows)
    frame = pd.DataFrame(
        {
            "name": [f"fruit {i}" for i in range(rows)],
            "size": size.round(3),
            "weight": (size**2 + draw.normal(size=rows)).round(3),
            "colour": np.where(draw.random(rows) < 0.3, "green", np.where(plum, "blue", "red")),
            "kind": np.where(plum, "plum", "apple"),
        }
    )
    frame.loc[::17, "size"] = np.nan
    frame.loc[::19, "colour"] = None
    return frame


def compose_tree(*overrides: str) -> DictConfig:
    """Compose the shipped configuration as the command line does."""
    with initialize_config_dir(str(PROJECT.conf), version_base="1.3"):
        return compose("config", list(overrides))


def configure(data: Data, *overrides: str) -> Config:
    """Compose the shipped configuration around other data."""
    tree = compose_tree(*overrides)
    OmegaConf.update(tree, "data", OmegaConf.structured(data), merge=False, force_add=True)
    return validate(tree)


@pytest.fixture(params=["classification", "regression"])
def task(request: pytest.FixtureRequest) -> str:
    """Each of the two tasks in turn."""
    return str(request.param)


@pytest.fixture
def paths(tmp_path: Path, task: str) -> Paths:
    """A project with the tiny table, past its data stages."""
    paths = Paths(tmp_path)
    table().to_csv(tmp_path / "table.csv", index=False)
    paths.conf.mkdir()
    target = "kind" if task == "classification" else "weight"
    paths.data_config.write_text(DATA.format(target=target, task=task))
    paths.code.mkdir(parents=True)
    (paths.code / "some.py").write_text("pass\n")
    paths.runtime_lock.parent.mkdir()
    shutil.copy(PROJECT.runtime_lock, paths.runtime_lock)
    data = load_data(paths.data_config)
    ingest(data, tmp_path / "table.csv", paths.raw)
    validate_table(data, paths.raw, paths.validated)
    split_table(data.split, paths.validated, paths.split)
    return paths


@pytest.fixture
def data(paths: Paths) -> Data:
    """The data configuration of that project."""
    return load_data(paths.data_config)
