"""Fit a model and its baselines on the training split."""

import time
import warnings
from dataclasses import dataclass

import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from ..config import Config, Task
from ..data.load import features, target
from ..errors import ConfigError, DataError, first_line
from ..evaluation.metrics import Predictions
from .baselines import baselines
from .pipeline import build_pipeline


@dataclass(frozen=True)
class Trained:
    """What training leaves.

    Attributes
    ----------
    pipeline
        The fitted model with its preprocessing.
    baselines
        The fitted baselines, by name.
    warnings
        One record for each warning of the fit: `category` and `message`.
    fit_s
        Seconds that the model's fit took.
    """

    pipeline: Pipeline
    baselines: dict[str, BaseEstimator]
    warnings: list[dict[str, str]]
    fit_s: float


def train(config: Config, rows: pd.DataFrame) -> Trained:
    """Fit the configured model, and the baselines that it must beat.

    Parameters
    ----------
    config
        The model, the data's columns and the seed.
    rows
        The training split, shape (n, features + 1).

    Raises
    ------
    ConfigError
        When the estimator refuses its arguments.
    DataError
        When the training split holds a single class.
    """
    x, y = features(rows, config.data), target(rows, config.data)
    if config.data.task is Task.classification and len(set(y)) < 2:
        raise DataError(
            f"{config.data.source}: the training split holds only class '{y[0]}' of target "
            f"'{config.data.target}': add rows of the others"
        )
    pipeline = build_pipeline(config.model, config.data)
    start = time.perf_counter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            pipeline.fit(x, y)
        except ValueError as error:
            raise ConfigError(
                f"conf/model/{config.model.name}.yaml: {first_line(error)}"
            ) from error
    fit_s = time.perf_counter() - start
    others = baselines(config.data.task, config.seed)
    return Trained(
        pipeline=pipeline,
        baselines={name: estimator.fit(x, y) for name, estimator in others.items()},
        warnings=[{"category": w.category.__name__, "message": str(w.message)} for w in caught],
        fit_s=fit_s,
    )


def predict(model: BaseEstimator, rows: pd.DataFrame, config: Config) -> Predictions:
    """Predict some rows, with probabilities where there are classes.

    Parameters
    ----------
    model
        A fitted pipeline or baseline.
    rows
        Shape (n, features + 1); the target is only copied.
    """
    x, y = features(rows, config.data), target(rows, config.data)
    if config.data.task is Task.regression:
        return Predictions(y_true=y, y_pred=model.predict(x))
    proba = model.predict_proba(x)
    return Predictions(y_true=y, y_pred=model.predict(x), proba=proba, classes=model.classes_)
