"""Test metrics of two samples of rows by dealing the rows out anew."""

import numpy as np

from ..evaluation.metrics import Floats, Metric, Predictions

_FIRST = 999  # permutations; where few of them are as extreme, as many as the level takes
_FEW = 20
_CELLS_AT_ONCE = 5_000_000
_TOSSES = 1_000_000_000  # of all permutations of a period, at most


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
    both = joined(old, new)
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


def joined(old: Predictions, new: Predictions) -> Predictions:
    """Put the predictions of two samples together."""
    proba = None
    if old.proba is not None and new.proba is not None:
        proba = np.concatenate([old.proba, new.proba])
    true, pred = (
        np.concatenate(pair) for pair in ((old.y_true, new.y_true), (old.y_pred, new.y_pred))
    )
    return Predictions(true, pred, proba, old.classes)
