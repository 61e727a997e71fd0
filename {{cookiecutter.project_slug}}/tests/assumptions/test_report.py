"""Every model of conf/ has a report, and an unknown one is said to be unknown."""

import io
import json
from typing import Any

import pytest
from hydra.utils import instantiate
from rich.console import Console
from sklearn.base import BaseEstimator

from project.assumptions.families import FAMILY, families
from project.assumptions.registry import EVERY, FAMILIES, SOME
from project.assumptions.report import look
from project.assumptions.rows import Rows
from project.data.config import Data
from project.data.load import along, load
from project.models.catalog import built_in
from project.models.pipeline import build_pipeline
from project.paths import PROJECT, Paths
from project.report.assumptions import tell

from ..conftest import configure
from .made import QUICK

MODELS = built_in(PROJECT)


@pytest.mark.parametrize("model", MODELS)
def test_every_model_of_conf_has_a_report(model: str, data: Data, paths: Paths) -> None:
    config = configure(data, f"model={model}", *QUICK)
    for estimator in (config.model.classification, config.model.regression):
        estimator |= {k: 5 for k in ("n_estimators", "max_iter") if k in estimator}
    frame = load(data, paths, "train")["train"]
    rows = Rows(config, frame, along(data, paths, "train"))
    found = look(rows, build_pipeline(config.model, data)[-1])
    assert not found.unknown
    out = io.StringIO()
    tell(found, config, len(frame), paths.reports, Console(file=out, width=80))
    lines = out.getvalue().splitlines()[1:-1]
    assert max(len(line) for line in lines if not line.startswith("violated:")) <= 80
    page = (paths.reports / "assumptions.html").read_text()
    kept = json.loads((paths.reports / "assumptions.json").read_text())
    for one in kept["assumptions"]:
        assert one["verdict"] in page
        assert one["reason"] if one["verdict"] == "not testable" else one["evidence"]
        assert one["effect"]["value"] is not None or one["verdict"] != "holds"
    assert {one["verdict"] for one in kept["assumptions"]} - {"not testable"}


def test_an_unknown_estimator_is_told_and_still_looked_at(data: Data, paths: Paths) -> None:
    config = configure(data, *QUICK)
    frame = load(data, paths, "train")["train"]

    class Strange(BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
        pass

    found = look(Rows(config, frame, None), Strange())
    out = io.StringIO()
    tell(found, config, len(frame), paths.reports, Console(file=out, width=80))
    assert "The registry has no entry for Strange" in " ".join(out.getvalue().split())
    assert len(found.looked) == len(EVERY)


TREE = {"_target_": "sklearn.tree.DecisionTreeClassifier"}
BAYES = {"_target_": "sklearn.naive_bayes.GaussianNB"}


@pytest.mark.parametrize(
    ("target", "settings", "expected"),
    [
        ("svm.SVC", {}, ["support vectors"]),
        ("svm.SVR", {"kernel": "linear"}, ["linear support vectors"]),
        ("neighbors.KNeighborsRegressor", {}, ["neighbours"]),
        ("neural_network.MLPClassifier", {}, ["neural network"]),
        ("ensemble.BaggingClassifier", {}, ["trees"]),
        ("ensemble.BaggingClassifier", {"estimator": BAYES}, ["normal naive Bayes"]),
        (
            "ensemble.VotingClassifier",
            {"estimators": [["a", TREE], ["b", BAYES], ["c", "drop"]]},
            ["trees", "normal naive Bayes"],
        ),
        ("calibration.CalibratedClassifierCV", {"estimator": TREE}, ["trees"]),
        ("ensemble.StackingClassifier", {"estimators": [["a", TREE]]}, ["trees"]),
        ("cluster.KMeans", {}, ["KMeans"]),
    ],
)
def test_the_family_of_an_estimator_is_known(
    target: str, settings: dict[str, Any], expected: list[str]
) -> None:
    estimator = instantiate({"_target_": f"sklearn.{target}", "_convert_": "all", **settings})
    assert families(estimator) == expected


def test_the_registry_names_nothing_that_is_not_there() -> None:
    used = {key for keys in FAMILIES.values() for key in keys}
    assert used == {*EVERY, *SOME}
    assert set(FAMILY.values()) == set(FAMILIES)
