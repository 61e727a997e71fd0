"""Draw the learning curves of one or several models, and say what they tell."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..config import Config
from ..evaluation.intervals import Estimate
from ..evaluation.metrics import Floats, Metric
from ..models.catalog import names, with_model
from ..models.folds import Fold
from ..paths import PROJECT
from . import power
from .diagnosis import Finding, diagnose
from .measure import measure, metric_of, zero_rule
from .outlook import (
    Check,
    Crossing,
    Curve,
    check,
    continued,
    crossings,
    foretell,
    rows_for,
)
from .subsets import folds_of, growing

REFERENCE = "boosting"  # flexible, and hardly in need of tuning


@dataclass(frozen=True)
class Told:
    """What one model's curve tells.

    Attributes
    ----------
    curve
        As measured and fitted.
    twice
        The score with twice the rows of the training split; None for too little data to tell.
    needed
        Rows for `curves.target`; None where there is none, or too little data to tell.
    check
        What the curve's first half would have foretold of its end.
    findings
        What limits the model.
    """

    curve: Curve
    twice: Estimate | None
    needed: Estimate | None
    check: Check | None
    findings: list[Finding]


@dataclass(frozen=True)
class Study:
    """The learning curves of all models, drawn on the same folds.

    Attributes
    ----------
    metric
        The score.
    rows
        Of the training split.
    folds
        How many.
    models
        What each tells.
    crossings
        The leading model against each of the others.
    """

    metric: Metric
    rows: int
    folds: int
    models: list[Told]
    crossings: list[Crossing]


def study(config: Config, rows: pd.DataFrame, along: np.ndarray | None) -> Study:
    """Draw learning curves on the training split.

    Parameters
    ----------
    config
        The model, or those that `curves.models` names, and the folds.
    rows, along
        The training split, and what `data.load.along` returns for it.

    Raises
    ------
    ConfigError, DataError
        When a name is unknown, or there are too few rows.
    """
    metric, sure = metric_of(config), config.evaluation.confidence
    wanted = config.curves.models or [config.model.name]
    configs = [with_model(config, name, PROJECT, "curves.models") for name in wanted]
    folds = folds_of(config, rows, along)
    _, steps = growing(config, rows, along, folds)
    mixing = power.mix(len(folds), config.curves.draws, config.seed)
    curves = [
        continued(
            one.model.name,
            measure([one], rows, steps, metric),
            metric,
            mixing=mixing,
            confidence=sure,
        )
        for one in configs
    ]
    zero = zero_rule(config, rows, steps[-1], metric)
    reference = _reference(config, rows, steps, metric, curves)
    models = []
    for curve in curves:
        other = None if curve.name == REFERENCE else reference
        findings = diagnose(curve.scores, metric, zero=zero, reference=other, confidence=sure)
        early = check(curve, metric, mixing=mixing, confidence=sure) if curve.told else None
        models.append(_told(curve, len(rows), metric, config, early, findings))
    found = crossings(curves, metric, len(rows), confidence=sure)
    return Study(metric, len(rows), len(folds), models, found)


def _told(
    curve: Curve,
    rows: int,
    metric: Metric,
    config: Config,
    early: Check | None,
    findings: list[Finding],
) -> Told:
    sure, goal = config.evaluation.confidence, config.curves.target
    told = Told(curve, None, None, early, findings)
    if not curve.told:
        return told
    needed = None if goal is None else rows_for(curve, goal, metric, sure)
    return replace(told, twice=foretell(curve, 2 * rows, metric, sure), needed=needed)


def _reference(
    config: Config,
    rows: pd.DataFrame,
    steps: list[list[Fold]],
    metric: Metric,
    curves: list[Curve],
) -> Floats | None:
    """Return boosting's held-out scores with all the rows; None where the project has none."""
    for curve in curves:
        if curve.name == REFERENCE:
            return np.asarray(curve.scores.held_out[-1])
    if REFERENCE not in names(PROJECT):
        return None
    reference = with_model(config, REFERENCE, PROJECT, "model")
    return np.asarray(measure([reference], rows, steps[-1:], metric).held_out[-1])
