"""Measure how fast a model learns and answers."""

import statistics
import time

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
    """Return the milliseconds that one row takes to be predicted: the median of some turns.

    There are fewer turns for a slow model, and a first one that does not count.
    """
    taken: list[float] = []
    predict(model, rows.head(1), config)
    while len(taken) < _TURNS and (len(taken) < _FEWEST or sum(taken) < _ENOUGH_S):
        place = len(taken) % len(rows)
        row = rows.iloc[place : place + 1]
        start = time.perf_counter()
        predict(model, row, config)
        taken.append(time.perf_counter() - start)
    return 1000 * statistics.median(taken)
