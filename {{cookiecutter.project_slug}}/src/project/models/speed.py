"""Measure how fast a model learns and answers."""

import statistics
import time
from collections.abc import Callable

import pandas as pd
from sklearn.base import BaseEstimator

from ..config import Config
from .iterations import final, iterations
from .training import Fitted, predict

_TURNS, _FEWEST, _ENOUGH_S = 30, 5, 0.3


def speed(fitted: Fitted, rows: pd.DataFrame, config: Config) -> dict[str, float]:
    """Return what the fit did in a second, and how long one row takes.

    Parameters
    ----------
    fitted
        The model, and the seconds of its fit.
    rows
        The rows that it was fitted on, shape (n, features + 1).
    config
        The data's columns.

    Returns
    -------
    dict
        `fit_s`, `rows_per_s`, `latency_ms` of one row, and `iterations_per_s` where the estimator
        has iterations.
    """
    found = {
        "fit_s": fitted.fit_s,
        "rows_per_s": len(rows) / fitted.fit_s,
        "latency_ms": latency_ms(fitted.pipeline, rows, config),
    }
    count = iterations(final(fitted.pipeline)[1])
    return found if count is None else {**found, "iterations_per_s": count / fitted.fit_s}


def latency_ms(model: BaseEstimator, rows: pd.DataFrame, config: Config) -> float:
    """Return the milliseconds that one row takes to be predicted: the median of some turns."""
    one = [rows.iloc[i % len(rows) : i % len(rows) + 1] for i in range(_TURNS)]
    return median_ms(lambda turn: predict(model, one[turn], config))


def median_ms(action: Callable[[int], object]) -> float:
    """Return the median milliseconds of an action, which is called with 0, 1, 2 and so on.

    There are fewer turns of a slow one, and a first one that does not count.
    """
    action(0)
    taken: list[float] = []
    while len(taken) < _TURNS and (len(taken) < _FEWEST or sum(taken) < _ENOUGH_S):
        start = time.perf_counter()
        action(len(taken))
        taken.append(time.perf_counter() - start)
    return 1000 * statistics.median(taken)
