"""Test whether quality in production is what it was on the validation rows."""

import math
from dataclasses import dataclass

import numpy as np

from ..config import Config
from ..evaluation.costs import metrics_for
from ..evaluation.intervals import Estimate, percentiles, resample, wilson
from ..evaluation.metrics import Floats, Metric, Predictions, take
from ..evaluation.subject import seeded
from .finding import FAMILIES, corrected
from .periods import Period

_FIRST = 999  # permutations; where few of them are as extreme, as many as the level takes
_FEW = 20
_CELLS_AT_ONCE = 5_000_000
_TOSSES = 1_000_000_000  # of all permutations of a period, at most


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
        new = take(served, period.at)
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
        metric.name, period.name, len(period.at), value, before, difference, p,
        worse=bool(sure and gain < 0), better=bool(sure and gain > 0),
    )  # fmt: skip


def two_sample(
    metrics: list[Metric], old: Predictions, new: Predictions, count: int, seed: int
) -> list[float]:
    """Test each metric by dealing out the rows of two samples anew.

    Parameters
    ----------
    metrics
        What to compare.
    old, new
        Predictions of n and m other rows.
    count
        Permutations, where a p-value is small; fewer elsewhere.
    seed
        Of the permutations.

    Returns
    -------
    list of float
        Two-sided p-values, uncorrected: exact whatever the metric and however small the samples.

    References
    ----------
    Good (2005), Permutation, Parametric and Bootstrap Tests of Hypotheses, chapter 3; Besag and
    Clifford (1991), Sequential Monte Carlo p-values.
    """
    both = _joined(old, new)
    rows, here = len(both.y_true), len(new.y_true)
    cells = [metric.rows(both) for metric in metrics]
    draw = np.random.default_rng(seed)

    def extreme(permutations: int) -> np.ndarray:
        found, done = np.zeros(len(metrics), dtype=int), 0
        while done < permutations:
            block = min(permutations - done, max(1, _CELLS_AT_ONCE // rows))
            dealt = _dealt(draw, block, rows, here)
            parts = zip(metrics, cells, strict=True)
            found += [_extreme(metric, part, dealt, here) for metric, part in parts]
            done += block
        return found

    first = extreme(_FIRST)
    rough = (1 + first) / (1 + _FIRST)
    if (first > _FEW).all():
        return [float(p) for p in rough]
    last = max(_FIRST, min(count, _TOSSES // rows))
    fine = (1 + extreme(last)) / (1 + last)
    return [float(p) for p in np.where(first > _FEW, rough, fine)]


def _dealt(draw: np.random.Generator, count: int, rows: int, here: int) -> Floats:
    """Draw which rows are the later ones in each permutation, shape (count, rows) of 0 and 1."""
    mask = np.zeros((count, rows))
    mask[:, :here] = 1.0
    return draw.permuted(mask, axis=1)


def _extreme(metric: Metric, cells: Floats, dealt: Floats, here: int) -> int:
    """Count the permutations in which a metric differs as much as it was found to, or more."""
    there = len(cells) - here
    whole = cells.sum(axis=0)
    found = metric.combine(cells[there:].mean(axis=0)) - metric.combine(cells[:there].mean(axis=0))
    sums = dealt @ cells
    drawn = metric.combine(sums / here) - metric.combine((whole - sums) / there)
    # Equal sums in another order differ in their last bits; what can't be computed counts, too.
    return int((~(np.abs(drawn) < abs(float(found)) * (1 - 1e-9) - 1e-12)).sum())


def _joined(old: Predictions, new: Predictions) -> Predictions:
    def both(one: np.ndarray | None, two: np.ndarray | None) -> np.ndarray | None:
        return None if one is None or two is None else np.concatenate([one, two])

    true, pred = both(old.y_true, new.y_true), both(old.y_pred, new.y_pred)
    assert true is not None
    assert pred is not None
    return Predictions(true, pred, both(old.proba, new.proba), old.classes)


def _thin(made: Predictions, most: int) -> Predictions:
    """Return an even part of some predictions, where there are too many."""
    rows = len(made.y_true)
    return made if rows <= most else take(made, np.arange(most) * rows // most)


def _difference(
    metric: Metric, old: Predictions, new: Predictions, config: Config
) -> tuple[Estimate, Estimate, Estimate]:
    """Return a figure, what it was before, and the difference, each with its interval."""
    settings, cut = config.evaluation, len(old.y_true)
    cells = metric.rows(_joined(old, new))
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
