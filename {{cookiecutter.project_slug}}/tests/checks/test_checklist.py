"""The list: found by existing, corrected as a whole, waived with reasons, and shown."""

import importlib
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from project import checks
from project.checks.case import Case
from project.checks.config import Checks
from project.checks.registry import QUICK, all_checks
from project.checks.result import CheckResult, Failure, Verdict, failed, passed, unclear, weighed
from project.checks.trust import no_part_is_served_worse
from project.checks.verdicts import Finding, judge, refuse_unknown, run
from project.config import Config
from project.errors import ConfigError
from project.paths import Paths
from project.report.checklist import headline, show, write

from .tables import CLEAN, case, project, table

OWN = """
from project.checks.case import Case
from project.checks.result import CheckResult, passed


def the_moon_is_full(case: Case) -> CheckResult:
    \"\"\"Look at the sky.\"\"\"
    return passed("it is")


def not_a_check(number: int) -> int:
    return number
"""
SETTINGS = Checks(level=0.05, most_rows=1000, before_train=False)


@pytest.fixture
def penguins(tmp_path: Path) -> Paths:
    """A healthy project."""
    return project(tmp_path / "penguins", table("penguins"), *CLEAN["penguins"])


def findings(*results: CheckResult, settings: Checks = SETTINGS) -> list[Finding]:
    """Judge results as if they came from the first checks of the list."""
    pairs = zip(all_checks(), results, strict=False)
    return judge([(check, result, 0.0) for check, result in pairs], settings)


def chance(p_value: float) -> CheckResult:
    """A result that a p-value decides."""
    return weighed(p_value, f"p {p_value}", causes=("bad luck",), next_step="try again")


def test_every_class_of_failure_has_checks_with_a_summary() -> None:
    found = all_checks()
    assert {check.failure for check in found} == set(Failure) - {Failure.own}
    assert all(check.summary.endswith((".", ")")) and len(check.summary) < 100 for check in found)
    assert len({check.name for check in found}) == len(found)
    assert set(QUICK) <= {check.name for check in found}


def test_a_check_of_ones_own_is_there_by_existing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sky.py").write_text(OWN)
    monkeypatch.setattr(checks, "__path__", [*checks.__path__, str(tmp_path)])
    importlib.invalidate_caches()
    own = [check for check in all_checks() if check.failure is Failure.own]
    assert [(check.name, check.summary) for check in own] == [
        ("the_moon_is_full", "Look at the sky.")
    ]


def test_p_values_are_corrected_for_the_whole_list() -> None:
    verdicts = [
        one.verdict for one in findings(chance(0.01), chance(0.03), passed(""), chance(0.5))
    ]
    assert verdicts == [Verdict.failed, Verdict.passed, Verdict.passed, Verdict.passed]
    assert findings(chance(0.03))[0].verdict is Verdict.failed


def test_among_lists_without_a_fault_alarms_are_as_rare_as_the_level() -> None:
    draw = np.random.default_rng(0)
    lists = 400
    alarms = sum(
        any(one.alarm for one in findings(*(chance(p) for p in draw.random(12))))
        for _ in range(lists)
    )
    assert alarms / lists < 0.05 + 2 * np.sqrt(0.05 * 0.95 / lists)
    assert alarms > 0


def test_a_waiver_needs_a_reason_and_shows_it() -> None:
    name = all_checks()[0].name
    settings = Checks(level=0.05, most_rows=1000, before_train=False, waivers={name: "known"})
    bad = failed("broken", causes=("me",), next_step="mend")
    (waived,) = findings(bad, settings=settings)
    assert waived.verdict is Verdict.failed
    assert waived.waiver == "known"
    assert not waived.alarm
    assert findings(bad)[0].alarm
    assert findings(passed(""), settings=settings)[0].waiver == ""
    with pytest.raises(ConfigError, match=r"conf/checks\.yaml waives 'nonsense'"):
        refuse_unknown({"nonsense": "because"}, all_checks())


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("checks.level=0", r"checks\.level is 0"),
        ("checks.most_rows=3", r"checks\.most_rows is 3"),
        ("+checks.waivers.converges=' '", "'converges' has no reason"),
    ],
)
def test_settings_out_of_range_are_told(penguins: Paths, override: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        case(penguins, override)


def test_the_settings_are_no_part_of_a_runs_identity(penguins: Paths) -> None:
    from project.provenance import inputs

    def identity(*overrides: str) -> object:
        config: Config = case(penguins, *overrides).config
        penguins.code.mkdir(parents=True, exist_ok=True)
        penguins.runtime_lock.parent.mkdir(exist_ok=True)
        penguins.runtime_lock.touch()
        return inputs(config, {}, penguins)

    assert identity() == identity("checks.level=0.5", "checks.before_train=true")


def test_of_a_large_split_rows_are_drawn_and_the_report_says_so(penguins: Paths) -> None:
    looked_at = case(penguins, "checks.most_rows=100")
    assert len(looked_at.train) == 100
    assert looked_at.sampled
    assert looked_at.train.index.equals(case(penguins, "checks.most_rows=100").train.index)
    assert "100 training" in headline([], looked_at)
    assert "drawn from" in headline([], looked_at)
    assert not case(penguins).sampled


@pytest.mark.parametrize(
    "key",
    ["invariance.protected=[name]", "slices.named=[{name: fruit 1}]", "slices.columns=[name]"],
)
def test_slices_by_what_the_model_does_not_see_are_left_to_evaluation(
    key: str, paths: Paths
) -> None:
    few = "methods.slices.min_rows=10"
    seen = no_part_is_served_worse(case(paths, few))
    assert seen.p_value is not None
    assert no_part_is_served_worse(case(paths, few, f"methods.{key}")) == seen


def test_what_is_found_is_shown_and_written(penguins: Paths) -> None:
    looked_at = case(penguins)
    found = findings(
        failed("17 rows <b>", causes=("a join",), next_step="look"),
        unclear("few", rows_needed=99.2),
    )
    console = Console(record=True, width=100)
    show(found, looked_at, console)
    text = console.export_text()
    assert "perhaps a join" in text
    assert "next: look" in text
    assert "some 100 rows would tell" in text
    write(found, looked_at, penguins.reports)
    page = (penguins.reports / "checklist.html").read_text()
    assert "17 rows &lt;b&gt;" in page
    assert "Next: look" in page
    boxes = (penguins.reports / "checklist.md").read_text()
    assert "- [ ] **" in boxes
    assert "- [?] **" in boxes


def test_a_healthy_project_passes_the_whole_list(penguins: Paths) -> None:
    looked_at = case(penguins, "compute.workers=1")
    found = judge(list(run(all_checks(), looked_at)), looked_at.config.checks)
    wrong = [
        (one.check.name, one.result.evidence) for one in found if one.verdict is Verdict.failed
    ]
    assert wrong == []
    assert isinstance(looked_at, Case)
