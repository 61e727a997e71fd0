"""An ensemble's members are found, say what they would say alone, and are weighed against cost."""

import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from sklearn.base import is_classifier

from project.config import Config
from project.data.config import Data
from project.data.load import features, load
from project.ensemble import explain
from project.errors import RunError
from project.evaluation.disagreement import vote
from project.evaluation.intervals import Estimate
from project.files import md5
from project.models.ensembles import members, say
from project.models.store import load_model
from project.models.training import fit
from project.paths import Paths
from project.provenance import inputs
from project.recorded import open_run
from project.report.ensemble import tell, verdict
from project.train import make

from ..conftest import configure

TREE = {"_target_": "sklearn.tree.DecisionTree{}", "max_depth": 3, "random_state": 0}
NEAR = {"_target_": "sklearn.neighbors.KNeighbors{}", "n_neighbors": 9}
PARTS = [["tree", TREE], ["near", NEAR]]
ENSEMBLES: dict[str, dict[str, Any]] = {
    "forest": {"_target_": "sklearn.ensemble.RandomForest{}", "n_estimators": 7, "random_state": 0},
    "extra": {"_target_": "sklearn.ensemble.ExtraTrees{}", "n_estimators": 5, "random_state": 0},
    "bagging": {
        "_target_": "sklearn.ensemble.Bagging{}",
        "estimator": NEAR,
        "n_estimators": 6,
        "max_features": 0.6,
        "random_state": 0,
    },
    "voting": {
        "_target_": "sklearn.ensemble.Voting{}",
        "_convert_": "all",
        "estimators": [*PARTS, ["out", "drop"]],
    },
    "stacking": {
        "_target_": "sklearn.ensemble.Stacking{}",
        "_convert_": "all",
        "estimators": PARTS,
    },
}
SIZES = {"forest": 7, "extra": 5, "bagging": 6, "voting": 2, "stacking": 2}


def named(tree: Any, kind: str) -> Any:
    """Fill in what an estimator is for."""
    if isinstance(tree, dict):
        return {key: named(value, kind) for key, value in tree.items()}
    if isinstance(tree, list):
        return [named(value, kind) for value in tree]
    return tree.format(kind) if isinstance(tree, str) else tree


def ensemble(data: Data, name: str) -> Config:
    """Configure an ensemble for the data's task."""
    config = configure(data, "evaluation.resamples=200", "tracking=disabled")
    config.model.name = name
    config.model.classification = named(ENSEMBLES[name], "Classifier")
    config.model.regression = named(ENSEMBLES[name], "Regressor")
    if name == "voting":
        config.model.classification["voting"] = "soft"  # a run has probabilities
    return config


@pytest.mark.parametrize("name", ENSEMBLES)
def test_members_say_what_the_ensemble_is_made_of(data: Data, paths: Paths, name: str) -> None:
    rows = load(data, paths, "train", "valid")
    pipeline = fit(ensemble(data, name), rows["train"]).pipeline
    x = features(rows["valid"], data)
    said = say(pipeline, x)
    assert len(said) == len(members(pipeline)) == SIZES[name]
    whole = pipeline.predict(x)
    if is_classifier(pipeline):
        assert set(np.unique(said)) <= set(pipeline.classes_)
        assert (said == whole).mean() > 0.7
    elif name != "stacking":
        assert np.allclose(said.mean(axis=0), whole)


@pytest.mark.parametrize("task", ["classification"], indirect=True)
def test_a_hard_vote_is_the_vote_of_what_the_members_say(data: Data, paths: Paths) -> None:
    config = ensemble(data, "voting")
    config.model.classification["voting"] = "hard"
    config.model.classification["estimators"] = named(
        [["stump", TREE | {"max_depth": 1}], ["near", NEAR | {"n_neighbors": 1}]], "Classifier"
    )
    rows = load(data, paths, "train", "valid")
    pipeline = fit(config, rows["train"]).pipeline
    said = say(pipeline, features(rows["valid"], data))
    # Of two that differ, scikit-learn takes the first label.
    assert (said[0] != said[1]).any()
    assert (vote(said)[0] == pipeline.predict(features(rows["valid"], data))).all()


@pytest.mark.parametrize(
    ("model", "words"),
    [("boosting", "each stage of boosting is fitted to what"), ("logistic", "is a single model")],
)
def test_what_has_no_members_is_said(data: Data, paths: Paths, model: str, words: str) -> None:
    config = configure(data, f"model={model}")
    for estimator in (config.model.classification, config.model.regression):
        estimator["max_iter"] = 100 if model == "logistic" else 2
    pipeline = fit(config, load(data, paths, "train")["train"]).pipeline
    with pytest.raises(RunError, match=words):
        members(pipeline)


@pytest.mark.parametrize("name", ["forest", "voting", "stacking"])
def test_a_run_is_explained_on_its_own_rows(data: Data, paths: Paths, name: str) -> None:
    config = ensemble(data, name)
    sums = {p.relative_to(paths.root).as_posix(): md5(p) for p in paths.trained_on}
    made = make(config, inputs(config, sums, paths), paths)
    found = explain(open_run("latest", paths))
    metrics = json.loads((made / "metrics.json").read_text())["splits"]["valid"]["figures"]["model"]
    assert found.found.figures["ensemble"].value == pytest.approx(
        metrics[found.found.score]["value"]
    )
    assert found.whole.size > found.one.size > 0
    assert found.alike == (name == "forest")

    out = io.StringIO()
    tell(found, paths.reports, Console(file=out, width=80))
    assert max(map(len, out.getvalue().splitlines()[1:9])) <= 80
    kept = json.loads((paths.reports / "ensemble.json").read_text())
    assert kept["verdict"] in " ".join(out.getvalue().split())
    assert set(kept["found"]["members"]) == {
        m.name for m in members(load_model(made / "model.skops"))
    }
    worse = Estimate(-0.04, -0.06, -0.02)
    figures = found.found.figures | {"gain over mean": worse, "gain over best": worse}
    said = verdict(replace(found, found=replace(found.found, figures=figures)))
    assert said.startswith("It does not pay: it is worse than ")
    assert "by 0.040 [0.020, 0.060] in" in said
    page = (paths.reports / "ensemble.html").read_text()
    assert page.count("<svg") == 2
    assert not any(part in page for part in ("<script", "<link", "<img", "src="))
