"""A run's ensemble is weighed and a model's assumptions are tested, from a fresh render."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from engine import make, succeed

pytestmark = pytest.mark.docker
FOREST = (
    "model=forest model.classification.n_estimators=25 tracking=disabled evaluation.resamples=200 "
    "evaluation.folds=2 evaluation.repeats=1"
)
QUICK = "evaluation.folds=2 evaluation.repeats=1 tracking=disabled"


@pytest.fixture(scope="module")
def project(render: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one run, of a forest."""
    made = render(tmp_path_factory.mktemp("explain"))
    succeed(made, "train", f"ARGS={FOREST}")
    return made


def test_the_ensemble_of_the_last_run_is_weighed(project: Path) -> None:
    (run,) = (project / "runs").iterdir()
    out = succeed(project, "ensemble")
    kept = json.loads((project / "reports/ensemble.json").read_text(encoding="utf-8"))
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    valid = metrics["splits"]["valid"]["figures"]["model"]["accuracy"]
    assert kept["run"] == run.name
    assert kept["found"]["figures"]["ensemble"]["value"] == valid["value"]
    assert len(kept["found"]["members"]) == 25
    assert kept["verdict"] in " ".join(out.split())
    assert "<svg" in (project / "reports/ensemble.html").read_text(encoding="utf-8")


def test_assumptions_are_tested_of_a_run_and_of_a_model_without_one(project: Path) -> None:
    out = succeed(project, "assumptions", f"ARGS=model=logistic {QUICK}")
    assert re.search(r"Linear boundaries +(holds|violated|too little)", out)
    succeed(project, "assumptions", "RUN=latest")
    kept = json.loads((project / "reports/assumptions.json").read_text(encoding="utf-8"))
    assert kept["families"] == ["trees"]
    assert {one["verdict"] for one in kept["assumptions"]} >= {"not testable", "holds"}


def test_what_can_not_be_explained_is_said_in_one_sentence(project: Path) -> None:
    refused = make(project, "ensemble", "RUN=nosuchrun")
    assert refused.code == 2
    assert "RUN=nosuchrun names no run" in refused.sentence
    succeed(project, "train", f"ARGS=model=boosting {QUICK}")
    refused = make(project, "ensemble")
    assert refused.code == 2
    assert "each stage of boosting is fitted to what" in refused.sentence
