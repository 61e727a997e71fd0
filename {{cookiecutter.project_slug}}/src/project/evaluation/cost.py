"""Cost: how long a prediction takes, how much memory, and what a million of them cost.

Measured here and now, in this one process with one thread; no part of any fingerprint.
"""

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from ..config import Config
from ..data.config import Task
from .intervals import Estimate
from .metrics import Floats

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Cost:
    """What predictions cost.

    Attributes
    ----------
    one_row_ms, batch_ms
        Milliseconds of a call, by percentile ("p50"), with intervals.
    batch_rows
        Rows of a batch.
    rows_per_s
        From the median batch.
    peak_mb, added_mb
        Most memory of the process while it predicted batches, and how much more that is than
        before; NaN where the system does not tell.
    price_per_million
        Of predictions in batches, in `currency`.
    fit_s, artefact_mb
        Seconds of the fit and size of the model's file, where they are known.
    """

    one_row_ms: dict[str, Estimate]
    batch_ms: dict[str, Estimate]
    batch_rows: int
    rows_per_s: Estimate
    peak_mb: float
    added_mb: float
    price_per_million: Estimate
    currency: str
    fit_s: float | None
    artefact_mb: float | None


def measure(pipeline: Any, x: pd.DataFrame, facts: dict[str, float], config: Config) -> Cost:
    """Measure a model on features of shape (n, features).

    Parameters
    ----------
    pipeline, x
        The model; rows, which are repeated where a batch has more.
    facts
        `fit_s` and `artefact_bytes`, where they are known.
    config
        How many calls, of what size, at which price.
    """
    methods, confidence = config.methods.cost, config.evaluation.confidence
    ask = pipeline.predict if config.data.task is Task.regression else pipeline.predict_proba
    rows = [x.iloc[[at % len(x)]] for at in range(methods.calls)]
    batch = x.iloc[np.arange(methods.batch_rows) % len(x)]
    single = _seconds(ask, [rows[0], *rows])[1:]  # the first call warms up
    before = _forget_peak()
    many = _seconds(ask, [batch] * (methods.batches + 1))[1:]
    # Uncleared, it would be that of all that the process has done.
    peak = before if math.isnan(before) else _memory("VmHWM")
    batch_s = quantile_interval(many, 0.5, confidence)
    price = methods.price_per_hour / 3600.0 * 1e6 / methods.batch_rows
    size = facts.get("artefact_bytes")
    return Cost(
        one_row_ms=_percentiles(single, confidence),
        batch_ms=_percentiles(many, confidence),
        batch_rows=methods.batch_rows,
        rows_per_s=Estimate(
            *(methods.batch_rows / s for s in (batch_s.value, batch_s.high, batch_s.low))
        ),
        peak_mb=peak,
        added_mb=peak - before,
        price_per_million=Estimate(*(price * s for s in vars(batch_s).values())),
        currency=methods.currency,
        fit_s=facts.get("fit_s"),
        artefact_mb=None if size is None else size / 1e6,
    )


def _seconds(ask: Any, parts: list[pd.DataFrame]) -> Floats:
    found = []
    for part in parts:
        start = time.perf_counter()
        ask(part)
        found.append(time.perf_counter() - start)
    return np.array(found)


def _percentiles(seconds: Floats, confidence: float) -> dict[str, Estimate]:
    return {
        f"p{share * 100:.0f}": quantile_interval(1000.0 * seconds, share, confidence)
        for share in (0.5, 0.95, 0.99)
    }


def quantile_interval(values: Floats, share: float, confidence: float) -> Estimate:
    """Return a quantile with the interval of order statistics, which assumes no distribution.

    Where there are too few values for an end, it is the smallest or largest of all: the interval
    then covers less often than it should.

    References
    ----------
    David and Nagaraja (2003), Order statistics, section 7.1.
    """
    ordered, count = np.sort(values), len(values)
    tail = (1.0 - confidence) / 2.0
    low = int(stats.binom.ppf(tail, count, share))
    high = int(stats.binom.ppf(1.0 - tail, count, share))
    return Estimate(
        float(np.quantile(ordered, share)),
        float(ordered[max(low - 1, 0)]),
        float(ordered[min(high, count - 1)]),
    )


def _forget_peak() -> float:
    """Let the kernel count the peak anew, and return the memory held now, in MB."""
    try:
        _CLEAR.write_text("5")
    except OSError:
        return math.nan
    return _memory("VmRSS")


def _memory(field: str) -> float:
    for line in _STATUS.read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith(f"{field}:"):
            return float(line.split()[1]) * 1024 / 1e6
    return math.nan
