"""Metrics, each written as a function of means over rows, which makes resampling cheap.

A metric turns every row into a few numbers and their means into one figure. A bootstrap replicate
then costs one weighted mean and not one more pass over the predictions.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..data.config import Task

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Predictions:
    """What a model said of some rows, and what was true.

    Attributes
    ----------
    y_true, y_pred
        Shape (n,): class labels, or quantities in the target's unit.
    proba
        Shape (n, classes): probabilities in the order of `classes`; None in regression.
    classes
        Shape (classes,): the labels that the model knows; None in regression.
    """

    y_true: npt.NDArray[np.generic]
    y_pred: npt.NDArray[np.generic]
    proba: Floats | None = None
    classes: npt.NDArray[np.generic] | None = None


@dataclass(frozen=True)
class Metric:
    """One figure of merit.

    Attributes
    ----------
    name
        As shown.
    higher_is_better
        The direction.
    rows
        Predictions of n rows to an array of shape (n, k).
    combine
        Means of those k columns, shape (..., k), to figures of shape (...).
    proportion
        Whether the figure is a share of rows, whose interval has a form of its own.
    by_proba
        Whether it needs probabilities.
    """

    name: str
    higher_is_better: bool
    rows: Callable[[Predictions], Floats]
    combine: Callable[[Floats], Floats]
    proportion: bool = False
    by_proba: bool = False

    def value(self, predictions: Predictions) -> float:
        """Return the figure for some predictions."""
        return float(self.combine(self.rows(predictions).mean(axis=0)))


def take(made: Predictions, where: np.ndarray) -> Predictions:
    """Return the predictions of some of the rows, by positions or by a mask."""
    proba = None if made.proba is None else made.proba[where]
    return Predictions(made.y_true[where], made.y_pred[where], proba, made.classes)


def metrics_of(task: Task) -> list[Metric]:
    """Return the metrics of a task; the first is the one to look at first."""
    return CLASSIFICATION if task is Task.classification else REGRESSION


def _first(means: Floats) -> Floats:
    return means[..., 0]


def _correct(p: Predictions) -> Floats:
    return np.asarray(p.y_true == p.y_pred, dtype=float)[:, None]


def _one_hot(labels: npt.NDArray[np.generic], p: Predictions) -> Floats:
    known = np.unique(np.concatenate([np.asarray(p.classes), np.asarray(p.y_true)]))
    return np.asarray(labels[:, None] == known, dtype=float)


def _confusion(p: Predictions) -> Floats:
    """Per class: both true and predicted, true, predicted; shape (n, 3 * classes)."""
    true, predicted = _one_hot(p.y_true, p), _one_hot(p.y_pred, p)
    return np.hstack([true * predicted, true, predicted])


def _balanced_accuracy(means: Floats) -> Floats:
    hit, true, _ = np.split(means, 3, axis=-1)
    present = true > 0
    recall = np.divide(hit, true, out=np.zeros_like(hit), where=present)
    return np.asarray(recall.sum(axis=-1) / present.sum(axis=-1))


def _macro_f1(means: Floats) -> Floats:
    hit, true, predicted = np.split(means, 3, axis=-1)
    seen = true + predicted > 0
    f1 = np.divide(2 * hit, true + predicted, out=np.zeros_like(hit), where=seen)
    return np.asarray(f1.sum(axis=-1) / seen.sum(axis=-1))


def _truth(p: Predictions) -> Floats:
    """One column for each class that the model knows; a row of zeros for any other."""
    return np.asarray(p.y_true[:, None] == np.asarray(p.classes), dtype=float)


def _probability_of_truth(p: Predictions) -> Floats:
    assert p.proba is not None
    return np.asarray((p.proba * _truth(p)).sum(axis=1))


def _log_loss(p: Predictions) -> Floats:
    # The same bound as scikit-learn's: certainty in a falsehood costs much, not infinitely much.
    tiny = np.finfo(float).eps
    return np.asarray(-np.log(np.clip(_probability_of_truth(p), tiny, 1.0))[:, None])


def _brier(p: Predictions) -> Floats:
    assert p.proba is not None
    truth = _truth(p)
    unknown = 1.0 - truth.sum(axis=1)
    return np.asarray((((p.proba - truth) ** 2).sum(axis=1) + unknown)[:, None])


def _error(p: Predictions) -> Floats:
    return np.asarray(p.y_pred.astype(float) - p.y_true.astype(float))


def _r2_rows(p: Predictions) -> Floats:
    y = np.asarray(p.y_true, dtype=float)
    centred = y - y.mean()  # for the sake of rounding; the figure does not depend on it
    return np.column_stack([_error(p) ** 2, centred, centred**2])


def _r2(means: Floats) -> Floats:
    variance = means[..., 2] - means[..., 1] ** 2
    quotient = np.full_like(variance, np.nan)
    np.divide(means[..., 0], variance, out=quotient, where=variance > 0)
    return np.asarray(1.0 - quotient)


CLASSIFICATION = [
    Metric("accuracy", True, _correct, _first, proportion=True),
    Metric("balanced accuracy", True, _confusion, _balanced_accuracy),
    Metric("macro F1", True, _confusion, _macro_f1),
    Metric("log loss", False, _log_loss, _first, by_proba=True),
    Metric("Brier score", False, _brier, _first, by_proba=True),
]
REGRESSION = [
    Metric("MAE", False, lambda p: np.abs(_error(p))[:, None], _first),
    Metric("RMSE", False, lambda p: (_error(p) ** 2)[:, None], lambda m: np.sqrt(m[..., 0])),
    Metric("R2", True, _r2_rows, _r2),
]
