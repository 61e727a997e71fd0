"""Score a model over the values of one setting, and say where it under- or overfits."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..config import Config
from ..evaluation.metrics import Metric
from ..evaluation.multiple import holm
from ..evaluation.paired import compare
from ..tuning.space import applied
from .measure import Scores, measure, metric_of
from .outlook import losses_of
from .setting import grid, setting
from .subsets import folds_of

SAME, UNDER, OVER = "not told apart from the best", "underfits", "overfits"


@dataclass(frozen=True)
class ValidationCurve:
    """Scores over the values of one setting.

    Attributes
    ----------
    key
        The setting, as ARGS names it.
    metric
        The score.
    settings
        In rising order where they are numbers.
    configured
        The value that conf/ and ARGS give.
    scores
        One step for each value.
    best
        Index of the value with the best mean on held-out rows.
    labels
        For each value one of this module's three words.
    boundary
        Whether the best value is the first or the last, so that a better one may lie beyond.
    folds
        How many.
    """

    key: str
    metric: Metric
    settings: list[Any]
    configured: Any
    scores: Scores
    best: int
    labels: list[str]
    boundary: bool
    folds: int


def validation_curve(
    config: Config, rows: pd.DataFrame, along: np.ndarray | None
) -> ValidationCurve:
    """Score the configured model over `curves.values` of `curves.over`.

    Parameters
    ----------
    config
        The model, the setting and the folds.
    rows, along
        The training split, and what `data.load.along` returns for it.

    Raises
    ------
    ConfigError
        When no such setting is known, or its values must be given.
    """
    metric = metric_of(config)
    key, now = setting(config)
    given = config.curves.values  # noqa: PD011 -- a list of the configuration, not pandas
    values = given or grid(key, now, config.curves.points)
    ordered = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    values = sorted(set(values)) if ordered else list(values)
    folds = folds_of(config, rows, along)
    configs = [applied(config, {key: value}) for value in values]
    scores = measure(configs, rows, [folds] * len(values), metric)
    losses = losses_of(scores.held_out, metric)
    best = int(losses.mean(axis=1).argmin())
    return ValidationCurve(
        key=key,
        metric=metric,
        settings=values,
        configured=now,
        scores=scores,
        best=best,
        labels=labels(scores, metric, best, config.evaluation.confidence),
        boundary=ordered and best in (0, len(values) - 1),
        folds=len(folds),
    )


def labels(scores: Scores, metric: Metric, best: int, confidence: float) -> list[str]:
    """Say of each value whether it is surely worse than the best, and in which way.

    Worse on held-out rows and on training rows, too: it underfits. Worse on held-out rows alone: it
    overfits. Corrected for the number of tests.
    """
    share, others = scores.test_share, [i for i in range(len(scores.rows)) if i != best]
    tests = [
        compare(losses[i], losses[best], test_share=share, confidence=confidence)
        for losses in (losses_of(scores.held_out, metric), losses_of(scores.train, metric))
        for i in others
    ]
    corrected = holm([1.0 if np.isnan(t.p_value) else t.p_value for t in tests])
    worse = [
        p < 1 - confidence and test.difference.value > 0
        for p, test in zip(corrected, tests, strict=True)
    ]
    found = [SAME] * len(scores.rows)
    for place, i in enumerate(others):
        if worse[place]:
            found[i] = UNDER if worse[len(others) + place] else OVER
    return found
