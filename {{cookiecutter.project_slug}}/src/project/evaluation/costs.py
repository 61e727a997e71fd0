"""What errors cost: the matrix of conf/evaluation/, the mean per row, the cheapest threshold."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..data.config import Task
from ..errors import ConfigError, DataError
from .metrics import Floats, Metric, Predictions, metrics_of

if TYPE_CHECKING:
    from ..config import Config

Matrix = Mapping[str, Mapping[str, float]]
MEAN_COST = "mean cost"


def metrics_for(config: "Config") -> list[Metric]:
    """Return the metrics of a configuration: those of its task, the mean cost first if it has one.

    Raises
    ------
    ConfigError
        When there are costs, and the task has no classes.
    """
    found, costs = metrics_of(config.data.task), config.evaluation.costs
    if costs is None:
        return found
    if config.data.task is Task.regression:
        raise ConfigError(
            "evaluation.costs are of classes, and the task is regression: set evaluation.costs=null"
        )
    return [Metric(MEAN_COST, False, lambda p: _costs(p, costs), lambda m: m[..., 0]), *found]


def cost_matrix(costs: Matrix, classes: Iterable[str]) -> Floats:
    """Lay out costs as a matrix.

    Parameters
    ----------
    costs
        True class to predicted class to cost; being right costs nothing where it is left out.
    classes
        All that a model may predict, k of them.

    Returns
    -------
    numpy.ndarray
        Shape (k, k): the cost of predicting class j where i is true, in the unit of `costs`.

    Raises
    ------
    ConfigError
        When a cost is missing, or is not above that of being right.
    """
    names = [str(name) for name in classes]
    matrix = np.array([[_cost(costs, true, said, names) for said in names] for true in names])
    for i, j in np.argwhere(matrix <= np.diag(matrix)[:, None]):
        if i != j:
            raise ConfigError(
                f"evaluation.costs: to predict '{names[j]}' where '{names[i]}' is true costs "
                f"{matrix[i, j]:g}, no more than being right ({matrix[i, i]:g}): raise it"
            )
    return matrix


def _cost(costs: Matrix, true: str, said: str, names: list[str]) -> float:
    value = costs.get(true, {}).get(said, 0.0 if true == said else None)
    if value is None:
        raise ConfigError(
            f"evaluation.costs says nothing of predicting '{said}' where '{true}' is true; the "
            f"classes of the data are {', '.join(names)}: give a cost for each pair of them"
        )
    return float(value)


def _costs(p: Predictions, costs: Matrix) -> Floats:
    """Return the cost of each row; shape (n, 1)."""
    true, at_true = np.unique(p.y_true, return_inverse=True)
    said, at_said = np.unique(p.y_pred, return_inverse=True)
    table = np.full((len(true), len(said)), np.nan)
    for i, j in sorted({*zip(at_true.tolist(), at_said.tolist(), strict=True)}):
        here, there = str(true[i]), str(said[j])
        value = costs.get(here, {}).get(there, 0.0 if here == there else None)
        if value is None:
            raise DataError(
                f"there are rows of class '{here}', and evaluation.costs says nothing of "
                f"predicting '{there}' for them: add it"
            )
        table[i, j] = value
    return np.asarray(table[at_true, at_said][:, None])


def bayes_threshold(matrix: Floats, positive: int) -> float:
    """Return the probability from which predicting a class is cheapest, if probabilities hold.

    Parameters
    ----------
    matrix
        Shape (2, 2), as `cost_matrix` makes it.
    positive
        The index of the class whose probability is meant.

    References
    ----------
    Elkan (2001), The foundations of cost-sensitive learning, IJCAI, equation 2.
    """
    negative = 1 - positive
    false_alarm = matrix[negative, positive] - matrix[negative, negative]
    miss = matrix[positive, negative] - matrix[positive, positive]
    return float(false_alarm / (false_alarm + miss))


def best_threshold(scores: Floats, true: np.ndarray, matrix: Floats, positive: int) -> float:
    """Return the threshold with the least cost on some rows.

    Where several are equally cheap, the one nearest to the Bayes threshold.

    Parameters
    ----------
    scores
        Shape (n,): probabilities of the positive class; predicted from the threshold upwards.
    true
        Shape (n,): indices of the true classes.
    matrix, positive
        As `bayes_threshold` takes them.
    """
    bayes = bayes_threshold(matrix, positive)
    order = np.argsort(scores, kind="stable")
    scores, rows = scores[order], matrix[true[order]]
    # Entry i: the i rows with the lowest scores are predicted negative.
    negative = np.concatenate([[0.0], np.cumsum(rows[:, 1 - positive])])
    positives = np.concatenate([np.cumsum(rows[::-1, positive])[::-1], [0.0]])
    total = negative + positives
    possible = np.concatenate([[True], scores[1:] > scores[:-1], [True]])
    above_one = np.nextafter(1.0, 2.0)
    low, high = np.concatenate([[-1.0], scores]), np.concatenate([scores, [above_one]])
    middle = (np.maximum(low, 0.0) + np.minimum(high, 1.0)) / 2.0
    middle = np.where(middle > low, middle, high)  # where nothing lies between two scores
    candidates = np.where((low < bayes) & (bayes <= high), bayes, middle)
    cheapest = possible & (total <= total[possible].min() + 1e-9 * np.abs(matrix).max())
    found = candidates[cheapest]
    return float(found[np.abs(found - bayes).argmin()])
