"""Every shipped model predicts, is stored and read back whole, and follows its preprocessing."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io

from project.config import Encode, Impute, Scale
from project.data.config import Data, Task
from project.data.load import features, load
from project.errors import ConfigError
from project.fingerprint import fingerprint
from project.models.baselines import RULE, baselines, rule_text
from project.models.catalog import built_in, lacking
from project.models.labels import NumberedClasses
from project.models.memory import stored_rows
from project.models.pipeline import build_pipeline
from project.models.store import load_model
from project.models.training import fit, predict
from project.paths import PROJECT, Paths

from ..conftest import configure

MODELS = built_in(PROJECT)
KEEPERS = {"neighbours", "svm", "voting", "stacking"}


@pytest.mark.parametrize("model", MODELS)
def test_every_model_is_read_back_as_it_was_and_says_the_same(
    model: str, data: Data, paths: Paths, tmp_path: Path
) -> None:
    splits = load(data, paths, "train", "valid")
    config = configure(data, f"model={model}")
    fitted = fit(config, splits["train"]).pipeline
    file = tmp_path / "model.skops"
    skops.io.dump(fitted, file)
    again = load_model(file)
    assert fingerprint(again) == fingerprint(fitted)
    one, two = (predict(m, splits["valid"], config) for m in (fitted, again))
    assert fingerprint(vars(one)) == fingerprint(vars(two))
    if one.proba is not None:
        assert one.proba.sum(axis=1) == pytest.approx(1.0)
        assert (one.y_pred == np.asarray(one.classes)[one.proba.argmax(axis=1)]).all()
    assert bool(stored_rows(file)) is (model in KEEPERS)


@pytest.mark.parametrize("model", ["bagging", "neighbours", "lightgbm", "xgboost"])
def test_workers_move_no_bit(model: str, data: Data, paths: Paths) -> None:
    rows = load(data, paths, "train")["train"]
    kind = data.task.value
    if model not in MODELS:
        with pytest.raises(ConfigError, match=f"model={model} needs the extra '{model}'"):
            build_pipeline(configure(data, f"model={model}").model, data)
        return
    prints = {
        fingerprint(
            fit(configure(data, f"model={model}", f"++model.{kind}.n_jobs={n}"), rows).pipeline
        )
        for n in (1, 2)
    }
    assert len(prints) == 1


@pytest.mark.parametrize("scale", Scale)
@pytest.mark.parametrize("encode", Encode)
def test_preprocessing_can_be_ablated(
    scale: Scale, encode: Encode, data: Data, paths: Paths
) -> None:
    rows = load(data, paths, "train")["train"]
    given = (f"scale={scale.value}", f"encode={encode.value}")
    config = configure(data, *(f"model.preprocessing.{one}" for one in given))
    fitted = fit(config, rows).pipeline
    seen = fitted.named_steps["prepare"].transform(features(rows, data))
    size = seen[:, 0]
    if scale is Scale.standard:
        assert (size.mean(), size.std()) == pytest.approx((0.0, 1.0), abs=1e-9)
    elif scale is Scale.robust:
        quartiles = np.quantile(size, [0.25, 0.5, 0.75])
        assert (quartiles[1], quartiles[2] - quartiles[0]) == pytest.approx((0.0, 1.0), abs=1e-9)
    else:
        assert size == pytest.approx(rows["size"].fillna(rows["size"].median()))
    names = list(fitted.named_steps["prepare"].get_feature_names_out())
    assert ("colour" in names) is (encode is Encode.target)
    assert ("colour_red" in names) is (encode is Encode.onehot)


@pytest.mark.parametrize("task", ["regression"])
@pytest.mark.parametrize("impute", Impute)
def test_missing_numbers_are_filled_as_configured(impute: Impute, data: Data, paths: Paths) -> None:
    rows = load(data, paths, "train")["train"]
    given = ("scale=none", f"impute={impute.value}", "indicator=true")
    config = configure(data, *(f"model.preprocessing.{one}" for one in given))
    prepare = fit(config, rows).pipeline.named_steps["prepare"]
    seen = pd.DataFrame(
        prepare.transform(features(rows, data)), columns=prepare.get_feature_names_out()
    )
    gone = rows["size"].isna().to_numpy()
    value = {"median": rows["size"].median(), "mean": rows["size"].mean()}
    expected = value.get(impute.value, rows["size"].mode().min())
    assert seen.loc[gone, "size"].to_numpy() == pytest.approx(expected)
    assert (seen["missingindicator_size"].to_numpy() == gone).all()


def test_target_encoding_tells_no_row_its_own_target(data: Data, paths: Paths) -> None:
    """A category of one row each would give the target away, were rows encoded by themselves."""
    rows = load(data, paths, "train")["train"].copy()
    rows["colour"] = [f"only {i}" for i in range(len(rows))]
    config = configure(data, "model.preprocessing.encode=target")
    x, y = features(rows, data), rows[data.target]
    prepare = build_pipeline(config.model, data).named_steps["prepare"]
    across = prepare.fit_transform(x, y)
    column = list(prepare.get_feature_names_out()).index("colour")
    across, itself = across[:, column], prepare.transform(x)[:, column]
    number = (y == "plum").to_numpy(float) if data.task is Task.classification else y.to_numpy()
    assert abs(np.corrcoef(itself, number)[0, 1]) > 0.7
    assert abs(np.corrcoef(across, number)[0, 1]) < 0.5
    other = configure(data, "model.preprocessing.encode=target", "seed=1")
    moved = build_pipeline(other.model, data).named_steps["prepare"].fit_transform(x, y)[:, column]
    assert not np.array_equal(across, moved)


def test_the_learnt_rule_is_what_the_baseline_does(data: Data, paths: Paths) -> None:
    splits = load(data, paths, "train", "valid")
    config = configure(data)
    rule = baselines(config)[RULE]
    rule.fit(features(splits["train"], data), splits["train"][data.target])
    said = rule_text(rule, data)
    assert said.startswith(("colour", "size", "weight"))
    outcomes = said.partition(": ")[2].split(", else ")
    made = predict(rule, splits["valid"], config).y_pred
    shown = {str(one) if data.task is Task.classification else f"{one:.4g}" for one in made}
    assert shown <= set(outcomes)
    if " ≤ " in said:
        column, _, rest = said.partition(" ≤ ")
        below = splits["valid"][column] <= float(rest.partition(":")[0])
        text = [str(o) if data.task is Task.classification else f"{o:.4g}" for o in made[below]]
        assert set(text) == {outcomes[0]}


def test_numbered_classes_answer_with_their_names() -> None:
    from sklearn.tree import DecisionTreeClassifier

    x = np.arange(6.0)[:, None]
    y = np.array(["b", "b", "c", "c", "a", "a"])
    model = NumberedClasses(DecisionTreeClassifier(random_state=0)).fit(x, y)
    assert (model.predict(x) == y).all()
    assert list(model.classes_) == ["a", "b", "c"]
    assert model.predict_proba(x)[0] == pytest.approx([0.0, 1.0, 0.0])
    assert set(model.estimator_.classes_) == {0, 1, 2}


def test_an_extra_is_seen_at_any_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert lacking({"estimators": [["a", {"_target_": "lightgbm.LGBMClassifier"}]]}) == "lightgbm"
    assert lacking({"_target_": "sklearn.svm.SVC"}) is None
