"""What a model costs: seconds to fit, milliseconds to predict, bytes to keep."""

import statistics
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
import skops.io
from sklearn.base import clone
from sklearn.pipeline import Pipeline

_LONG_S = 0.2  # after which no further repetition is timed
_FEWEST, _MOST = 3, 50


@dataclass(frozen=True)
class Cost:
    """What it takes to fit, use and keep a pipeline, measured here, one after the other.

    Attributes
    ----------
    fit_s
        Seconds, with the preprocessing.
    row_ms, batch_ms
        Median milliseconds to predict one row, and all the rows that were given.
    size
        Bytes of the file.
    """

    fit_s: float
    row_ms: float
    batch_ms: float
    size: int


def measure(pipeline: Pipeline, x: pd.DataFrame, y: np.ndarray, rows: pd.DataFrame) -> Cost:
    """Fit a copy of a pipeline, and time what it does.

    Parameters
    ----------
    pipeline
        It stays as it is.
    x, y
        Features and target to fit on, shapes (n, features) and (n,).
    rows
        Features to predict, shape (m, features).
    """
    start = time.perf_counter()
    fitted = clone(pipeline).fit(x, y)
    fit_s = time.perf_counter() - start
    return Cost(
        fit_s=fit_s,
        row_ms=_milliseconds(fitted, rows.iloc[:1]),
        batch_ms=_milliseconds(fitted, rows),
        size=len(skops.io.dumps(fitted)),
    )


def _milliseconds(pipeline: Pipeline, rows: pd.DataFrame) -> float:
    pipeline.predict(rows)  # what is only done once must not count
    times: list[float] = []
    while len(times) < _FEWEST or (sum(times) < _LONG_S and len(times) < _MOST):
        start = time.perf_counter()
        pipeline.predict(rows)
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)
