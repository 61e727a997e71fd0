"""A pipeline that decides by costs: what it predicts follows from its probabilities by a rule."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from ..config import Config
from ..evaluation.costs import cost_matrix
from ..evaluation.metrics import Floats, Predictions


class DecidingPipeline(Pipeline):
    """A pipeline whose predictions follow from its probabilities by a rule of costs.

    Parameters
    ----------
    steps, transform_input, memory, verbose
        As scikit-learn's.
    costs
        Shape (k, k): of predicting class j where i is true; None predicts as the estimator does.
    threshold
        Of the probability of class `positive`; None predicts the class of least expected cost.
    positive
        Index into `classes_`.
    """

    def __init__(
        self,
        steps: list[tuple[str, Any]],
        *,
        costs: Floats | None = None,
        threshold: float | None = None,
        positive: int = 1,
        transform_input: list[str] | None = None,
        memory: Any = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(steps, transform_input=transform_input, memory=memory, verbose=verbose)
        self.costs = costs
        self.threshold = threshold
        self.positive = positive

    def predict(self, X: pd.DataFrame, **params: Any) -> np.ndarray:  # noqa: N803 -- scikit-learn's name
        """Decide for each row; returns labels, shape (n,)."""
        if self.costs is None:
            return np.asarray(super().predict(X, **params))
        return self.decide(self.predict_proba(X))

    def decide(self, proba: Floats) -> np.ndarray:
        """Decide by probabilities, shape (n, k); without costs for the likeliest class."""
        if self.costs is None:
            return np.asarray(self.classes_[proba.argmax(axis=1)])
        return np.asarray(self.classes_[choose(proba, self.costs, self.threshold, self.positive)])


def by_costs(said: Predictions, config: Config) -> Predictions:
    """Decide by the configured costs where there are any: for each row, what is cheapest to expect.

    Models that are compared or searched are scored so; only the one that is trained has its
    threshold tuned. Predictions without probabilities stay as they are.

    Raises
    ------
    ConfigError
        When the costs don't fit the classes.
    """
    costs = config.evaluation.costs
    if costs is None or said.proba is None or said.classes is None:
        return said
    matrix = cost_matrix(costs, said.classes)
    return replace(said, y_pred=said.classes[choose(said.proba, matrix, None, 0)])


def choose(proba: Floats, costs: Floats, threshold: float | None, positive: int) -> np.ndarray:
    """Return the index of the class to predict for each row; shape (n,)."""
    if threshold is None:
        return np.asarray((proba @ costs).argmin(axis=1))
    return np.where(proba[:, positive] >= threshold, positive, 1 - positive)
