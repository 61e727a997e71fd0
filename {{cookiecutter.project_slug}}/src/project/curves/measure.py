"""Score models on folds: on the rows that they learnt from, and on those held out."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..config import Config
from ..errors import ConfigError
from ..evaluation.intervals import Estimate
from ..evaluation.metrics import Floats, Metric, metrics_of
from ..evaluation.paired import compare
from ..models import crossval
from ..models.folds import Fold


@dataclass(frozen=True)
class Scores:
    """Scores of one model.

    Attributes
    ----------
    train, held_out
        Shape (steps, folds): for each number of rows, or value of a setting.
    rows
        Shape (steps,): mean number of rows that were learnt from.
    test_share
        Rows held out per row for training, at a fold's full size.
    fits, warned
        How many fits there were, and how many of them gave a warning.
    """

    train: Floats
    held_out: Floats
    rows: Floats
    test_share: float
    fits: int
    warned: int


def metric_of(config: Config) -> Metric:
    """Return the metric of the curves.

    Raises
    ------
    ConfigError
        When `curves.metric` is none of the task's.
    """
    known = metrics_of(config.data.task)
    wanted = config.curves.metric or known[0].name
    for metric in known:
        if metric.name == wanted:
            return metric
    raise ConfigError(
        f"curves.metric: there is no '{wanted}' in {config.data.task.value}: choose one of "
        f"{', '.join(m.name for m in known)}"
    )


def measure(
    configs: list[Config], rows: pd.DataFrame, steps: list[list[Fold]], metric: Metric
) -> Scores:
    """Score each step's configuration on each step's folds.

    Parameters
    ----------
    configs
        One for each step, or a single one for all.
    rows
        The training split.
    steps
        Folds, as many in each step, whose rows for testing are the same in all.
    metric
        What to score by.
    """
    train, held_out, sizes, warned = [], [], [], 0
    each = configs * len(steps) if len(configs) == 1 else configs
    for config, folds in zip(each, steps, strict=True):
        seen, unseen = [], []
        for result in crossval.cross_validate(config, rows, folds):
            warned += bool(result.warnings)
            seen.append(metric.value(result.train_predictions))
            unseen.append(metric.value(result.predictions))
        train.append(seen)
        held_out.append(unseen)
        sizes.append(np.mean([len(fold.train) for fold in folds]))
    share = float(np.mean([fold.test_share for fold in steps[-1]]))
    return Scores(
        train=np.array(train),
        held_out=np.array(held_out),
        rows=np.array(sizes),
        test_share=share,
        fits=sum(map(len, steps)),
        warned=warned,
    )


def zero_rule(config: Config, rows: pd.DataFrame, folds: list[Fold], metric: Metric) -> Floats:
    """Score the zero rule on folds; shape (folds,)."""
    return np.array([metric.value(made) for _, made in crossval.zero_rule(config, rows, folds)])


def interval(scores: Floats, metric: Metric, *, test_share: float, confidence: float) -> Estimate:
    """Return the mean of scores over folds, with an interval that their overlap widens.

    The same correction as in `evaluation.paired`, of the mean itself. No bound is better than the
    best score there is, 1 or a loss of 0. Bounds are NaN where all folds agree to the last bit,
    which tells of rounding and not of certainty.
    """
    found = compare(
        scores, np.zeros_like(scores), test_share=test_share, confidence=confidence
    ).difference
    if found.low == found.high:
        return replace(found, low=np.nan, high=np.nan)
    if metric.higher_is_better:
        return replace(found, high=min(found.high, 1.0))
    return replace(found, low=max(found.low, 0.0))
