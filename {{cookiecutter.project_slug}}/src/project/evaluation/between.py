"""Compare runs that predicted the same rows: paired differences with intervals, tested."""

from collections.abc import Sequence
from dataclasses import dataclass

from .intervals import Estimate, estimate
from .metrics import Metric, Predictions
from .multiple import holm
from .permutation import paired_permutation


@dataclass(frozen=True)
class Difference:
    """How a model differs from the reference in one metric.

    Attributes
    ----------
    estimate
        The model's figure minus the reference's, with its interval.
    p_value
        Two-sided, corrected by Holm for all that was tested together.
    """

    estimate: Estimate
    p_value: float


def differences(
    metrics: Sequence[Metric],
    reference: Predictions,
    others: Sequence[Predictions],
    *,
    resamples: int,
    confidence: float,
    seed: int,
) -> list[dict[str, Difference]]:
    """Compare models with a reference, metric by metric, on the same n rows.

    Parameters
    ----------
    metrics
        What to compare them by.
    reference, others
        Predictions of the same rows in the same order.
    resamples, confidence, seed
        Of the bootstrap that gives the intervals; the seed is also that of the permutation test
        that gives the p-values.

    Returns
    -------
    list of dict
        For each of `others`, metric name to difference. Intervals are of one difference each.
    """
    if not others:
        return []
    models = {"": reference, **{str(i): other for i, other in enumerate(others)}}
    _, gains = estimate(
        list(metrics),
        models,
        reference="",
        resamples=resamples,
        confidence=confidence,
        seed=seed,
    )
    tests = paired_permutation(metrics, reference, others, seed=seed)
    corrected = iter(holm([p for test in tests for p in test.values()]))
    return [
        {name: Difference(gains[str(i)][name], next(corrected)) for name in test}
        for i, test in enumerate(tests)
    ]
