"""Say in words what limits a model: bias, variance or the number of rows.

The labels inform; they are no verdict. A gap between training and held-out scores is no fault by
itself: the better of two models often has the larger one.
"""

from dataclasses import dataclass

import numpy as np

from ..evaluation.metrics import Floats, Metric
from ..evaluation.multiple import holm
from ..evaluation.paired import Paired, compare
from .measure import Scores
from .outlook import losses_of


@dataclass(frozen=True)
class Finding:
    """One test of a learning curve.

    Attributes
    ----------
    label
        Such as "variance".
    there
        Whether the test finds it.
    words
        What was found, and what to do about it.
    test
        The difference of losses with its interval; `p` is corrected for the number of tests.
    p
        NaN where the folds are too few.
    """

    label: str
    there: bool
    words: str
    test: Paired
    p: float


_WORDS = {
    "no signal": (
        "It is not shown to be better than the zero rule: look at the features, or for a mistake.",
        "It is better than the zero rule.",
    ),
    "bias": (
        "Even on its own training rows it is worse than boosting is on rows it has not seen: it is "
        "too simple for this table. Try a more flexible model, weaker regularisation or more "
        "features.",
        "It is not shown to be too simple: boosting does no better on held-out rows than it does "
        "on its training rows.",
    ),
    "variance": (
        "It does better on rows it has learnt from than on others. Stronger regularisation, fewer "
        "features or more rows may help; a gap alone is no fault.",
        "It does about as well on other rows as on those it has learnt from.",
    ),
    "more rows help": (
        "The second half of the rows has still made it better: more of them would, too.",
        "The second half of the rows has not measurably made it better.",
    ),
}


def diagnose(
    scores: Scores,
    metric: Metric,
    *,
    zero: Floats,
    reference: Floats | None,
    confidence: float,
) -> list[Finding]:
    """Test a learning curve for what limits the model.

    Parameters
    ----------
    scores
        The curve.
    metric
        What it is a curve of.
    zero
        Shape (folds,): the zero rule's scores on the same held-out rows.
    reference
        Shape (folds,): those of boosting; None where the model is boosting itself.
    confidence
        One minus the level of all tests together.
    """
    train, held = losses_of(scores.train[-1], metric), losses_of(scores.held_out, metric)
    half = int(np.abs(scores.rows - scores.rows[-1] / 2).argmin())
    pairs = {"no signal": (losses_of(zero, metric), held[-1])}
    if reference is not None:
        pairs["bias"] = (train, losses_of(reference, metric))
    pairs |= {"variance": (held[-1], train), "more rows help": (held[half], held[-1])}
    tests = {
        label: compare(one, two, test_share=scores.test_share, confidence=confidence)
        for label, (one, two) in pairs.items()
    }
    corrected = holm([1.0 if np.isnan(t.p_value) else t.p_value for t in tests.values()])
    findings = []
    for (label, test), p in zip(tests.items(), corrected, strict=True):
        above = p < 1 - confidence and test.difference.value > 0
        there = not above if label == "no signal" else above
        findings.append(Finding(label, there, _WORDS[label][not there], test, p))
    return findings
