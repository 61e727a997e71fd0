"""Compare models in order of simplicity, and say where more complexity stops paying."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from .intervals import Estimate
from .metrics import Floats, Metric
from .multiple import holm
from .paired import compare


class Verdict(Enum):
    """What a rung is beside the best of the simpler ones."""

    simplest = "the simplest"
    better = "better"
    unclear = "too little data to tell"
    worse = "worse"


@dataclass(frozen=True)
class Versus:
    """A model against a simpler one.

    Attributes
    ----------
    other
        The simpler model.
    gain
        In the metric's unit; positive where the model is the better one.
    p_value
        Two-sided, corrected by Holm for the number of models on the ladder.
    """

    other: str
    gain: Estimate
    p_value: float


@dataclass(frozen=True)
class Rung:
    """One model of the ladder.

    Attributes
    ----------
    model
        Its name.
    scores
        Shape (folds,): the metric, fold by fold.
    score
        Their mean, with an interval that respects the overlap of the folds.
    simplest, best_simpler
        Against the first rung, and against the best of the rungs before it by its mean; None on
        the first.
    verdict
        Against the best simpler one.
    """

    model: str
    scores: Floats
    score: Estimate
    simplest: Versus | None
    best_simpler: Versus | None
    verdict: Verdict


@dataclass(frozen=True)
class Gate:
    """Whether a model may be promoted, and why."""

    passed: bool
    sentence: str


@dataclass(frozen=True)
class Ladder:
    """All rungs, in order of simplicity, and the metric that they were compared by."""

    metric: Metric
    rungs: list[Rung]

    @property
    def pays(self) -> Rung:
        """The last rung that surely beats the best simpler one; the first where none does."""
        better = [rung for rung in self.rungs if rung.verdict is Verdict.better]
        return better[-1] if better else self.rungs[0]


def climb(
    scores: dict[str, Floats], metric: Metric, *, test_share: float, confidence: float
) -> Ladder:
    """Compare models over the same folds.

    Each model is tested twice, against the simplest and against the best of the simpler ones, by
    the corrected resampled t-test. Each of the two series of tests is corrected by Holm's method
    for the number of models.

    Parameters
    ----------
    scores
        Model to its score in each fold, shape (folds,), in order of simplicity.
    metric
        What was scored, for its direction.
    test_share
        Rows for testing per row for training.
    confidence
        Of the intervals; a p-value below one minus this counts as a difference.

    References
    ----------
    Nadeau and Bengio (2003), Inference for the generalization error, Machine Learning 52:239;
    Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    names = list(scores)
    sign = 1.0 if metric.higher_is_better else -1.0
    gains = {name: sign * np.asarray(values, dtype=float) for name, values in scores.items()}
    best = [max(names[:i], key=lambda n: gains[n].mean()) for i in range(1, len(names))]

    def versus(others: Sequence[str]) -> list[Versus | None]:
        found = [
            compare(gains[name], gains[other], test_share=test_share, confidence=confidence)
            for name, other in zip(names[1:], others, strict=True)
        ]
        corrected = holm([one.p_value for one in found])
        each = zip(others, found, corrected, strict=True)
        return [None, *(Versus(other, one.difference, p) for other, one, p in each)]

    against = zip(versus([names[0]] * len(best)), versus(best), strict=True)
    rungs = [
        Rung(
            model=name,
            scores=scores[name],
            score=compare(
                scores[name], 0.0 * scores[name], test_share=test_share, confidence=confidence
            ).difference,
            simplest=simplest,
            best_simpler=simpler,
            verdict=_verdict(simpler, 1.0 - confidence),
        )
        for name, (simplest, simpler) in zip(names, against, strict=True)
    ]
    return Ladder(metric, rungs)


def gate(ladder: Ladder, model: str, *, confidence: float) -> Gate:
    """Say whether a model of a ladder may be promoted: only if it surely beats the simplest.

    Parameters
    ----------
    ladder, model
        The comparison, and the name of one of its rungs.
    confidence
        How sure it must be.
    """
    (rung,) = [rung for rung in ladder.rungs if rung.model == model]
    if rung.simplest is None:
        return Gate(False, f"{model} is the simplest model itself, and beats nothing")
    gain, name = rung.simplest.gain, ladder.metric.name
    word, apart = ("worse", -gain) if gain.value < 0 else ("better", gain)
    said = (
        f"{word} by {apart.value:.3g} [{apart.low:.3g}, {apart.high:.3g}] in {name}, "
        f"corrected p {rung.simplest.p_value:.2g}"
    )
    verdict = _verdict(rung.simplest, 1.0 - confidence)
    if verdict is Verdict.better:
        return Gate(True, f"{model} beats {rung.simplest.other}: {said}")
    if verdict is Verdict.worse:
        return Gate(False, f"{model} is worse than {rung.simplest.other}: {said}")
    return Gate(
        False, f"too little data to tell whether {model} beats {rung.simplest.other}: {said}"
    )


def _verdict(versus: Versus | None, level: float) -> Verdict:
    if versus is None:
        return Verdict.simplest
    if math.isnan(versus.p_value) or versus.p_value >= level:
        return Verdict.unclear
    return Verdict.better if versus.gain.value > 0 else Verdict.worse
