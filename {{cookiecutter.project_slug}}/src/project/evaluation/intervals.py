"""Intervals for metrics and for differences of metrics, from one bootstrap over the rows."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist

import numpy as np

from ..config import Compute, Config
from .metrics import Floats, Metric, Predictions
from .resampling import resample


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval; the bounds are NaN where there is too little data to tell."""

    value: float
    low: float
    high: float

    def __neg__(self) -> "Estimate":
        return Estimate(-self.value, -self.high, -self.low)


def estimate(
    metrics: list[Metric],
    models: dict[str, Predictions],
    *,
    reference: str,
    resamples: int,
    confidence: float,
    seed: int,
    compute: Compute | None = None,
) -> tuple[dict[str, dict[str, Estimate]], dict[str, dict[str, Estimate]]]:
    """Estimate every metric of every model, and its difference from a reference model.

    All share the same resampled rows, so that the differences are paired. Intervals are
    percentiles of the bootstrap, and Wilson's for shares of rows: the bootstrap of a share of
    1.0 would be a point.

    Parameters
    ----------
    metrics, models
        What to compute, and from which predictions; all of the same n rows.
    reference
        The name of the model to compare with.
    resamples, confidence, seed
        Number of bootstrap replicates, coverage of the intervals, seed of the draws.
    compute
        The workers that may help where there is much to draw.

    Returns
    -------
    tuple of dict
        Model name to metric name to estimate: of the figures, and of model minus reference.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13; Wilson (1927),
    J. Am. Stat. Assoc. 22:209.
    """
    cells = {(m, f.name): f.rows(p) for m, p in models.items() for f in metrics}
    replicates = _replicates(
        cells, partial(resample, resamples=resamples, seed=seed, compute=compute)
    )
    figures: dict[str, dict[str, Estimate]] = {}
    gains: dict[str, dict[str, Estimate]] = {}
    for model in models:
        for metric in metrics:
            drawn = metric.combine(replicates[model, metric.name])
            found = figure(metric, cells[model, metric.name], drawn, confidence)
            figures.setdefault(model, {})[metric.name] = found
            if model != reference:
                base = metric.combine(cells[reference, metric.name].mean(axis=0))
                difference = drawn - metric.combine(replicates[reference, metric.name])
                gains.setdefault(model, {})[metric.name] = Estimate(
                    float(found.value - base), *percentiles(difference, confidence)
                )
    return figures, gains


def estimate_by(
    config: Config, metrics: list[Metric], models: dict[str, Predictions], reference: str
) -> tuple[dict[str, dict[str, Estimate]], dict[str, dict[str, Estimate]]]:
    """Return what `estimate` does, by the settings of a configuration."""
    return estimate(
        metrics,
        models,
        reference=reference,
        resamples=config.evaluation.resamples,
        confidence=config.evaluation.confidence,
        seed=config.seed,
        compute=config.compute,
    )


def figure(metric: Metric, cells: Floats, drawn: Floats, confidence: float) -> Estimate:
    """Return a metric of rows, whose `cells` have the shape (n, k), with its interval.

    `drawn` are its bootstrap replicates, shape (resamples,).
    """
    value = float(metric.combine(cells.mean(axis=0)))
    if metric.proportion:
        return Estimate(value, *wilson(value, len(cells), confidence))
    return Estimate(value, *percentiles(drawn, confidence))


def _replicates(
    cells: dict[tuple[str, str], Floats], drawn: Callable[[Floats], Floats]
) -> dict[tuple[str, str], Floats]:
    """Mean of every column over every resample of the rows: shape (resamples, k) for each."""
    ends = np.cumsum([columns.shape[1] for columns in cells.values()])
    means = np.split(drawn(np.hstack(list(cells.values()))), ends[:-1], axis=1)
    return dict(zip(cells, means, strict=True))


def percentiles(drawn: Floats, confidence: float) -> tuple[float, float]:
    """Return the percentile interval of bootstrap replicates, shape (resamples,)."""
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(drawn, [tail, 1.0 - tail])
    return float(low), float(high)


def share(hits: float, rows: int, confidence: float) -> Estimate:
    """Return the share of some rows that are hit with Wilson's interval; NaN without a row."""
    if not rows:
        return Estimate(math.nan, math.nan, math.nan)
    value = float(hits / rows)
    return Estimate(value, *wilson(value, rows, confidence))


def mean(values: Floats, confidence: float) -> Estimate:
    """Return the mean of n values with Student's interval; NaN bounds below two values."""
    # Slow to load, and comparing runs takes the rest of this module alone.
    from scipy import stats

    middle = float(values.mean()) if len(values) else math.nan
    if len(values) < 2:
        return Estimate(middle, math.nan, math.nan)
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    reach = float(stats.t.ppf(0.5 + confidence / 2, len(values) - 1)) * error
    return Estimate(middle, middle - reach, middle + reach)


def wilson(share: float, rows: int, confidence: float) -> tuple[float, float]:
    """Return Wilson's interval for a share of some rows."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2.0)
    centre = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    spread = z / (1 + z * z / rows) * math.sqrt(share * (1 - share) / rows + (z / (2 * rows)) ** 2)
    # At the ends the bound is exact, and rounding must not move it.
    return (
        0.0 if share <= 0 else max(0.0, centre - spread),
        1.0 if share >= 1 else min(1.0, centre + spread),
    )
