"""One tiny table, and a project around it whose stages have run."""

import copy
import os
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hydra import compose, initialize_config_dir
from hypothesis import settings
from omegaconf import DictConfig, OmegaConf

from project.config import Config, validate
from project.data.config import Data, load_data
from project.data.ingest import ingest
from project.data.schema import load_schema
from project.data.split import split_table
from project.data.validate import validate as validate_table
from project.paths import PROJECT, Paths

# How long an example takes says something of the machine, and nothing of the code.
settings.register_profile(
    "project", deadline=None, max_examples=int(os.environ.get("FUZZ_EXAMPLES", "100"))
)
settings.load_profile("project")

DATA = """
source: table.csv
target: {target}
task: {task}
missing_target: drop
split: {{valid: 0.25, test: 0.25, method: hash, seed: 0}}
"""
SCHEMA = """
key: []
columns:
  name: {{type: text, role: ignore}}
  size: {{type: number}}
  weight: {{type: number{weight}}}
  colour: {{type: category}}
  kind: {{type: category{kind}}}
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
    # A copy takes a twentieth of the time, and many tests ask for the same one.
    return copy.deepcopy(_composed(overrides))


@cache
def _composed(overrides: tuple[str, ...]) -> DictConfig:
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
    return lay_out(tmp_path, task)


def lay_out(folder: Path, task: str) -> Paths:
    """Make a project with the tiny table in a folder, and run its data stages."""
    paths = Paths(folder)
    table().to_csv(folder / "table.csv", index=False)
    paths.conf.mkdir()
    target = "kind" if task == "classification" else "weight"
    paths.data_config.write_text(DATA.format(target=target, task=task))
    roles = {name: ", role: target" * (name == target) for name in ("kind", "weight")}
    paths.schema.write_text(SCHEMA.format(**roles))
    paths.code.mkdir(parents=True)
    (paths.code / "some.py").write_text("pass\n")
    paths.runtime_lock.parent.mkdir()
    shutil.copy(PROJECT.runtime_lock, paths.runtime_lock)
    data = load_data(paths.data_config)
    schema = load_schema(paths.schema)
    ingest(schema, folder / "table.csv", paths.raw)
    validate_table(data, schema, paths.raw, paths.validated)
    split_table(data, paths.validated, paths.split)
    return paths


@pytest.fixture
def data(paths: Paths) -> Data:
    """The data configuration of that project."""
    return load_data(paths.data_config)
