"""Fit a model and its baselines on the training split."""

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from ..config import Config
from ..data.config import Task
from ..data.load import features, target
from ..errors import ConfigError, DataError, first_line
from ..evaluation.costs import cost_matrix, metrics_for
from ..evaluation.metrics import Predictions
from .baselines import RULE, baselines, rule_text
from .cautions import Caution, recording, silent
from .pipeline import build_pipeline

if TYPE_CHECKING:
    from .decision import Decision


@dataclass(frozen=True)
class Fitted:
    """A model that has learnt.

    Attributes
    ----------
    pipeline
        The fitted model with its preprocessing.
    warnings
        One record for each warning of the fit, as `cautions.py` makes them.
    fit_s
        Seconds that the fit took.
    """

    pipeline: Pipeline
    warnings: list[Caution]
    fit_s: float


@dataclass(frozen=True)
class Trained(Fitted):
    """A model beside its baselines.

    Attributes
    ----------
    baselines
        The fitted baselines, by name.
    rule
        What the learnt rule among them says.
    decision
        How predictions follow from probabilities, where `evaluation.costs` are given.
    """

    baselines: dict[str, BaseEstimator]
    rule: str
    decision: "Decision | None" = None


def train(config: Config, rows: pd.DataFrame, along: np.ndarray | None = None) -> Trained:
    """Fit the configured model, and the baselines that it must beat.

    Parameters
    ----------
    config
        The model, the data's columns and the seed.
    rows
        The training split, shape (n, features + 1).
    along
        What `data.load.along` returns for the same rows; only costs need it.

    Raises
    ------
    ConfigError
        When the estimator refuses its arguments, or the costs don't fit the classes.
    DataError
        When the training split holds a single class.
    """
    x, y = features(rows, config.data), target(rows, config.data)
    if config.data.task is Task.classification and len(set(y)) < 2:
        raise DataError(
            f"{config.data.source}: the training split holds only class '{y[0]}' of target "
            f"'{config.data.target}': add rows of the others"
        )
    if config.evaluation.costs is not None:
        metrics_for(config)
        cost_matrix(config.evaluation.costs, np.unique(y))
    fitted = fit(config, rows)
    others = {name: one.fit(x, y) for name, one in baselines(config).items()}
    trained = Trained(
        pipeline=fitted.pipeline,
        baselines=others,
        rule=rule_text(others[RULE], config.data),
        warnings=fitted.warnings,
        fit_s=fitted.fit_s,
    )
    return trained if config.evaluation.costs is None else _by_costs(trained, config, rows, along)


def _by_costs(
    trained: Trained, config: Config, rows: pd.DataFrame, along: np.ndarray | None
) -> Trained:
    """Let the model decide by costs, and the zero rule: always predict the cheapest class."""
    from .deciding import DecidingPipeline
    from .decision import deciding, tune

    decision = tune(config, rows, along)
    zero = DecidingPipeline([("model", trained.baselines["zero rule"])], costs=decision.costs)
    return replace(
        trained,
        pipeline=deciding(trained.pipeline, decision),
        baselines={**trained.baselines, "zero rule": zero},
        decision=decision,
    )


def fit(config: Config, rows: pd.DataFrame) -> Fitted:
    """Fit the configured model alone.

    Parameters
    ----------
    config
        The model, the data's columns and the seed.
    rows
        Shape (n, features + 1).

    Raises
    ------
    ConfigError
        When the estimator refuses its arguments.
    """
    pipeline = build_pipeline(config.model, config.data)
    x, y = features(rows, config.data), target(rows, config.data)
    start = time.perf_counter()
    with recording("model") as heard:
        try:
            pipeline.fit(x, y)
        except ValueError as error:
            raise ConfigError(
                f"conf/model/{config.model.name}.yaml: {first_line(error)}"
            ) from error
    fit_s = time.perf_counter() - start
    _predict_alone(pipeline)
    return Fitted(pipeline, heard + silent(pipeline, heard, "model"), fit_s)


def _predict_alone(pipeline: Pipeline) -> None:
    """Let a model that was fitted by several workers predict with one.

    A forest sums what its workers predict in the order in which they finish, and sums of floating
    point numbers depend on the order; its fit does not.
    """
    for name, value in pipeline.get_params().items():
        if name.split("__")[-1] == "n_jobs" and isinstance(value, int):
            pipeline.set_params(**{name: None})


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
