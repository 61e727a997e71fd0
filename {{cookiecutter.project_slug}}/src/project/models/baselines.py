"""The two baselines that every model stands beside: the zero rule and chance."""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.dummy import DummyClassifier, DummyRegressor

from ..config import Task


class RandomRegressor(RegressorMixin, BaseEstimator):
    """Predict a quantity by drawing one of the training targets at random.

    Parameters
    ----------
    random_state
        Seed of the draws; each call of `predict` draws the same.
    """

    def __init__(self, random_state: int = 0) -> None:
        self.random_state = random_state

    def fit(self, features: pd.DataFrame, target: np.ndarray) -> "RandomRegressor":
        """Remember the targets, shape (n,)."""
        self.targets_ = np.asarray(target)
        return self

    def predict(self, features: pd.DataFrame) -> np.ndarray:
        """Draw a target for each row; returns shape (n,)."""
        draw = np.random.default_rng(self.random_state)
        return draw.choice(self.targets_, size=len(features))


def baselines(task: Task, seed: int) -> dict[str, BaseEstimator]:
    """Return the unfitted baselines of a task, by name."""
    if task is Task.classification:
        return {
            "zero rule": DummyClassifier(strategy="prior"),
            "random": DummyClassifier(strategy="stratified", random_state=seed),
        }
    return {"zero rule": DummyRegressor(strategy="mean"), "random": RandomRegressor(seed)}
