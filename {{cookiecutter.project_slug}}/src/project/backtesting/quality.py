"""Test whether quality in production is what it was on the validation rows."""

import math
from dataclasses import dataclass

import numpy as np

from ..config import Config
from ..evaluation.costs import metrics_for
from ..evaluation.intervals import Estimate, percentiles, resample, wilson
from ..evaluation.metrics import Metric, Predictions, take
from ..evaluation.subject import seeded
from .finding import FAMILIES, corrected
from .periods import Period
from .permuting import joined, two_sample


@dataclass(frozen=True)
class Change:
    """A metric in a period, against the validation rows.

    Attributes
    ----------
    metric, period, rows
        `rows` are those whose truth has arrived.
    value, before
        The figure of what was served, and that of the validation rows, with their intervals.
    difference
        Later less before, with its interval.
    p_value
        Corrected for all of the family.
    worse, better
        Whether it surely is.
    """

    metric: str
    period: str
    rows: int
    value: Estimate
    before: Estimate
    difference: Estimate
    p_value: float
    worse: bool
    better: bool


def changes(
    served: Predictions, cut: list[Period], valid: Predictions, config: Config
) -> list[Change]:
    """Test every metric of every period.

    Parameters
    ----------
    served
        Of the rows whose truth has arrived.
    cut
        Periods, as positions among these; only those with enough rows.
    valid
        What the model said of the validation rows.
    config
        The metrics, the level, the seed.
    """
    metrics = metrics_for(config)
    most, level = config.backtest.most_rows, config.backtest.level
    # So many that the smallest p-value can pass all corrections.
    count = math.ceil(2 * len(FAMILIES) * len(metrics) * max(len(cut), 1) / level)
    found, values = [], []
    for period in cut:
        new = take(served, period.places)
        values += two_sample(
            metrics, _thin(valid, most), _thin(new, most), count, seeded(config.seed, period.name)
        )
        found += [(metric, period, *_difference(metric, valid, new, config)) for metric in metrics]
    return [
        _change(metric, period, value, before, difference, p, level)
        for (metric, period, value, before, difference), p in zip(
            found, corrected(values), strict=True
        )
    ]


def _change(
    metric: Metric,
    period: Period,
    value: Estimate,
    before: Estimate,
    difference: Estimate,
    p: float,
    level: float,
) -> Change:
    gain = difference.value if metric.higher_is_better else -difference.value
    sure = p < level
    return Change(
        metric.name, period.name, len(period.places), value, before, difference, p,
        worse=bool(sure and gain < 0), better=bool(sure and gain > 0),
    )  # fmt: skip


def _thin(made: Predictions, most: int) -> Predictions:
    """Return an even part of some predictions, where there are too many."""
    rows = len(made.y_true)
    return made if rows <= most else take(made, np.arange(most) * rows // most)


def _difference(
    metric: Metric, old: Predictions, new: Predictions, config: Config
) -> tuple[Estimate, Estimate, Estimate]:
    """Return a figure, what it was before, and the difference, each with its interval."""
    settings, cut = config.evaluation, len(old.y_true)
    cells = metric.rows(joined(old, new))
    parts = {"new": cells[cut:], "old": cells[:cut]}
    drawn = {
        name: metric.combine(
            resample(part, resamples=settings.resamples, seed=seeded(config.seed, name))
        )
        for name, part in parts.items()
    }
    found = {}
    for name, part in parts.items():
        value = float(metric.combine(part.mean(axis=0)))
        interval = percentiles(drawn[name], settings.confidence)
        if metric.proportion:
            interval = wilson(value, len(part), settings.confidence)
        found[name] = Estimate(value, *interval)
    gap = percentiles(drawn["new"] - drawn["old"], settings.confidence)
    difference = Estimate(found["new"].value - found["old"].value, *gap)
    return found["new"], found["old"], difference
