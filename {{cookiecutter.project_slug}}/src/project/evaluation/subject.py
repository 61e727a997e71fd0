"""What an evaluation is given: a fitted model, and rows of which the truth is known."""

import math
import zlib
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..data.config import Data, Task
from ..data.load import features, target
from ..data.schema import ColumnType
from ..models.deciding import DecidingPipeline
from .metrics import Predictions


@dataclass(frozen=True)
class Subject:
    """A fitted model, and what its evaluation must know of where it comes from.

    Attributes
    ----------
    pipeline
        The fitted model with its preprocessing.
    baselines
        The fitted baselines, by name.
    train
        The rows that it was fitted on; only the spread of their columns and of the errors on them
        is looked at.
    calibration
        Rows that thresholds and calibrators are fitted on. Where some of them are evaluated too,
        they are left out of what these thresholds and calibrators are judged by.
    facts
        What is known of it beside: `fit_s`, `artefact_bytes`.
    """

    pipeline: Any
    baselines: dict[str, Any]
    train: pd.DataFrame
    calibration: pd.DataFrame
    facts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Rows to evaluate on.

    Attributes
    ----------
    rows
        Shape (n, features + 1), indexed by row id.
    beside
        Shape (n, any): columns that the model does not see, for slices.
    """

    rows: pd.DataFrame
    beside: pd.DataFrame


def ask(pipeline: Any, rows: pd.DataFrame, data: Data) -> Predictions:
    """Ask a model once; it decides by its rule of costs, or for the class that it finds likeliest.

    Parameters
    ----------
    pipeline
        A fitted model.
    rows
        Shape (n, features + 1).
    data
        Target and task.
    """
    return decided(pipeline, features(rows, data), target(rows, data), data.task)


def decided(pipeline: Any, x: pd.DataFrame, y: np.ndarray, task: Task) -> Predictions:
    """Predict features of shape (n, features) whose truth, shape (n,), is known."""
    if task is Task.regression:
        return Predictions(y_true=y, y_pred=np.asarray(pipeline.predict(x), dtype=float))
    proba = np.asarray(pipeline.predict_proba(x), dtype=float)
    known = pipeline.classes_
    likeliest = known[proba.argmax(axis=1)]
    said = pipeline.decide(proba) if isinstance(pipeline, DecidingPipeline) else likeliest
    return Predictions(y_true=y, y_pred=said, proba=proba, classes=known)


def spreads(train: pd.DataFrame, data: Data) -> dict[str, float]:
    """Return the standard deviation in training of each quantity; those that never vary lack."""
    found = {}
    for name in data.features(ColumnType.number, ColumnType.integer):
        spread = float(np.nanstd(train[name].to_numpy(dtype=float))) if len(train) else math.nan
        if spread > 0 and math.isfinite(spread):
            found[name] = spread
    return found


def seeded(seed: int, *names: Hashable) -> int:
    """Derive a seed for a step that is known by its names, whatever was drawn before it."""
    return zlib.crc32(repr((seed, *names)).encode())


def sample(rows: pd.DataFrame, most: int, seed: int) -> pd.DataFrame:
    """Draw at most so many rows, in their order."""
    if len(rows) <= most:
        return rows
    draw = np.random.default_rng(seeded(seed, "sample"))
    return rows.iloc[np.sort(draw.choice(len(rows), size=most, replace=False))]
