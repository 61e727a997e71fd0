"""Test whether two models differ on the same rows, by swapping their predictions at random."""

from collections.abc import Sequence

import numpy as np

from .metrics import Floats, Metric, Predictions

SWAPS = 9_999  # the smallest p-value is one in ten thousand
_FEWEST = 999
_TOSSES = 1_000_000_000  # of all replicates: some ten seconds
_CELLS_AT_ONCE = 20_000_000


def paired_permutation(
    metrics: Sequence[Metric],
    reference: Predictions,
    others: Sequence[Predictions],
    *,
    seed: int,
    swaps: int | None = None,
) -> list[dict[str, float]]:
    """Test each metric of each model against a reference.

    Were two models equally good, it would not matter which of them made which prediction. Each
    replicate swaps the two predictions of every row by the toss of a coin and computes the
    difference anew; the p-value is how often that is at least as large as the one found.

    Parameters
    ----------
    metrics
        What to test.
    reference, others
        Predictions of the same n rows.
    seed
        Of the tosses, which all models share.
    swaps
        Number of replicates; as many as a good test needs where none is given, and fewer where
        there are more than a hundred thousand rows.

    Returns
    -------
    list of dict
        For each of `others`, metric name to p-value: two-sided, uncorrected for the number of
        tests.

    References
    ----------
    Good (2005), Permutation, Parametric and Bootstrap Tests of Hypotheses, chapter 3; Phipson and
    Smyth (2010), on why one is added to the counts.
    """
    rows = len(reference.y_true)
    swaps = swaps or min(SWAPS, max(_FEWEST, _TOSSES // rows))
    ours = {metric.name: metric.rows(reference) for metric in metrics}
    gaps = [{m.name: m.rows(other) - ours[m.name] for m in metrics} for other in others]
    draw = np.random.default_rng(seed)
    extreme = [dict.fromkeys(ours, 0) for _ in others]
    block = max(1, _CELLS_AT_ONCE // rows)
    for start in range(0, swaps, block):
        tosses = draw.integers(0, 2, size=(min(block, swaps - start), rows)).astype(float)
        for counts, gap in zip(extreme, gaps, strict=True):
            for metric in metrics:
                found, drawn = _differences(metric, ours[metric.name], gap[metric.name], tosses)
                # Equal sums in another order differ in their last bits.
                least = abs(found) * (1 - 1e-9) - 1e-12
                counts[metric.name] += int((np.abs(drawn) >= least).sum())
    return [{name: (1 + n) / (swaps + 1) for name, n in counts.items()} for counts in extreme]


def _differences(metric: Metric, ours: Floats, gap: Floats, tosses: Floats) -> tuple[float, Floats]:
    """Return the difference that is found, and that of each replicate, shape (replicates,)."""
    mean, whole = ours.mean(axis=0), gap.mean(axis=0)
    swapped = tosses @ gap / len(gap)
    drawn = metric.combine(mean + swapped) - metric.combine(mean + whole - swapped)
    return float(metric.combine(mean + whole) - metric.combine(mean)), drawn
