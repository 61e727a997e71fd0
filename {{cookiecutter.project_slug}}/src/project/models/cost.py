"""What a model costs: seconds to fit, milliseconds to predict, bytes to keep."""

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
import skops.io
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from .speed import median_ms


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
    one = rows.iloc[:1]
    return Cost(
        fit_s=fit_s,
        row_ms=median_ms(lambda _: fitted.predict(one)),
        batch_ms=median_ms(lambda _: fitted.predict(rows)),
        size=len(skops.io.dumps(fitted)),
    )
