"""Follow a model over its iterations: how its figures moved on training and validation rows.

Three ways, by what the estimator can do:

- one that boosts tells what it predicts after each stage (`stages.py`);
- one that stops within `max_iter` iterations is fitted again with fewer of them, which gives the
  very models that the fit went through, as long as its `random_state` is fixed;
- what it has noted itself (`loss_curve_`) is taken as it is.
"""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone
from sklearn.pipeline import Pipeline

from ..config import Config
from ..data.config import Task
from ..data.load import features, target
from ..evaluation.metrics import Metric, Predictions, metrics_of
from .stages import staged, stages
from .training import predict

COLUMNS = ("split", "metric", "step", "value")
STEPS = 50  # at most, of a curve
ROWS = 10_000  # at most, of a split, evenly taken: a curve is to be looked at
_LOSS = {Task.classification: "log loss", Task.regression: "RMSE"}
# Attribute, and what it is called: the figure is the estimator's own, and so is its unit.
_NOTED = {
    "loss_curve_": ("train", "solver's loss"),
    "validation_scores_": ("train", "score on rows that the solver held out"),
    "train_score_": ("train", "solver's loss"),
}
Row = tuple[str, str, int, float]


def curves(pipeline: Pipeline, splits: dict[str, pd.DataFrame], config: Config) -> pd.DataFrame:
    """Compute the curves of a fitted model.

    Parameters
    ----------
    pipeline
        Fitted on the whole of `splits["train"]`.
    splits
        Rows by split, as `data.load.load` returns them.
    config
        The task, and the number of training rows up to which a model is fitted again.

    Returns
    -------
    pandas.DataFrame
        `split`, `metric`, `step` (from 1) and `value`; empty where the model has no iterations.
    """
    path, last = final(pipeline)
    rows: list[Row] = list(_noted(last))
    shown = {name: _even(table) for name, table in splits.items()}
    if stages(last) is not None:
        for split, table in shown.items():
            rows += _staged(pipeline, table, split, config)
    elif _stops(last) and len(splits["train"]) <= config.evaluation.cross_validate_up_to_rows:
        rows += _shortened(pipeline, path, last, splits["train"], shown, config)
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"step": "int64", "value": "float64"})


def final(pipeline: Pipeline) -> tuple[str, BaseEstimator]:
    """Return the last estimator of a pipeline, of one in it too, and its path in the parameters."""
    name, last = pipeline.steps[-1]
    if isinstance(last, Pipeline):
        path, last = final(last)
        return f"{name}__{path}", last
    return name, last


def iterations(estimator: BaseEstimator) -> int | None:
    """Return how many iterations a fitted estimator did; None where it has none."""
    if getattr(estimator, "n_iter_", None) is not None:
        return int(np.max(estimator.n_iter_))
    return stages(estimator)


def sampled(count: int, most: int = STEPS) -> set[int]:
    """Choose at most `most` of the steps 1 to `count`, evenly, with the first and the last."""
    return {int(step) for step in np.linspace(1, count, min(count, most)).round()}


def _even(table: pd.DataFrame) -> pd.DataFrame:
    if len(table) <= ROWS:
        return table
    return table.iloc[np.linspace(0, len(table) - 1, ROWS).astype(int)]


def _metrics(task: Task) -> list[Metric]:
    found = metrics_of(task)
    return [metric for metric in found if metric in found[:1] or metric.name == _LOSS[task]]


def _noted(estimator: BaseEstimator) -> Iterator[Row]:
    for attribute, (split, name) in _NOTED.items():
        values = getattr(estimator, attribute, None)
        if values is not None and len(values):
            steps = sampled(len(values))
            yield from (
                (split, name, number, float(value))
                for number, value in enumerate(values, start=1)
                if number in steps
            )


def _staged(pipeline: Pipeline, rows: pd.DataFrame, split: str, config: Config) -> Iterator[Row]:
    x: Any = features(rows, config.data)
    last: Any = pipeline
    while isinstance(last, Pipeline):
        x, last = last[:-1].transform(x) if len(last) > 1 else x, last[-1]
    y, steps = target(rows, config.data), sampled(iterations(last) or 1)
    classes: Any = getattr(last, "classes_", None)
    for step, values, proba in staged(last, x, steps):
        said: Any = values if proba is None else classes[proba.argmax(axis=1)]
        yield from _figures(Predictions(y, said, proba, classes), split, step, config)


def _figures(said: Predictions, split: str, step: int, config: Config) -> Iterator[Row]:
    for metric in _metrics(config.data.task):
        if said.proba is not None or metric.name != "log loss":
            yield split, metric.name, step, metric.value(said)


def _stops(estimator: BaseEstimator) -> bool:
    limited = isinstance(estimator.get_params(deep=False).get("max_iter"), int)
    return limited and (iterations(estimator) or 0) > 0


def _shortened(
    pipeline: Pipeline,
    path: str,
    last: BaseEstimator,
    rows: pd.DataFrame,
    shown: dict[str, pd.DataFrame],
    config: Config,
) -> Iterator[Row]:
    """Fit again with 1, 2, 4, 8 and so on iterations: all that costs less than two fits."""
    count = iterations(last) or 1
    x, y = features(rows, config.data), target(rows, config.data)
    for step in [2**power for power in range(count.bit_length()) if 2**power < count] + [count]:
        model = pipeline
        if step < count:
            model = clone(pipeline).set_params(**{f"{path}__max_iter": step})
            with warnings.catch_warnings():
                # That they stop too early is what they are for.
                warnings.simplefilter("ignore")
                model.fit(x, y)
        for split, table in shown.items():
            yield from _figures(predict(model, table, config), split, step, config)
