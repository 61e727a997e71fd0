"""No warning of a fit is lost, wherever in the model and in whichever process it arose."""

import warnings

import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import SGDClassifier

from project.data.config import Data
from project.data.load import load
from project.models.cautions import recording, silent
from project.models.training import fit
from project.paths import Paths

from ..conftest import configure

FRUIT = pytest.mark.parametrize("task", ["classification"])
LOGISTIC = {"_target_": "sklearn.linear_model.LogisticRegression", "max_iter": 1}


@FRUIT
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_each_member_that_did_not_converge_is_told_once(
    data: Data, paths: Paths, n_jobs: int | None
) -> None:
    config = configure(data)
    config.model.classification = {
        "_target_": "sklearn.ensemble.StackingClassifier",
        "_convert_": "all",
        "estimators": [["one", LOGISTIC], ["other", {**LOGISTIC, "max_iter": 2}]],
        "final_estimator": {**LOGISTIC, "max_iter": 1000},
        "cv": 2,
        "n_jobs": n_jobs,
    }
    found = fit(config, load(data, paths, "train")["train"]).warnings
    assert {record["code"] for record in found} == {"not-converged"}
    assert all(record["where"].startswith("model") for record in found)
    if n_jobs:
        # Those fitted on all the rows are in the model; those of its inner folds are gone.
        assert [record["message"] for record in found] == [
            f"LogisticRegression stopped after max_iter={most} iterations without converging"
            for most in (1, 2)
        ]
        assert found[0]["where"] != found[1]["where"]


def test_a_warning_has_a_code_that_its_words_do_not_change() -> None:
    with recording("somewhere") as heard:
        warnings.warn("of 17 rows", RuntimeWarning, stacklevel=1)
    assert heard == [
        {
            "code": "runtime-warning",
            "category": "RuntimeWarning",
            "message": "of 17 rows",
            "where": "somewhere",
        }
    ]


def test_what_is_to_do_all_its_iterations_is_not_accused() -> None:
    x, y = [[0.0], [1.0], [2.0], [3.0]], ["a", "a", "b", "b"]
    boosted = HistGradientBoostingClassifier(max_iter=3, random_state=0).fit(x, y)
    assert boosted.n_iter_ == boosted.max_iter
    assert silent(boosted, [], "model") == []
    steps = SGDClassifier(max_iter=3, tol=None, random_state=0).fit(x, y)
    assert silent(steps, [], "model") == []
