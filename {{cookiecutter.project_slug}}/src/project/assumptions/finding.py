"""What a test of an assumption found, and how that becomes a verdict."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from scipy import stats
from scipy.optimize import brentq

from ..evaluation.intervals import Estimate
from ..evaluation.multiple import holm

LEVEL = 0.05  # of a false alarm among all tests of a report
NAN = math.nan


class Verdict(Enum):
    """What is known of an assumption."""

    holds = "holds"
    violated = "violated"
    untold = "too little data to tell"
    untestable = "not testable"


@dataclass(frozen=True)
class Finding:
    """The outcome of one test.

    Attributes
    ----------
    evidence
        What was measured, in words: a figure follows it.
    effect
        How far the assumption is off, with its interval; NaN bounds where nothing is estimated.
    margin
        An effect below it is too small to matter.
    p_value
        Of no effect; NaN where the figure is a fact of these rows and nothing is inferred.
    reason
        Why nothing could be tested; empty where something was.
    verdict
        Set by `judge`.
    p_corrected
        For all tests of a report, by Holm's method; set by `judge`.
    """

    evidence: str
    effect: Estimate
    margin: float
    p_value: float = NAN
    reason: str = ""
    verdict: Verdict = Verdict.untold
    p_corrected: float = NAN


def untestable(reason: str) -> Finding:
    """Return the finding that nothing can be tested, and why."""
    return Finding("", Estimate(NAN, NAN, NAN), NAN, reason=reason, verdict=Verdict.untestable)


def fact(evidence: str, value: float, margin: float) -> Finding:
    """Return a figure that is a fact of these rows: above the margin the assumption is violated."""
    return Finding(evidence, Estimate(value, NAN, NAN), margin)


def judge(findings: Sequence[Finding]) -> list[Finding]:
    """Correct p-values for their number and give each finding its verdict.

    Violated: surely there (p corrected below `LEVEL`), and at least as large as the margin. Holds:
    the whole interval lies below the margin, so that it is surely too small to matter. Else there
    is too little data to tell.
    """
    tested = [f.p_value for f in findings if not math.isnan(f.p_value)]
    corrected = iter(holm(tested) if tested else [])
    return [_judged(f, NAN if math.isnan(f.p_value) else next(corrected)) for f in findings]


def _judged(found: Finding, p: float) -> Finding:
    if found.verdict is Verdict.untestable:
        return found
    effect = found.effect
    if math.isnan(p) and math.isnan(effect.low):
        off = effect.value > found.margin
        verdict = Verdict.violated if off else Verdict.holds
        return replace(found, verdict=Verdict.untold if math.isnan(effect.value) else verdict)
    sure = p < LEVEL if not math.isnan(p) else effect.low > found.margin
    if sure and effect.value >= found.margin:
        verdict = Verdict.violated
    else:
        verdict = Verdict.holds if effect.high < found.margin else Verdict.untold
    return replace(found, verdict=verdict, p_corrected=p)


def share_explained(f: float, *, of: int, left: int, confidence: float) -> Estimate:
    """Turn an F statistic into the share of variance that its terms explain, with an interval.

    Parameters
    ----------
    f
        The statistic.
    of, left
        Degrees of freedom of its terms and of the residuals.
    confidence
        Of the interval, which inverts the noncentral F distribution.

    References
    ----------
    Steiger (2004), Beyond the F test, Psychological Methods 9:164.
    """
    if math.isinf(f):
        return Estimate(1.0, 1.0, 1.0)
    tail, size = (1 - confidence) / 2, of + left + 1

    def centre(chance: float) -> float:
        if stats.f.cdf(f, of, left) <= chance:
            return 0.0
        most = 10.0 * (1 + f * of)
        while stats.ncf.cdf(f, of, left, most) > chance:
            most *= 2
        return float(brentq(lambda c: stats.ncf.cdf(f, of, left, c) - chance, 1e-9, most))

    low, high = centre(1 - tail), centre(tail)
    value = of * f / (of * f + left)
    return Estimate(value, min(low / (low + size), value), max(high / (high + size), value))


def correlation(r: float, rows: int, confidence: float) -> Estimate:
    """Return a correlation with Fisher's interval, as a size without sign."""
    if rows < 4:
        return Estimate(abs(r), NAN, NAN)
    reach = float(stats.norm.ppf(0.5 + confidence / 2)) / math.sqrt(rows - 3)
    centre = math.atanh(min(abs(r), 1 - 1e-12))
    return Estimate(abs(r), max(0.0, math.tanh(centre - reach)), math.tanh(centre + reach))
