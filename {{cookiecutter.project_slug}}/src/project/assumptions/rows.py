"""The training rows as the tests see them: a full-rank design, the target, and the model's fit."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ..config import Config
from ..data.config import Data, SplitMethod, Task
from ..data.load import features, target
from ..data.schema import ColumnType
from ..evaluation.metrics import Floats
from ..models.crossval import FoldResult, cross_validate
from ..models.folds import Fold, configured
from ..models.training import Fitted, fit
from .skill import residuals, skill

_CATEGORIES = 20  # of a column that are told apart; all others count as one
BOOSTED = {
    "classification": "sklearn.ensemble.HistGradientBoostingClassifier",
    "regression": "sklearn.ensemble.HistGradientBoostingRegressor",
}
LINEAR = {
    "classification": "sklearn.linear_model.LogisticRegression",
    "regression": "sklearn.linear_model.Ridge",
}


@dataclass(frozen=True)
class Rows:
    """What is looked at: the model's configuration and the training split.

    Attributes
    ----------
    config
        Model, data, seed, folds and confidence.
    frame
        The training split, shape (n, features + 1), in the order of the table.
    along
        What the split goes by beside the features: groups or times, shape (n,), or None.
    """

    config: Config
    frame: pd.DataFrame
    along: npt.NDArray[np.generic] | None

    @property
    def labels(self) -> bool:
        """Whether the target is a class."""
        return self.config.data.task is Task.classification

    @property
    def confidence(self) -> float:
        """Of the intervals."""
        return self.config.evaluation.confidence

    @cached_property
    def y(self) -> npt.NDArray[np.generic]:
        """The target, shape (n,)."""
        return target(self.frame, self.config.data)

    @cached_property
    def design(self) -> Floats:
        """Numbers imputed and scaled, categories one-hot but for one each; shape (n, columns).

        Columns that never vary are left out.
        """
        made = _design(self.config.data).fit_transform(features(self.frame, self.config.data))
        return np.asarray(made[:, made.std(axis=0) > 1e-12], dtype=float)

    @cached_property
    def numbers(self) -> Floats:
        """The columns of numbers alone, imputed and scaled, shape (n, numbers)."""
        names = self.config.data.features(ColumnType.number, ColumnType.integer)
        if not names:
            return np.zeros((len(self.frame), 0))
        scale = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
        made = scale.fit_transform(self.frame[names])
        return np.asarray(made[:, made.std(axis=0) > 1e-12], dtype=float)

    @cached_property
    def fitted(self) -> Fitted:
        """The model, fitted on all the rows."""
        return fit(self.config, self.frame)

    @cached_property
    def prepared(self) -> Floats:
        """What the model's own preprocessing gives, shape (n, columns)."""
        return np.asarray(
            self.fitted.pipeline[:-1].transform(features(self.frame, self.config.data)),
            dtype=float,
        )

    @cached_property
    def folds(self) -> list[Fold]:
        """The folds of evaluation.folds and evaluation.repeats."""
        return configured(self.config, self.frame, self.along)

    @cached_property
    def results(self) -> list[FoldResult]:
        """The model, cross-validated."""
        return list(cross_validate(self.config, self.frame, self.folds))

    @cached_property
    def skill(self) -> Floats:
        """The model's skill in each fold, shape (folds,)."""
        return self._skills(self.results)

    @cached_property
    def boosted(self) -> Floats:
        """The skill of boosted trees, which bend where the data do, in each fold."""
        settings: dict[str, object] = {
            "max_iter": 50,
            "early_stopping": False,
            "random_state": self.config.seed,
        }
        return self._reference(settings, BOOSTED, "boosting")

    @cached_property
    def linear(self) -> Floats:
        """The skill of a linear model in each fold."""
        return self._reference({}, LINEAR, "linear")

    def _reference(self, settings: dict[str, object], kinds: dict[str, str], name: str) -> Floats:
        made: dict[str, Any] = {t: {"_target_": kind, **settings} for t, kind in kinds.items()}
        if name == "linear":
            scale = {"_target_": "sklearn.preprocessing.StandardScaler"}
            made = {
                task: {"_target_": "sklearn.pipeline.make_pipeline", "_args_": [scale, one]}
                for task, one in made.items()
            }
        model = replace(self.config.model, name=name, **made)
        config = replace(self.config, model=model)
        return self._skills(list(cross_validate(config, self.frame, self.folds)))

    def _skills(self, results: list[FoldResult]) -> Floats:
        return np.array([skill(r.predictions, self.y[r.fold.train], self.labels) for r in results])

    @cached_property
    def left_over(self) -> Floats:
        """Truth minus what the fold's model says, shape (m, 1 or classes), in the rows' order.

        Of the first round of folds; rows that no fold tests are left out. By time where the split
        goes by time.
        """
        once = self.results[: self.config.evaluation.folds]
        place = np.concatenate([result.fold.test for result in once])
        rest = np.vstack([residuals(result.predictions, np.unique(self.y)) for result in once])
        return np.asarray(rest[np.argsort(place)][self._in_order(np.sort(place))])

    def _in_order(self, kept: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        if self.along is None or self.config.data.split.method is not SplitMethod.time:
            return np.arange(len(kept))
        order: npt.NDArray[np.intp] = np.argsort(self.along[kept], kind="stable")
        return order


def _design(data: Data) -> ColumnTransformer:
    number = Pipeline([("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    category = Pipeline(
        [
            ("impute", SimpleImputer(strategy="constant", fill_value="(missing)")),
            (
                "encode",
                OneHotEncoder(drop="first", max_categories=_CATEGORIES, sparse_output=False),
            ),
        ]
    )
    return ColumnTransformer(
        [
            ("number", number, data.features(ColumnType.number, ColumnType.integer)),
            ("category", category, data.features(ColumnType.category)),
        ]
    )
