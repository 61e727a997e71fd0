"""Test whether quality in production is what it was on the validation rows."""

import math
from dataclasses import dataclass

import numpy as np

from ..config import Config
from ..evaluation.costs import metrics_for
from ..evaluation.intervals import Estimate, figure, percentiles
from ..evaluation.metrics import Metric, Predictions, take
from ..evaluation.resampling import resample
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
        made = _estimates(metrics, valid, new, config)
        found += [(metric, period, *one) for metric, one in zip(metrics, made, strict=True)]
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


def _estimates(
    metrics: list[Metric], old: Predictions, new: Predictions, config: Config
) -> list[tuple[Estimate, Estimate, Estimate]]:
    """Return each metric's figure, what it was before, and the difference, with their intervals."""
    settings, cut = config.evaluation, len(old.y_true)
    cells = [metric.rows(joined(old, new)) for metric in metrics]
    ends = np.cumsum([part.shape[1] for part in cells])[:-1]
    whole = np.hstack(cells)
    # One draw of the rows serves all metrics.
    later, earlier = (
        np.split(
            resample(
                part,
                resamples=settings.resamples,
                seed=seeded(config.seed, at),
                compute=config.compute,
            ),
            ends,
            axis=1,
        )
        for at, part in enumerate((whole[cut:], whole[:cut]))
    )
    found = []
    for metric, part, one, two in zip(metrics, cells, later, earlier, strict=True):
        drawn = metric.combine(one), metric.combine(two)
        value, before = (
            figure(metric, rows, made, settings.confidence)
            for rows, made in ((part[cut:], drawn[0]), (part[:cut], drawn[1]))
        )
        gap = percentiles(drawn[0] - drawn[1], settings.confidence)
        found.append((value, before, Estimate(value.value - before.value, *gap)))
    return found
