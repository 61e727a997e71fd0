"""Tune out of fold the rule by which costs turn probabilities into predictions.

Two classes have a threshold; more have the class with the least expected cost. Both are judged on
rows of the training split that a model was not fitted on, never on other splits.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from ..config import Config
from ..data.load import target
from ..evaluation.costs import bayes_threshold, best_threshold, cost_matrix
from ..evaluation.metrics import Floats
from .crossval import cross_validate
from .deciding import DecidingPipeline, choose
from .folds import configured

EXPECTED, PROBABLE, THRESHOLD = "least expected cost", "most probable", "threshold"


@dataclass(frozen=True)
class OutOfFold:
    """Probabilities of training rows, each by a model that was not fitted on it.

    Attributes
    ----------
    row, fold, round_
        Shape (n,): position in the training split, number of the fold, number of the round. With
        several rounds a row is there several times.
    true, proba
        Index into `classes`, shape (n,), and probabilities, shape (n, k).
    classes
        All classes of the training split, shape (k,).
    """

    row: np.ndarray
    fold: np.ndarray
    round_: np.ndarray
    true: np.ndarray
    proba: Floats
    classes: np.ndarray


@dataclass(frozen=True)
class Decision:
    """A tuned rule.

    Attributes
    ----------
    rule
        One of this module's three words.
    classes, costs
        The labels and their matrix.
    threshold, bayes, positive
        Of two classes: the tuned threshold, the one that exact probabilities would have, and the
        index of the class that it is of: the one that costs more to miss. None with more classes.
    chosen, plain
        Shape (n,): costs of the rows out of fold, by a rule that was tuned on the other folds, and
        by the most probable class.
    row
        Shape (n,): which row of the training split each cost is of.
    """

    rule: str
    classes: np.ndarray
    costs: Floats
    threshold: float | None
    bayes: float | None
    positive: int
    chosen: Floats
    plain: Floats
    row: np.ndarray


def out_of_fold(config: Config, rows: pd.DataFrame, along: np.ndarray | None) -> OutOfFold:
    """Predict the probabilities of the training rows, each by models of other folds.

    Parameters
    ----------
    config
        The model and the folds.
    rows, along
        The training split, and what `data.load.along` returns for it.
    """
    folds = configured(config, rows, along)
    y = target(rows, config.data)
    classes = np.unique(y)
    parts = []
    for number, result in enumerate(cross_validate(config, rows, folds)):
        made, at = result.predictions, result.fold.test
        # A fold may lack a class that the split has.
        proba = np.zeros((len(at), len(classes)))
        proba[:, np.searchsorted(classes, np.asarray(made.classes))] = made.proba
        parts.append((at, np.full(len(at), number), proba))
    row, fold, proba = (np.concatenate(part) for part in zip(*parts, strict=True))
    true = np.searchsorted(classes, y[row])
    return OutOfFold(row, fold, fold // config.evaluation.folds, true, proba, classes)


def tune(config: Config, rows: pd.DataFrame, along: np.ndarray | None) -> Decision:
    """Find the cheapest rule on the training split.

    Parameters
    ----------
    config
        The model, the folds and `evaluation.costs`.
    rows, along
        The training split, and what `data.load.along` returns for it.

    Raises
    ------
    ConfigError
        When the costs don't fit the classes of the rows.
    """
    costs = cost_matrix(config.evaluation.costs or {}, np.unique(target(rows, config.data)))
    return tuned(out_of_fold(config, rows, along), costs)


def tuned(held: OutOfFold, costs: Floats) -> Decision:
    """Find the cheapest rule for some predictions out of fold.

    Its own cost there would flatter it. So each fold is judged by the rule that the other folds of
    its round would have chosen.
    """
    positive = positive_class(costs)
    chosen = np.empty(len(held.true), dtype=int)
    for fold in np.unique(held.fold):
        here = held.fold == fold
        others = ~here & (held.round_ == held.round_[here][0])
        rule, threshold = _cheapest(held, others, costs, positive)
        chosen[here] = _decided(held.proba[here], rule, costs, threshold, positive)
    rule, threshold = _cheapest(held, np.ones(len(held.true), dtype=bool), costs, positive)
    return Decision(
        rule=rule,
        classes=held.classes,
        costs=costs,
        threshold=threshold,
        bayes=bayes_threshold(costs, positive) if len(costs) == 2 else None,
        positive=positive,
        chosen=costs[held.true, chosen],
        plain=costs[held.true, held.proba.argmax(axis=1)],
        row=held.row,
    )


def positive_class(costs: Floats) -> int:
    """Return which of two classes costs more to miss; the second where both cost the same."""
    misses = costs.max(axis=1) - np.diag(costs)
    return int(len(costs) == 2 and misses[1] >= misses[0])


def _cheapest(
    held: OutOfFold, some: np.ndarray, costs: Floats, positive: int
) -> tuple[str, float | None]:
    true, proba = held.true[some], held.proba[some]
    if len(costs) == 2:
        return THRESHOLD, best_threshold(proba[:, positive], true, costs, positive)
    expected, probable = (
        costs[true, _decided(proba, rule, costs, None, positive)].sum()
        for rule in (EXPECTED, PROBABLE)
    )
    return (EXPECTED if expected <= probable else PROBABLE), None


def _decided(
    proba: Floats, rule: str, costs: Floats, threshold: float | None, positive: int
) -> np.ndarray:
    if rule == PROBABLE:
        return np.asarray(proba.argmax(axis=1))
    return choose(proba, costs, threshold, positive)


def deciding(pipeline: Pipeline, decision: Decision) -> Pipeline:
    """Give a fitted pipeline a rule."""
    if decision.rule == PROBABLE:
        return pipeline
    return DecidingPipeline(
        pipeline.steps,
        costs=decision.costs,
        threshold=decision.threshold,
        positive=decision.positive,
    )
