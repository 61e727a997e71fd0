"""The baselines that every model stands beside: the zero rule, chance and one learnt rule."""

from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin, is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from ..config import Config, Encode, Scale
from ..data.config import Data, Task
from ..data.schema import ColumnType
from .pipeline import prepare

RULE = "one rule"


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


def baselines(config: Config) -> dict[str, BaseEstimator]:
    """Return the unfitted baselines of a task, by name.

    They are the zero rule, chance, and a heuristic: one rule on one column.
    """
    seed, data = config.seed, config.data
    # In the table's own units, so that the rule can be read.
    seen = replace(config.model.preprocessing, scale=Scale.none, encode=Encode.onehot)
    if data.task is Task.classification:
        zero, chance = (
            DummyClassifier(strategy=strategy, random_state=seed)
            for strategy in ("prior", "stratified")
        )
        rule = DecisionTreeClassifier(max_depth=1, random_state=seed)
    else:
        zero, chance = DummyRegressor(strategy="mean"), RandomRegressor(seed)
        rule = DecisionTreeRegressor(max_depth=1, random_state=seed)
    heuristic = Pipeline([("prepare", prepare(seen, data)), ("model", rule)])
    return {"zero rule": zero, "random": chance, RULE: heuristic}


def rule_text(fitted: Pipeline, data: Data) -> str:
    """Write the one rule that was learnt, such as "size ≤ 5.3: plum, else apple"."""
    model = fitted.named_steps["model"]
    tree = model.tree_
    outcomes = [
        str(model.classes_[value[0].argmax()]) if is_classifier(model) else f"{value[0, 0]:.4g}"
        for value in tree.value
    ]
    if tree.node_count == 1:
        return f"always {outcomes[0]}"
    column = fitted.named_steps["prepare"].get_feature_names_out()[tree.feature[0]]
    low, high = (outcomes[tree.children_left[0]], outcomes[tree.children_right[0]])
    for name in data.features(ColumnType.category):
        if column.startswith(f"{name}_"):
            return f"{name} is {column.removeprefix(f'{name}_')}: {high}, else {low}"
    return f"{column} ≤ {tree.threshold[0]:.4g}: {low}, else {high}"
