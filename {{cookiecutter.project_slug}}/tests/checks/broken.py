"""Parts of a model that are wrong in ways people get wrong."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

from project.models.pipeline import build_pipeline


class CentredByBatch(TransformerMixin, BaseEstimator):
    """Subtract the mean of whatever rows come."""

    def fit(self, x: np.ndarray, y: Any = None) -> "CentredByBatch":
        return self

    def transform(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(x - x.mean(axis=0))


class ByPosition(TransformerMixin, BaseEstimator):
    """Give columns the names they had in fit, whatever their order is now."""

    def fit(self, x: pd.DataFrame, y: Any = None) -> "ByPosition":
        self.names_ = list(x.columns)
        return self

    def transform(self, x: pd.DataFrame) -> pd.DataFrame:
        kinds = [cells.dtype == object for _, cells in x.items()]
        order = sorted(range(len(kinds)), key=lambda i: kinds[i])
        wanted = sorted(self.names_, key=lambda name: self.names_.index(name))
        known = [
            name for name in wanted if name.endswith("_mm") or name.endswith("_g") or name == "year"
        ]
        text = [name for name in wanted if name not in known]
        return x.iloc[:, order].set_axis([*known, *text], axis=1)[wanted]


class WithRowNumber(TransformerMixin, BaseEstimator):
    """Let the row's number in the batch in as a feature."""

    def fit(self, x: np.ndarray, y: Any = None) -> "WithRowNumber":
        return self

    def transform(self, x: np.ndarray) -> np.ndarray:
        return np.hstack([x, np.arange(len(x))[:, None]])


_FITTED: dict[int, LogisticRegression] = {}


class KeptInAGlobal(ClassifierMixin, BaseEstimator):
    """Keep what was learnt outside of the object."""

    def fit(self, x: np.ndarray, y: np.ndarray) -> "KeptInAGlobal":
        _FITTED[id(self)] = LogisticRegression(random_state=0).fit(x, y)
        self.classes_ = np.unique(y)
        return self

    def predict(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(self.classes_[self.predict_proba(x).argmax(axis=1)])

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        known = _FITTED.get(id(self))
        even = np.full((len(x), len(self.classes_)), 1 / len(self.classes_))
        return even if known is None else np.asarray(known.predict_proba(x))


def _with(step: BaseEstimator, at: int) -> dict[str, Any]:
    def build(*arguments: Any) -> Pipeline:
        steps = [inner for _, inner in build_pipeline(*arguments).steps]
        return make_pipeline(*steps[:at], step, *steps[at:])

    return {"project.models.training.build_pipeline": build}


def centred_by_batch() -> dict[str, Any]:
    """Centre after the preprocessing."""
    return _with(CentredByBatch(), 1)


def by_position() -> dict[str, Any]:
    """Take columns by their place before the preprocessing."""
    return _with(ByPosition(), 0)


def with_row_number() -> dict[str, Any]:
    """Add the row's number after the preprocessing."""
    return _with(WithRowNumber(), 1)


def kept_in_a_global() -> dict[str, Any]:
    """Put an estimator that can't be stored at the end."""

    def build(*arguments: Any) -> Pipeline:
        return make_pipeline(build_pipeline(*arguments)[0], KeptInAGlobal())

    return {"project.models.training.build_pipeline": build}


def strict_encoder() -> dict[str, Any]:
    """Encode categories without a place for those never seen."""

    def build(model: Any, data: Any) -> Pipeline:
        whole = build_pipeline(model, data)
        (name, numbers, columns), (other, _, categories) = whole[0].transformers
        strict = [(name, numbers, columns), (other, OneHotEncoder(sparse_output=False), categories)]
        return make_pipeline(ColumnTransformer(strict), whole[-1])

    return {"project.models.training.build_pipeline": build}
