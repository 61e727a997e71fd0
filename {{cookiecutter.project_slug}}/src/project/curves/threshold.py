"""Follow cost, precision and recall over the threshold, on training rows out of fold."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..config import Config
from ..data.config import Task
from ..data.load import target
from ..errors import ConfigError
from ..evaluation.costs import Matrix, cost_matrix
from ..evaluation.intervals import Estimate, percentiles, wilson
from ..evaluation.metrics import Floats
from ..models.deciding import choose
from ..models.decision import Decision, OutOfFold, out_of_fold, tuned

GRID = np.linspace(0.0, 1.0, 101)
_MOST_ROWS = 10_000  # of an even sample: more would draw the same curves


@dataclass(frozen=True)
class Sweep:
    """What a decision costs, and what else it could be.

    Attributes
    ----------
    decision
        The tuned rule.
    costs_given
        Whether conf/ gives costs; else every error counts as 1.
    rows
        Of the training split that were predicted out of fold.
    cost, saved
        Per row, by a rule that was tuned on the other folds, and what that saves against the most
        probable class.
    curves
        With two classes: "mean cost", "precision" and "recall" at each threshold of `GRID`. NaN
        where a threshold leaves nothing to count.
    same
        Thresholds whose cost is not told apart from that of the tuned one: the lowest and the
        highest of those around it.
    """

    decision: Decision
    costs_given: bool
    rows: int
    cost: Estimate
    saved: Estimate
    curves: dict[str, list[Estimate]]
    same: tuple[float, float] | None


def sweep(config: Config, rows: pd.DataFrame, along: np.ndarray | None) -> Sweep:
    """Tune a rule on the training split and follow what it is chosen from.

    Parameters
    ----------
    config
        The model, the folds, and `evaluation.costs`.
    rows, along
        The training split, and what `data.load.along` returns for it.

    Raises
    ------
    ConfigError
        When the task has no classes, or the costs don't fit them.
    """
    if config.data.task is Task.regression:
        raise ConfigError(
            "the task is regression, and only classes have a threshold: see conf/data.yaml"
        )
    classes = np.unique(target(rows, config.data))
    given: Matrix | None = config.evaluation.costs
    costs = cost_matrix(given or _unit(classes), classes)
    held = out_of_fold(config, rows, along)
    decision = tuned(held, costs)
    draw = np.random.default_rng([config.seed, 29])
    per_row = _by_row(held.row, np.column_stack([decision.chosen, decision.plain]))
    weights = _weights(draw, len(per_row), config.evaluation.resamples)
    sure = config.evaluation.confidence
    cost = _estimate(per_row[:, 0], weights, sure)
    saved = _estimate(per_row[:, 1] - per_row[:, 0], weights, sure)
    curves: dict[str, list[Estimate]] = {}
    same = None
    if decision.threshold is not None:
        curves, same = _curves(held, decision, decision.threshold, weights, sure)
    return Sweep(decision, given is not None, len(per_row), cost, saved, curves, same)


def _unit(classes: np.ndarray) -> dict[str, dict[str, float]]:
    return {str(a): {str(b): float(a != b) for b in classes} for a in classes}


def _by_row(row: np.ndarray, values: Floats) -> Floats:
    """Average over the rounds, so that each row counts once: shape (rows, k)."""
    _, place = np.unique(row, return_inverse=True)
    sums = np.column_stack([np.bincount(place, column) for column in values.T])
    means = sums / np.bincount(place)[:, None]
    return np.asarray(means[:: max(1, len(means) // _MOST_ROWS)])


def _weights(draw: np.random.Generator, rows: int, resamples: int) -> Floats:
    """How often each row is drawn in each resample, as shares: shape (resamples, rows)."""
    return draw.multinomial(rows, np.full(rows, 1.0 / rows), size=resamples) / rows


def _estimate(costs: Floats, weights: Floats, confidence: float) -> Estimate:
    """Estimate a mean over rows, shape (rows,), by the bootstrap."""
    return Estimate(float(costs.mean()), *percentiles(weights @ costs, confidence))


def _curves(
    held: OutOfFold, decision: Decision, tuned_at: float, weights: Floats, confidence: float
) -> tuple[dict[str, list[Estimate]], tuple[float, float]]:
    score, positive = held.proba[:, decision.positive], decision.positive
    true = held.true == positive
    chosen = _costs_at(held, decision, tuned_at)
    curves: dict[str, list[Estimate]] = {"mean cost": [], "precision": [], "recall": []}
    alike = []
    for threshold in GRID:
        said = score >= threshold
        cost = _costs_at(held, decision, threshold)
        cells = np.column_stack([cost, cost - chosen, true & said, said, true]).astype(float)
        rows = _by_row(held.row, cells)
        curves["mean cost"].append(_estimate(rows[:, 0], weights, confidence))
        hit, predicted, there = rows[:, 2:].sum(axis=0).tolist()
        curves["precision"].append(share(hit, predicted, confidence))
        curves["recall"].append(share(hit, there, confidence))
        alike.append(_estimate(rows[:, 1], weights, confidence).low <= 0.0)
    return curves, _around(tuned_at, np.array(alike))


def _costs_at(held: OutOfFold, decision: Decision, threshold: float) -> Floats:
    said = choose(held.proba, decision.costs, threshold, decision.positive)
    return np.asarray(decision.costs[held.true, said])


def share(hits: float, rows: float, confidence: float) -> Estimate:
    """Estimate a share of rows, with Wilson's interval; NaN where there is no row."""
    if rows == 0:
        return Estimate(np.nan, np.nan, np.nan)
    return Estimate(hits / rows, *wilson(hits / rows, max(1, round(rows)), confidence))


def _around(threshold: float, alike: np.ndarray) -> tuple[float, float]:
    """Return the ends of the run of like thresholds that the tuned one lies in."""
    low = high = threshold
    for t, same in zip(GRID[::-1], alike[::-1], strict=True):
        if t < low:
            if not same:
                break
            low = t
    for t, same in zip(GRID, alike, strict=True):
        if t > high:
            if not same:
                break
            high = t
    return float(low), float(high)
