"""Training: preprocessing learns from the training split alone, and refusals name the model."""

import numpy as np
import pandas as pd
import pytest

from project.data.config import Data, Task
from project.data.load import features, load
from project.errors import ConfigError, DataError
from project.models.baselines import RandomRegressor
from project.models.pipeline import build_pipeline
from project.models.training import predict, train
from project.paths import Paths

from ..conftest import configure


def test_preprocessing_is_fitted_on_the_training_rows_only(data: Data, paths: Paths) -> None:
    splits = load(data, paths, "train", "valid")
    trained = train(configure(data), splits["train"])
    number = trained.pipeline.named_steps["prepare"].named_transformers_["number"]
    medians = features(splits["train"], data)[["size"]].median()
    assert number.named_steps["impute"].statistics_[0] == pytest.approx(medians.iloc[0])


def test_an_unseen_category_and_a_missing_cell_are_predicted(data: Data, paths: Paths) -> None:
    splits = load(data, paths, "train", "valid")
    trained = train(configure(data), splits["train"])
    odd = splits["valid"].head(2).copy()
    odd["colour"] = ["never seen", None]
    odd["size"] = np.nan
    made = predict(trained.pipeline, odd, configure(data))
    assert len(made.y_pred) == 2
    assert made.proba is None or np.isfinite(made.proba).all()


@pytest.mark.parametrize("task", ["classification"])
@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("model.classification.C=-1", "'C' parameter"),
        ("+model.classification.nonsense=1", "nonsense"),
        ("model.classification._target_=sklearn.linear_model.Missing", "Missing"),
        ("model.classification.solver=liblinear_", "liblinear_"),
    ],
)
def test_an_estimator_that_refuses_its_arguments_is_named(
    data: Data, paths: Paths, override: str, words: str
) -> None:
    override = override.replace("model.classification.solver", "+model.classification.solver")
    with pytest.raises(ConfigError) as raised:
        train(configure(data, override), load(data, paths, "train")["train"])
    assert words in str(raised.value)
    assert "conf/model/logistic.yaml" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("task", ["classification"])
def test_a_single_class_in_the_training_split_is_refused(data: Data, paths: Paths) -> None:
    rows = load(data, paths, "train")["train"]
    with pytest.raises(DataError, match="holds only class 'plum'"):
        train(configure(data), rows[rows["kind"] == "plum"])


def test_a_table_without_inputs_is_refused(data: Data) -> None:
    data.columns = {data.target: data.columns[data.target]}
    with pytest.raises(ConfigError, match="no column has the role feature"):
        build_pipeline(configure(data).model, data)


def test_warnings_of_the_fit_become_records(data: Data, paths: Paths) -> None:
    if data.task is Task.regression:
        overrides = ["model.regression.alpha=0", "+model.regression.solver=sag"]
        overrides += ["+model.regression.max_iter=1"]
    else:
        overrides = ["model.classification.max_iter=1"]
    trained = train(configure(data, *overrides), load(data, paths, "train")["train"])
    assert [w["category"] for w in trained.warnings] == ["ConvergenceWarning"]


def test_the_random_baseline_draws_training_targets_and_repeats_itself() -> None:
    rows = pd.DataFrame({"size": np.zeros(50)})
    model = RandomRegressor(3).fit(rows[:4], np.array([1.0, 2.0, 3.0, 4.0]))
    said = model.predict(rows)
    assert set(said) == {1.0, 2.0, 3.0, 4.0}
    assert (said == model.predict(rows)).all()
