"""What the checks look at, and the work that several of them share."""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.pipeline import Pipeline

from ..config import Config
from ..data.config import Task
from ..data.load import along, features, load, target
from ..data.schema import ColumnType
from ..evaluation.metrics import Floats, Predictions, metrics_of
from ..models.crossval import FoldResult, cross_validate, zero_rule
from ..models.folds import Fold, configured
from ..models.training import Fitted, fit, predict
from ..paths import Paths


@dataclass(frozen=True)
class Case:
    """A configuration, and the rows that a model of it learns from and is judged by.

    The test split is never read. Of a split with more rows than `checks.most_rows`, that many are
    drawn.

    Parameters
    ----------
    config
        The model, the data's columns and the seed.
    paths
        The project, past its data stages.
    """

    config: Config
    paths: Paths

    @property
    def task(self) -> Task:
        """What is predicted."""
        return self.config.data.task

    def random(self, purpose: str) -> np.random.Generator:
        """Return a generator of its own for a purpose, so that no check moves another's draws."""
        salt = int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:4], "little")
        return np.random.default_rng([self.config.seed, salt])

    @cached_property
    def whole(self) -> dict[str, pd.DataFrame]:
        """All rows of the splits `train` and `valid`, shape (n, features + 1) each."""
        return load(self.config.data, self.paths, "train", "valid")

    @cached_property
    def train(self) -> pd.DataFrame:
        """Rows to learn from, shape (n, features + 1)."""
        return self.whole["train"].iloc[self._drawn["train"]]

    @cached_property
    def valid(self) -> pd.DataFrame:
        """Rows to be judged by, shape (n, features + 1)."""
        return self.whole["valid"].iloc[self._drawn["valid"]]

    @cached_property
    def _drawn(self) -> dict[str, npt.NDArray[np.intp]]:
        most = self.config.checks.most_rows
        return {
            name: np.arange(len(rows))
            if len(rows) <= most
            else np.sort(self.random(f"rows of {name}").choice(len(rows), most, replace=False))
            for name, rows in self.whole.items()
        }

    @property
    def sampled(self) -> bool:
        """Whether not all rows are looked at."""
        return any(len(self._drawn[name]) < len(rows) for name, rows in self.whole.items())

    @cached_property
    def numbers(self) -> list[str]:
        """The features that are quantities."""
        return self.config.data.features(ColumnType.number, ColumnType.integer)

    @cached_property
    def categories(self) -> list[str]:
        """The features that are categories."""
        return self.config.data.features(ColumnType.category)

    def x(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the features of rows, shape (n, features)."""
        return features(rows, self.config.data)

    def y(self, rows: pd.DataFrame) -> np.ndarray:
        """Return the targets of rows, shape (n,)."""
        return target(rows, self.config.data)

    @cached_property
    def fitted(self) -> Fitted:
        """The configured model, fitted on `train`."""
        return fit(self.config, self.train)

    def predict(self, rows: pd.DataFrame, model: Pipeline | None = None) -> Predictions:
        """Predict rows by the fitted model, or another."""
        return predict(model or self.fitted.pipeline, rows, self.config)

    @cached_property
    def folds(self) -> list[Fold]:
        """Folds of `train`."""
        by = along(self.config.data, self.paths, "train")
        return configured(self.config, self.train, by if by is None else by[self._drawn["train"]])

    @cached_property
    def results(self) -> list[FoldResult]:
        """The configured model on every fold."""
        return list(cross_validate(self.config, self.train, self.folds))

    @property
    def arguments(self) -> dict[str, Any]:
        """The configured estimator, as `_target_` and its arguments."""
        model = self.config.model
        return model.classification if self.task is Task.classification else model.regression

    def with_arguments(self, arguments: dict[str, Any]) -> "Case":
        """Return the same case with another estimator, or other arguments of it."""
        model = replace(self.config.model, classification=arguments, regression=arguments)
        return Case(replace(self.config, model=model), self.paths)

    @cached_property
    def _zero_rule(self) -> list[tuple[float, float]]:
        made = zero_rule(self.config, self.train, self.folds)
        return [(loss(train), loss(test)) for train, test in made]

    @property
    def zero_rule_on_train(self) -> Floats:
        """Losses of the zero rule on the rows that it learnt from, shape (folds,)."""
        return np.array([train for train, _ in self._zero_rule])

    @property
    def zero_rule(self) -> Floats:
        """Losses of the zero rule on held-out rows, shape (folds,)."""
        return np.array([test for _, test in self._zero_rule])

    @cached_property
    def losses(self) -> Floats:
        """Losses of the configured model, shape (folds,)."""
        return np.array([loss(result.predictions) for result in self.results])


def losses_by_row(made: Predictions) -> Floats:
    """Return the proper loss of each row, shape (n,): Brier's, or the squared error."""
    task, name = (
        (Task.regression, "RMSE") if made.proba is None else (Task.classification, "Brier score")
    )
    (metric,) = (one for one in metrics_of(task) if one.name == name)
    return metric.rows(made)[:, 0]


def loss(made: Predictions) -> float:
    """Return the mean proper loss: Brier's score, or the mean squared error."""
    return float(losses_by_row(made).mean())


def agreement(made: Predictions) -> float:
    """Tell how far predictions go with the truth: 0 by chance, whatever the shares of classes.

    Returns
    -------
    float
        The covariance of predicted probabilities and classes, summed over the classes; of
        predictions and quantities, in units of their variance.
    """
    if made.proba is None or made.classes is None:
        y, p = made.y_true.astype(float), made.y_pred.astype(float)
        return float(np.mean((p - p.mean()) * (y - y.mean())) / max(float(y.var()), 1e-300))
    truth = (made.y_true[:, None] == made.classes).astype(float)
    centred = made.proba - made.proba.mean(axis=0)
    return float((centred * (truth - truth.mean(axis=0))).sum(axis=1).mean())
