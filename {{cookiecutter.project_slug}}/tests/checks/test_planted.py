"""Each planted mistake is found by the check that should, and named by its class of failure."""

from pathlib import Path

import pytest

from project.checks.registry import all_checks
from project.checks.result import Verdict
from project.checks.trust import promised_coverage_is_kept
from project.checks.verdicts import run

from .mistakes import MISTAKES
from .planted import Mistake, _Late, predicting
from .tables import CLEAN, case, project, table


@pytest.fixture(scope="module")
def chances(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many checks of the list leave their verdict to chance."""
    paths = project(tmp_path_factory.mktemp("healthy") / "p", table("penguins"), *CLEAN["penguins"])
    found = run(all_checks(), case(paths, "compute.workers=1"))
    return sum(result.p_value is not None for _, result, _ in found)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_planted_mistake_is_found(mistake: Mistake, chances: int, tmp_path: Path) -> None:
    checks = {check.name: check for check in all_checks()}
    check = checks[mistake.found_by]
    with mistake.planted(tmp_path / "project") as looked_at:
        result = check.function(looked_at)
    assert check.failure.name == mistake.failure
    if result.verdict is None:
        # Stricter than Holm's method is with any other p-values in the list.
        assert result.p_value is not None
        assert result.p_value * chances < looked_at.config.checks.level, result.evidence
    else:
        assert result.verdict is Verdict.failed, result.evidence
    assert result.causes
    assert result.next_step


def test_a_broken_promise_of_coverage_is_found_by_itself(chances: int, tmp_path: Path) -> None:
    late = Mistake("late", "", "", code=predicting(_Late()))
    with late.planted(tmp_path / "project") as looked_at:
        result = promised_coverage_is_kept(looked_at)
    assert result.p_value is not None
    assert result.p_value * chances < looked_at.config.checks.level, result.evidence
