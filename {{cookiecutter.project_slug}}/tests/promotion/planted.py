"""Gates as they are shipped, and models with a fault that a gate is for."""

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

from project.config import Config
from project.evaluation.evaluate import evaluate
from project.evaluation.metrics import Predictions
from project.evaluation.result import MODEL, Evaluation
from project.evaluation.subject import Subject, Table, ask
from project.paths import PROJECT
from project.promotion.config import Gates, load_gates

from ..evaluation.models import fruit, subject

QUICK = (
    "methods.perturbation={noise_sd: [1.0], cell_shares: [0.5]}",
    "methods.explanation={repeats: 1, grid: 3, drawn: 0}",
    "methods.slices={permutations: 299, pairs: false}",
    "methods.calibration.resamples=199",
)


class Faulty(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Answer as another model does, but for one fault.

    Parameters
    ----------
    model
        The other one.
    fault
        "unsure": no probability is below 0.15; "slice": the green ones are answered
        wrong; "slow": 30 ms pass; "" for none.
    """

    def __init__(self, model: Any, fault: str = "") -> None:
        self.model, self.fault = model, fault
        self.classes_ = getattr(model, "classes_", None)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def fit(self, x: pd.DataFrame, y: np.ndarray) -> "Faulty":
        return self

    def predict_proba(self, x: pd.DataFrame) -> np.ndarray:
        proba = np.asarray(self.model.predict_proba(x), dtype=float)
        if self.fault == "unsure":
            proba = 0.15 + 0.7 * proba
        if self.fault == "slice":
            green = (x["colour"] == "green").to_numpy()
            proba[green] = proba[green][:, ::-1]
        if self.fault == "slow":
            time.sleep(0.03)
        return proba

    def predict(self, x: pd.DataFrame) -> np.ndarray:
        values = np.asarray(self.model.predict(x))
        if self.classes_ is not None:
            return values
        if self.fault == "slice":
            values = values + 30.0 * (x["colour"] == "green").to_numpy()
        if self.fault == "slow":
            time.sleep(0.03)
        return values


def shipped(config: Config, **changes: Any) -> Gates:
    """Return the gates as they are shipped, with some changes."""
    return replace(load_gates(config.data.task, PROJECT), **changes)


def examined(
    task: str, fault: str = "", rows: int = 900, *overrides: str
) -> tuple[Config, Subject, Table, Evaluation, dict[str, Predictions]]:
    """Evaluate the configured model with a fault on a third of some fruit."""
    config = fruit(task, *QUICK, *overrides)
    given, table = subject(config, rows)
    given = replace(given, pipeline=Faulty(given.pipeline, fault))
    models = {MODEL: given.pipeline, **given.baselines}
    made = {name: ask(one, table.rows, config.data) for name, one in models.items()}
    return config, given, table, evaluate(given, table, config), made
