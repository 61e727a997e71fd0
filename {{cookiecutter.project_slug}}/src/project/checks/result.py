"""What a check finds."""

import math
from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """What a check says."""

    passed = "pass"
    failed = "fail"
    inconclusive = "inconclusive"


class Failure(Enum):
    """Why models fail, in the words of the lecture notes."""

    theory = "theoretical constraints"
    implementation = "poor implementation"
    hyperparameters = "poor choice of hyperparameters"
    data = "data problems"
    features = "poor choice of features"
    own = "checks of this project"


@dataclass(frozen=True)
class CheckResult:
    """What one check found.

    Attributes
    ----------
    verdict
        None where a p-value decides, since it is corrected for the whole list first.
    evidence
        The number, its interval, the rows or columns.
    p_value
        Of what was seen, or more, if nothing is wrong; None where no chance is involved.
    causes
        What may be behind it, the likeliest first.
    next_step
        What to try.
    rows_needed
        How many rows would tell, where there are too few; None where that is not known.
    """

    verdict: Verdict | None
    evidence: str
    p_value: float | None = None
    causes: tuple[str, ...] = ()
    next_step: str = ""
    rows_needed: int | None = None


def passed(evidence: str) -> CheckResult:
    """Say that nothing is wrong."""
    return CheckResult(Verdict.passed, evidence)


def failed(evidence: str, *, causes: tuple[str, ...], next_step: str) -> CheckResult:
    """Say that something is wrong, surely."""
    return CheckResult(Verdict.failed, evidence, causes=causes, next_step=next_step)


def decided(wrong: bool, evidence: str, *, causes: tuple[str, ...], next_step: str) -> CheckResult:
    """Say that something is wrong or that nothing is, where chance plays no part."""
    return failed(evidence, causes=causes, next_step=next_step) if wrong else passed(evidence)


def weighed(
    p_value: float, evidence: str, *, causes: tuple[str, ...], next_step: str
) -> CheckResult:
    """Leave the verdict to a p-value, which is small where something is wrong."""
    return CheckResult(None, evidence, p_value, causes, next_step)


def unclear(evidence: str, *, rows_needed: float | None = None) -> CheckResult:
    """Say that there is too little to tell.

    Parameters
    ----------
    evidence
        What was seen, and why it does not tell.
    rows_needed
        How many would; NaN or infinity where that can't be said.
    """
    known = rows_needed is not None and math.isfinite(rows_needed)
    rows = math.ceil(rows_needed) if known and rows_needed is not None else None
    return CheckResult(Verdict.inconclusive, evidence, rows_needed=rows)
