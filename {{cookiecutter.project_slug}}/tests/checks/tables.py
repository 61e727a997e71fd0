"""Projects around real tables, past their data stages."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import datasets

from project.checks.case import Case
from project.data.config import load_data
from project.data.infer import propose
from project.data.ingest import ingest
from project.data.schema import load_schema
from project.data.split import split_table
from project.data.validate import validate
from project.paths import PROJECT, Paths

from ..conftest import configure

CONFIG = """
source: table.csv
target: {target}
task: {task}
missing_target: drop
split: {{valid: 0.2, test: 0.2, method: {method}, seed: {seed}}}
"""
# Table, target, task: clean ones, which ship inside packages or with this project.
CLEAN = {
    "penguins": ("sex", "classification"),
    "penguins by weight": ("body_mass_g", "regression"),
    "iris": ("target", "classification"),
    "wine": ("target", "classification"),
    "breast cancer": ("target", "classification"),
    "diabetes": ("target", "regression"),
    "digits": ("target", "classification"),
}


def table(name: str) -> pd.DataFrame:
    """Return a clean table, its rows in an order without meaning."""
    if name.startswith("penguins"):
        return pd.read_csv(PROJECT.root / "data" / "sample" / "penguins.csv")
    frame: pd.DataFrame = getattr(datasets, f"load_{name.replace(' ', '_')}")(as_frame=True).frame
    frame = frame.rename(columns=lambda column: column.replace(" ", "_").replace("/", "_"))
    if CLEAN[name][1] == "classification":
        frame["target"] = "kind " + frame["target"].astype(str)
    return frame.iloc[np.random.default_rng(0).permutation(len(frame))]


def project(
    folder: Path,
    frame: pd.DataFrame,
    target: str,
    task: str,
    *,
    seed: int = 0,
    method: str = "hash",
) -> Paths:
    """Make a project of a table, and run its data stages."""
    paths = Paths(folder)
    paths.conf.mkdir(parents=True)
    shutil.copytree(PROJECT.conf / "tuning", paths.conf / "tuning")
    frame.to_csv(folder / "table.csv", index=False)
    config = CONFIG.format(target=target, task=task, seed=seed, method=method)
    paths.data_config.write_text(config)
    stages(paths)
    return paths


def stages(paths: Paths) -> None:
    """Propose a schema where there is none, and run the data stages."""
    if not paths.schema.exists():
        propose(load_data(paths.data_config), paths)
    data, schema = load_data(paths.data_config), load_schema(paths.schema)
    ingest(schema, paths.root / "table.csv", paths.raw)
    validate(data, schema, paths.raw, paths.validated)
    split_table(data, paths.validated, paths.split)


def case(paths: Paths, *overrides: str) -> Case:
    """Configure a project and look at it as the checks do."""
    return Case(configure(load_data(paths.data_config), *overrides), paths)
