"""A curve ends where the model is, and is that of the very model that was fitted."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline

from project.config import Config
from project.data.config import Data
from project.data.load import load
from project.evaluation.metrics import metrics_of
from project.models.catalog import built_in
from project.models.iterations import COLUMNS, STEPS, curves, iterations, sampled
from project.models.training import fit, predict
from project.paths import PROJECT, Paths

from ..conftest import configure

FRUIT = pytest.mark.parametrize("task", ["classification"])


def drawn(config: Config, paths: Paths) -> tuple[Pipeline, dict[str, pd.DataFrame], pd.DataFrame]:
    """Return a fitted model, the rows of the splits, and its curves."""
    splits = load(config.data, paths, "train", "valid")
    pipeline = fit(config, splits["train"]).pipeline
    return pipeline, splits, curves(pipeline, splits, config)


BOOSTED = sorted({"boosting", "lightgbm", "xgboost"}.intersection(built_in(PROJECT)))


@pytest.mark.parametrize("model", [*BOOSTED, "logistic"])
def test_the_last_step_is_the_model_itself(data: Data, paths: Paths, model: str) -> None:
    config = configure(data, f"model={model}")
    pipeline, splits, found = drawn(config, paths)
    if iterations(pipeline[-1]) is None:
        assert model == "logistic" and found.empty  # the ridge is solved in one go
        return
    assert set(found["split"]) == {"train", "valid"}
    for split, rows in splits.items():
        said = predict(pipeline, rows, config)
        for metric in metrics_of(data.task):
            curve = found[(found["split"] == split) & (found["metric"] == metric.name)]
            if len(curve):
                assert curve["step"].tolist()[0] == 1 and curve["step"].is_monotonic_increasing
                assert curve["step"].tolist()[-1] == iterations(pipeline[-1])
                assert curve["value"].tolist()[-1] == pytest.approx(metric.value(said))
    assert found["metric"].nunique() == 2


@FRUIT
def test_a_step_is_the_model_that_was_stopped_there(data: Data, paths: Paths) -> None:
    _, splits, found = drawn(configure(data), paths)
    shorter = configure(data, "model.classification.max_iter=4")
    said = predict(fit(shorter, splits["train"]).pipeline, splits["valid"], shorter)
    (metric,) = (m for m in metrics_of(data.task) if m.name == "log loss")
    chosen = found.query("split == 'valid' and metric == 'log loss' and step == 4")
    assert chosen["value"].item() == metric.value(said)


@FRUIT
def test_a_long_curve_is_thinned_and_a_large_table_is_not_fitted_again(
    data: Data, paths: Paths
) -> None:
    config = configure(data, "model=boosting")
    pipeline, splits, found = drawn(config, paths)
    assert found.groupby(["split", "metric"]).size().max() == STEPS
    assert sampled(1000) >= {1, 1000} and len(sampled(1000)) == STEPS
    assert sampled(3) == {1, 2, 3}
    few = configure(data, "evaluation.cross_validate_up_to_rows=10")
    pipeline = fit(few, splits["train"]).pipeline
    assert isinstance(pipeline[-1], LogisticRegression)
    assert curves(pipeline, splits, few).empty


@FRUIT
def test_what_a_solver_noted_is_taken_also_inside_an_inner_pipeline(
    data: Data, paths: Paths
) -> None:
    config = configure(data)
    splits = load(data, paths, "train", "valid")
    pipeline = fit(config, splits["train"]).pipeline
    net = MLPClassifier((4,), max_iter=5, random_state=0)
    pipeline.set_params(model=Pipeline([("net", net)]))
    with pytest.warns(UserWarning, match="iterations"):
        pipeline.fit(splits["train"].drop(columns="kind"), splits["train"]["kind"])
    found = curves(pipeline, splits, config)
    noted = found[found["metric"] == "solver's loss"]
    assert np.allclose(noted["value"], net.loss_curve_)
    assert set(found.query("metric == 'log loss'")["step"]) == {1, 2, 4, 5}


def test_a_model_without_iterations_has_an_empty_table(data: Data, paths: Paths) -> None:
    _, _, found = drawn(configure(data, "model=forest"), paths)
    assert found.empty and tuple(found.columns) == COLUMNS
