"""Models and tables whose faults and virtues are known."""

import numpy as np
import pandas as pd

from project.config import Config
from project.data.config import Data, MissingTarget, Split, SplitMethod, Task
from project.data.schema import Column, ColumnType, Role
from project.evaluation.subject import Subject, Table
from project.models.baselines import baselines
from project.models.training import fit

from ..conftest import configure, table

KINDS = {
    "name": ColumnType.text,
    "size": ColumnType.number,
    "weight": ColumnType.number,
    "colour": ColumnType.category,
    "kind": ColumnType.category,
}


def fruit(task: str, *overrides: str) -> Config:
    """Configure the tiny table of conftest.py for a task."""
    target = "kind" if task == "classification" else "weight"
    roles = {"name": Role.ignore, target: Role.target}
    data = Data(
        source="table.csv",
        target=target,
        task=Task(task),
        missing_target=MissingTarget.drop,
        split=Split(0.25, 0.25, SplitMethod.hash, 0),
        columns={name: Column(kind, roles.get(name, Role.feature)) for name, kind in KINDS.items()},
    )
    return configure(data, "evaluation.resamples=100", "methods.cost.calls=20",
                     "methods.cost.batches=5", *overrides)  # fmt: skip


def subject(config: Config, rows: int = 900) -> tuple[Subject, Table]:
    """Fit the configured model on a third of the fruit; a third calibrates, a third is left."""
    whole = table(rows)
    beside = whole[["name"]]
    frame = whole.drop(columns="name")
    frame[["colour", "kind"]] = frame[["colour", "kind"]].astype(object)
    train, calibration, rest = (frame.iloc[part] for part in np.array_split(np.arange(rows), 3))
    return fitted(config, train, calibration), Table(rest, beside.loc[rest.index, []])


def fitted(config: Config, train: pd.DataFrame, calibration: pd.DataFrame) -> Subject:
    """Fit a model and its baselines."""
    x, y = train.drop(columns=config.data.target), train[config.data.target].to_numpy()
    others = baselines(config)
    return Subject(
        pipeline=fit(config, train).pipeline,
        baselines={name: one.fit(x, y) for name, one in others.items()},
        train=train,
        calibration=calibration,
    )
