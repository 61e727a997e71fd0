"""Findings, and p-values that are corrected for all that was tested.

The level is the chance of any false alarm in the whole report. It is shared out evenly among the
families of tests, and within a family by Holm's method: many columns don't take from what quality
is tested by.
"""

from dataclasses import dataclass, field

from ..checks.result import Verdict
from ..evaluation.multiple import holm

FAMILIES = ("inputs", "predictions", "quality", "truth", "age", "slices", "coverage")


@dataclass(frozen=True)
class Finding:
    """What was found of one thing that may go wrong.

    Attributes
    ----------
    name, title
        For programs, and for people.
    verdict
        Whether something is wrong at the level.
    evidence
        One sentence with the numbers.
    next_step
        What to do, where something is wrong.
    more
        Further sentences.
    """

    name: str
    title: str
    verdict: Verdict
    evidence: str
    next_step: str = ""
    more: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> bool:
        """Whether it ends the command with 1."""
        return self.verdict is Verdict.failed


def passed(name: str, title: str, evidence: str) -> Finding:
    """Say that nothing is wrong."""
    return Finding(name, title, Verdict.passed, evidence)


def open_(name: str, title: str, evidence: str) -> Finding:
    """Say that nothing can be told."""
    return Finding(name, title, Verdict.inconclusive, evidence)


def failed(
    name: str, title: str, evidence: str, next_step: str, more: list[str] | None = None
) -> Finding:
    """Say what is wrong."""
    return Finding(name, title, Verdict.failed, evidence, next_step, more or [])


def corrected(p_values: list[float]) -> list[float]:
    """Correct the p-values of one family; NaN, where no test was made, stays."""
    return [min(len(FAMILIES) * p, 1.0) for p in holm(p_values)]  # in this order, NaN is kept


def listed(names: list[str], most: int = 3) -> str:
    """Name the first few of some, each once."""
    each = list(dict.fromkeys(names))
    more = f" and {len(each) - most} more" if len(each) > most else ""
    return ", ".join(each[:most]) + more
