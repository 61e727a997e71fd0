"""Tables with an assumption that holds, or one that is broken on purpose."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from project.assumptions.rows import Rows
from project.config import Config
from project.data.config import Data, MissingTarget, Split, SplitMethod, Task
from project.data.schema import Column, ColumnType, Role

from ..conftest import configure

_DATA = Data(
    "t.csv", "y", Task.regression, MissingTarget.drop, Split(0.2, 0.2, SplitMethod.hash, 0), [], {}
)
QUICK = ("evaluation.folds=3", "evaluation.repeats=1", "compute.workers=1")


def rows_of(
    frame: pd.DataFrame,
    *overrides: str,
    along: np.ndarray | None = None,
    method: SplitMethod = SplitMethod.hash,
) -> Rows:
    """Return training rows whose column `y` is the target; numbers make it a regression."""
    kinds = {
        str(name): ColumnType.number if frame[name].dtype.kind == "f" else ColumnType.category
        for name in frame
    }
    task = Task.regression if kinds["y"] is ColumnType.number else Task.classification
    columns = {
        name: Column(kind, Role.target if name == "y" else Role.feature)
        for name, kind in kinds.items()
    }
    split = Split(0.2, 0.2, method, 0)
    data = Data("t.csv", "y", task, MissingTarget.drop, split, [], columns)
    # The split's column is no feature; the tests give its values by `along`.
    return Rows(replace(_configured(*overrides), data=data), frame, along)


@cache
def _configured(*overrides: str) -> Config:
    """Compose once what many tables share: it takes longer than a test of them."""
    return configure(_DATA, *QUICK, *overrides)


def clean(seed: int, rows: int = 150, count: int = 3) -> pd.DataFrame:
    """Return a target that is a sum of features and of normal errors."""
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame({f"x{i}": draw.normal(size=rows) for i in range(count)})
    frame["y"] = frame.sum(axis=1) + draw.normal(size=rows)
    return frame


def kinds(seed: int, rows: int = 300, distance: float = 1.0) -> pd.DataFrame:
    """Return two classes, each with independent normal features."""
    draw = np.random.default_rng(seed)
    label = draw.random(rows) < 0.5
    frame = pd.DataFrame({f"x{i}": draw.normal(size=rows) + distance * label for i in range(3)})
    frame["y"] = np.where(label, "a", "b")
    return frame
