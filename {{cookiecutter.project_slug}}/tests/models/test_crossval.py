"""Cross-validation predicts each row by a model that has not seen it, however many work on it."""

import numpy as np
import pytest

from project.data.config import Data
from project.data.load import load
from project.fingerprint import fingerprint
from project.models.crossval import cross_validate
from project.models.folds import cut
from project.models.training import fit, predict
from project.paths import Paths

from ..conftest import configure

ONCE = {
    "classification": {
        "_target_": "sklearn.linear_model.LogisticRegression",
        "max_iter": 1,
    },
    "regression": {"_target_": "sklearn.linear_model.SGDRegressor", "max_iter": 1},
}


def test_a_fold_is_the_model_fitted_on_the_others(data: Data, paths: Paths) -> None:
    config = configure(data)
    rows = load(data, paths, "train")["train"]
    folds = cut(rows, data, None, count=3, repeats=1, seed=0)
    results = list(cross_validate(config, rows, folds))
    for result, fold in zip(results, folds, strict=True):
        assert np.array_equal(result.fold.test, fold.test)
    fold = folds[1]
    alone = predict(fit(config, rows.iloc[fold.train]).pipeline, rows.iloc[fold.test], config)
    assert fingerprint(vars(alone)) == fingerprint(vars(results[1].predictions))
    assert len(results[1].train_predictions.y_true) == len(fold.train)


@pytest.mark.parametrize("model", ["logistic", "forest"])
def test_two_workers_give_the_same_bits(data: Data, paths: Paths, model: str) -> None:
    rows = load(data, paths, "train")["train"]
    folds = cut(rows, data, None, count=3, repeats=1, seed=0)
    prints = []
    for workers in (1, 2):
        config = configure(data, f"model={model}", f"compute.workers={workers}")
        made = cross_validate(config, rows, folds)
        prints.append([fingerprint(vars(result.predictions)) for result in made])
    assert prints[0] == prints[1]
    assert len(set(prints[0])) == 3


def test_warnings_come_back_from_the_workers(data: Data, paths: Paths) -> None:
    config = configure(data, "compute.workers=2")
    config.model.classification, config.model.regression = ONCE.values()
    rows = load(data, paths, "train")["train"]
    folds = cut(rows, data, None, count=3, repeats=1, seed=0)
    for result in cross_validate(config, rows, folds):
        assert [record["category"] for record in result.warnings] == ["ConvergenceWarning"]
        assert np.isfinite(result.fit_s)
