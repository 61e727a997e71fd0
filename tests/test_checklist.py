"""The debugging checklist from a fresh render: what it prints, writes and ends with."""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engine import make, succeed, tracked

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def trained(render: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh project with a run."""
    project = render(tmp_path_factory.mktemp("checklist"))
    succeed(project, "train", "ARGS=tracking=disabled")
    return project


@pytest.fixture
def project(trained: Path, tmp_path: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copytree(trained, tmp_path / "project", symlinks=True))


def found(project: Path) -> dict[str, dict[str, Any]]:
    """Return what the last `make check` found, by check."""
    content = json.loads((project / "reports" / "checklist.json").read_text())
    return {one["check"]: one for one in content["checks"]}


def test_a_fresh_project_passes_and_leaves_its_pages(trained: Path) -> None:
    said = succeed(trained, "check")
    assert " 0 fail" in said
    checks = found(trained)
    assert {one["verdict"] for one in checks.values()} <= {"pass", "inconclusive"}
    assert "<h2>Data problems</h2>" in (trained / "reports" / "checklist.html").read_text()
    assert "- [x] **overfits a batch**" in (trained / "reports" / "checklist.md").read_text()


def test_the_configuration_of_a_run_is_checked(trained: Path) -> None:
    assert " 0 fail" in succeed(trained, "check", "RUN=latest", "ARGS=tracking=offline")
    *_, logged = sorted((trained / "wandb").glob("offline-run-*-checklist-*"))
    summary = tracked(trained, logged)["summary"]
    checks = Counter(one["verdict"] for one in found(trained).values())
    assert {word: summary[f"checks/{word}"] for word in checks} == checks
    assert summary["table/checklist"]["nrows"] == checks.total()


def test_a_mistake_is_named_until_it_is_waived_with_a_reason(project: Path) -> None:
    broken = "ARGS=model.classification.max_iter=2"
    done = make(project, "check", broken)
    assert done.code == 2  # of make itself; the command's own is 1
    assert "Error 1" in done.err
    assert "too few iterations" in done.out
    assert found(project)["converges"]["verdict"] == "fail"
    settings = project / "conf" / "checks.yaml"
    text = settings.read_text()
    settings.write_text(
        text.replace(
            "waivers: {}", "waivers: {converges: only to see, is_not_beaten_by_the_defaults: too}"
        )
    )
    said = succeed(project, "check", broken)
    assert "waived: only to see" in said
    settings.write_text(text.replace("waivers: {}", "waivers: {converges: ''}"))
    refused = make(project, "check")
    assert "the waiver of 'converges' has no reason" in refused.sentence


def test_the_quick_part_can_stand_before_every_training(project: Path) -> None:
    assert "3 pass" in succeed(project, "smoke")
    settings = project / "conf" / "checks.yaml"
    settings.write_text(settings.read_text().replace("before_train: false", "before_train: true"))
    unseeded = "model.classification.random_state=null"
    before = sorted((project / "runs").iterdir())
    done = make(project, "train", f"ARGS=model=forest {unseeded} tracking=disabled")
    assert "the check 'repeats with its seed' fails before training" in done.sentence
    assert sorted((project / "runs").iterdir()) == before
    assert "run " in succeed(project, "train", "ARGS=seed=3 tracking=disabled")


def test_a_row_is_explained_from_its_cells_to_its_probability(trained: Path) -> None:
    row = "2"
    said = succeed(trained, "explain", f"ROW={row}")
    assert "the validated table" in said
    assert "what the estimator sees" in said
    assert "recorded in predictions.parquet" in said


def test_a_check_of_ones_own_appears_in_the_list(project: Path) -> None:
    (project / "src" / "project" / "checks" / "sky.py").write_text(
        '"""Checks of this project."""\n\nfrom .case import Case\n'
        "from .result import CheckResult, passed\n\n\n"
        "def there_are_rows(case: Case) -> CheckResult:\n"
        '    """Count the rows."""\n    return passed(f"{len(case.train)} rows")\n'
    )
    assert "there are rows" in succeed(project, "check")
