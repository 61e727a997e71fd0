"""How well a model predicts beside the zero rule, and what it leaves over."""

import numpy as np
import numpy.typing as npt

from ..evaluation.metrics import Floats, Predictions


def skill(predicted: Predictions, seen: npt.NDArray[np.generic], labels: bool) -> float:
    """Return the share of the zero rule's squared error that a model takes away.

    Of probabilities (Brier's score) where there are classes. 1 is perfect, 0 no better than the
    zero rule of the rows that the model was fitted on.
    """
    if not labels:
        truth = predicted.y_true.astype(float)
        error = ((predicted.y_pred.astype(float) - truth) ** 2).mean()
        zero = ((seen.astype(float).mean() - truth) ** 2).mean()
        return float(1 - error / zero) if zero > 0 else 0.0
    classes, counts = np.unique(seen, return_counts=True)
    truth = (predicted.y_true[:, None] == classes).astype(float)
    zero = ((counts / counts.sum() - truth) ** 2).sum(axis=1).mean()
    error = ((np.asarray(predicted.proba) - truth) ** 2).sum(axis=1).mean()
    return float(1 - error / zero) if zero > 0 else 0.0


def residuals(predicted: Predictions, classes: npt.NDArray[np.generic]) -> Floats:
    """Return truth minus prediction, shape (n, 1), or minus probability, shape (n, classes)."""
    if predicted.proba is None or predicted.classes is None:
        rest = predicted.y_true.astype(float) - predicted.y_pred.astype(float)
        return np.asarray(rest[:, None])
    said = np.zeros((len(predicted.y_true), len(classes)))
    said[:, np.searchsorted(classes, predicted.classes)] = predicted.proba
    return np.asarray((predicted.y_true[:, None] == classes).astype(float) - said)
