"""Test in which parts of the table production fares otherwise than validation did."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..config import Config
from ..evaluation.intervals import Estimate
from ..evaluation.metrics import Predictions
from ..evaluation.slices import losses, mean_loss
from ..evaluation.slicing import cut
from .finding import corrected


@dataclass(frozen=True)
class Moved:
    """A slice in production, against the same slice of the validation rows.

    Attributes
    ----------
    name, rows
        The slice, and its rows in production whose truth has arrived.
    loss, before
        Mean loss with its interval, and that of validation.
    p_value
        Corrected for all slices.
    worse
        Whether it surely is.
    """

    name: str
    rows: int
    loss: Estimate
    before: Estimate
    p_value: float
    worse: bool


def moved(
    old: tuple[pd.DataFrame, Predictions], new: tuple[pd.DataFrame, Predictions], config: Config
) -> tuple[list[Moved], str]:
    """Test every slice; the worst come first, and what the loss is called.

    Parameters
    ----------
    old, new
        Rows and what was said of them: validation, and production.
    config
        Which slices, how many rows they must have on either side, the level.
    """
    features = [name for name in old[0] if name in new[0]]
    table = pd.concat([old[0][features], new[0][features]], ignore_index=True)
    later = np.arange(len(table)) >= len(old[0])
    (before, name), (after, _) = losses(old[1], config.data.task), losses(new[1], config.data.task)
    loss, least = np.concatenate([before, after]), config.methods.slices.min_rows
    made = []
    for one in cut(table, config, paired=False).slices:
        first, last = loss[one.mask & ~later], loss[one.mask & later]
        if min(len(first), len(last)) >= least:
            made.append((one.name, first, last))
    shares = name == "error rate"
    values = corrected([_p_value(first, last, shares) for _, first, last in made])
    found = [
        Moved(
            title, len(last), mean_loss(last, config), mean_loss(first, config), p,
            worse=bool(p < config.backtest.level and last.mean() > first.mean()),
        )
        for (title, first, last), p in zip(made, values, strict=True)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.p_value, one.before.value - one.loss.value)), name


def _p_value(first: np.ndarray, last: np.ndarray, shares: bool) -> float:
    if shares:
        counts = [[int(part.sum()), len(part) - int(part.sum())] for part in (first, last)]
        return float(stats.fisher_exact(counts).pvalue)
    return float(stats.mannwhitneyu(first, last).pvalue)
