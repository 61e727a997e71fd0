"""Run the checks, and decide what is an alarm in the light of how many there are."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..errors import ConfigError
from ..evaluation.multiple import holm
from .case import Case
from .config import Checks
from .registry import Check
from .result import CheckResult, Verdict


@dataclass(frozen=True)
class Finding:
    """A check, what it found, and what follows.

    Attributes
    ----------
    check, result
        Which, and what it found.
    verdict
        With p-values corrected by Holm's method over the whole list.
    p_corrected
        None where no chance is involved.
    seconds
        That it took.
    waiver
        Why a fail does not matter here; empty where it does.
    """

    check: Check
    result: CheckResult
    verdict: Verdict
    p_corrected: float | None
    seconds: float
    waiver: str

    @property
    def alarm(self) -> bool:
        """Whether something is wrong that nobody has waived."""
        return self.verdict is Verdict.failed and not self.waiver


def refuse_unknown(waivers: dict[str, str], checks: Sequence[Check]) -> None:
    """Refuse a waiver of a check that is not there.

    Raises
    ------
    ConfigError
        Which lists the names.
    """
    known = [check.name for check in checks]
    for name in waivers:
        if name not in known:
            raise ConfigError(
                f"conf/checks.yaml waives '{name}', and there is no such check: the names are "
                f"{', '.join(known)}"
            )


def run(checks: Sequence[Check], case: Case) -> Iterator[tuple[Check, CheckResult, float]]:
    """Run checks one after the other; each comes with the seconds it took."""
    for check in checks:
        start = time.perf_counter()
        result = check.function(case)
        yield check, result, time.perf_counter() - start


def judge(found: Sequence[tuple[Check, CheckResult, float]], config: Checks) -> list[Finding]:
    """Decide: one false alarm in `config.level` of all lists, however long the list is.

    Parameters
    ----------
    found
        Checks, what they found and the seconds they took.
    config
        The level, and what is waived.
    """
    made = [result.p_value for _, result, _ in found if result.p_value is not None]
    corrected = iter(holm(made))
    findings = []
    for check, result, seconds in found:
        p_value = None if result.p_value is None else next(corrected)
        verdict = result.verdict
        if verdict is None:
            wrong = p_value is not None and p_value < config.level
            verdict = Verdict.failed if wrong else Verdict.passed
        waiver = config.waivers.get(check.name, "") if verdict is Verdict.failed else ""
        findings.append(Finding(check, result, verdict, p_value, seconds, waiver))
    return findings
