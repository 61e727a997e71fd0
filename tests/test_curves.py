"""Curves and costs as a user draws them: from a fresh project, in containers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engine import make, succeed

pytestmark = pytest.mark.docker
QUICK = "evaluation.folds=3 evaluation.repeats=1 evaluation.resamples=100 tracking=disabled"


@pytest.fixture(scope="module")
def project(render: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh project on the bundled table, after a training under costs."""
    project = render(tmp_path_factory.mktemp("curves"))
    succeed(project, "train", f"ARGS=evaluation=costs {QUICK}")
    return project


def report(project: Path, name: str) -> dict[str, Any]:
    """Return the numbers beside a page; the page holds no address and no script."""
    page = (project / "reports" / f"{name}.html").read_text()
    assert "<svg" in page
    assert "<script" not in page
    found: dict[str, Any] = json.loads((project / "reports" / f"{name}.json").read_text())
    return found


def test_a_run_under_costs_tells_the_mean_cost_and_the_threshold(project: Path) -> None:
    (run,) = (project / "runs").iterdir()
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["metrics"][0]["name"] == "mean cost"
    assert metrics["decision"]["class"] == "male"
    assert 0 < metrics["decision"]["threshold"] < 0.5
    assert succeed(project, "reproduce").count("identical") == 1


def test_the_threshold_is_drawn_as_the_run_has_it(project: Path) -> None:
    said = succeed(project, "threshold", f"ARGS=evaluation=costs {QUICK}")
    assert "predict 'male' from a probability of" in said
    (run,) = (project / "runs").iterdir()
    kept = json.loads((run / "metrics.json").read_text())["decision"]["threshold"]
    assert report(project, "threshold")["threshold"] == kept


def test_learning_curves_of_two_models_are_compared(project: Path) -> None:
    models = "curves.models=[logistic,dummy] curves.sizes=4 curves.draws=100"
    said = succeed(project, "learning-curve", f"ARGS={models} {QUICK}")
    assert "logistic is better than dummy" in said
    found = report(project, "learning-curve")
    assert [one["name"] for one in found["models"]] == ["logistic", "dummy"]


def test_a_setting_is_followed_over_its_values_or_asked_for(project: Path) -> None:
    said = succeed(project, "validation-curve", f"ARGS=curves.over=C curves.points=3 {QUICK}")
    assert "Best on held-out rows" in said
    assert [one["value"] for one in report(project, "validation-curve")["values"]] == [0.1, 1, 10]
    refused = make(project, "validation-curve")
    assert refused.code == 2
    assert "curves.over=C" in refused.sentence
