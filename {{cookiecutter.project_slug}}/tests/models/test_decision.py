"""Costs decide: the threshold is tuned on training rows out of fold, and goes with the model."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from project import train as training
from project.config import Config
from project.data import load as loading
from project.data.config import Data
from project.data.load import features, load
from project.errors import ConfigError
from project.evaluation.costs import best_threshold, cost_matrix
from project.evaluation.subject import ask
from project.fingerprint import fingerprint
from project.models.deciding import DecidingPipeline, choose
from project.models.decision import EXPECTED, PROBABLE, OutOfFold, tune, tuned
from project.models.store import load_model
from project.models.training import fit, train
from project.paths import Paths
from project.provenance import inputs
from project.train import make

from ..conftest import configure

COSTS = "evaluation.costs={plum: {apple: 6}, apple: {plum: 1}}"


@pytest.fixture
def task() -> str:
    """Only classes have costs here."""
    return "classification"


@pytest.fixture
def config(data: Data) -> Config:
    """Logistic regression under costs; few folds."""
    return configure(data, COSTS, "evaluation.folds=3", "evaluation.repeats=1", "compute.workers=1")


def test_the_threshold_is_the_cheapest_of_all_by_brute_force() -> None:
    draw = np.random.default_rng(0)
    for _ in range(200):
        n = draw.integers(2, 12)
        scores, true = draw.integers(0, 6, n) / 5, draw.integers(0, 2, n)
        costs = np.array([[0.0, draw.integers(1, 5)], [draw.integers(1, 5), 0.0]])
        found = best_threshold(scores, true, costs, 1)
        cost = [costs[true, (scores >= t).astype(int)].sum() for t in [found, *scores, 0, 1.1]]
        assert cost[0] == min(cost)


@pytest.mark.parametrize(("miss", "alarm"), [(4.0, 1.0), (1.0, 3.0), (1.0, 1.0)])
def test_the_tuned_threshold_approaches_that_of_bayes(miss: float, alarm: float) -> None:
    draw, far = np.random.default_rng(1), []
    for n in (200, 20_000):
        found = []
        for _ in range(20):
            p = draw.random(n)
            true = (draw.random(n) < p).astype(int)
            found.append(best_threshold(p, true, np.array([[0.0, alarm], [miss, 0.0]]), 1))
        far.append(np.sqrt(np.mean((np.array(found) - alarm / (alarm + miss)) ** 2)))
    assert far[1] < 0.05
    assert far[1] < 0.5 * far[0]


def test_probabilities_that_are_too_bold_move_the_threshold_from_that_of_bayes() -> None:
    draw = np.random.default_rng(2)
    p = draw.random(50_000)
    true = (draw.random(50_000) < p).astype(int)
    bold = 1 / (1 + np.exp(-3 * np.log(p / (1 - p))))
    found = best_threshold(bold, true, np.array([[0.0, 1.0], [4.0, 0.0]]), 1)
    assert found == pytest.approx(1 / (1 + 4.0**3), abs=0.02)


def test_the_rule_goes_with_the_stored_model_and_with_its_fingerprint(
    data: Data, paths: Paths, config: Config
) -> None:
    folder = make(config, inputs(config, {"d": "0"}, paths), paths)
    metrics = json.loads((folder / "metrics.json").read_text())
    model = load_model(folder / "model.skops")
    rows = pd.read_parquet(folder / "predictions.parquet").query("split == 'valid'")
    again = model.predict(features(load(data, paths, "valid")["valid"], data))
    assert (again == rows["y_pred"].to_numpy()).all()
    threshold = metrics["decision"]["threshold"]
    assert metrics["decision"]["class"] == "plum"
    assert ((rows["p_plum"] >= threshold) == (rows["y_pred"] == "plum")).all()
    assert threshold != 0.5
    moved = DecidingPipeline(model.steps, costs=model.costs, threshold=threshold + 0.01)
    assert fingerprint(moved) != fingerprint(model)


def test_an_evaluation_sees_the_decisions_that_the_model_makes(
    data: Data, paths: Paths, config: Config
) -> None:
    rows = load(data, paths, "valid")["valid"]
    model = train(config, load(data, paths, "train")["train"]).pipeline
    made = ask(model, rows, data)
    assert made.proba is not None
    assert (made.y_pred == model.predict(features(rows, data))).all()
    assert (made.y_pred != model.classes_[made.proba.argmax(axis=1)]).any()


def test_the_mean_cost_comes_first_and_is_that_of_the_predictions(
    data: Data, paths: Paths, config: Config
) -> None:
    folder = make(config, inputs(config, {"d": "0"}, paths), paths)
    metrics = json.loads((folder / "metrics.json").read_text())
    rows = pd.read_parquet(folder / "predictions.parquet").query("split == 'valid'")
    assert metrics["metrics"][0] == {"name": "mean cost", "higher_is_better": False}
    missed = (rows["y_true"] == "plum") & (rows["y_pred"] == "apple")
    alarm = (rows["y_true"] == "apple") & (rows["y_pred"] == "plum")
    said = metrics["splits"]["valid"]["figures"]["model"]["mean cost"]
    assert said["value"] == pytest.approx((6 * missed + alarm).mean())
    assert said["low"] <= said["value"] <= said["high"]
    plain = np.where(rows["p_plum"] > 0.5, "plum", "apple")
    at_half = (
        6 * ((rows["y_true"] == "plum") & (plain == "apple"))
        + ((rows["y_true"] == "apple") & (plain == "plum"))
    ).mean()
    gain = metrics["decision"]["gains"]["valid"]
    assert gain["value"] == pytest.approx(at_half - said["value"])


def test_the_zero_rule_predicts_the_cheapest_class(
    data: Data, paths: Paths, config: Config
) -> None:
    rows = load(data, paths, "train")["train"]
    assert (rows["kind"] == "apple").mean() > 0.5
    zero = train(config, rows).baselines["zero rule"]
    assert set(zero.predict(features(rows, data))) == {"plum"}


def test_the_threshold_comes_from_training_rows_alone(
    data: Data, paths: Paths, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    before = loading.load

    def spy(data: Data, paths: Paths, *names: str) -> dict[str, pd.DataFrame]:
        asked.extend(names)
        found = before(data, paths, *names)
        if "valid" in found:  # with every truth of validation turned round
            kind = found["valid"]["kind"]
            found["valid"]["kind"] = np.where(kind == "plum", "apple", "plum")
        return found

    expected = tune(config, load(data, paths, "train")["train"], None).threshold
    monkeypatch.setattr(loading, "load", spy)
    folder = training.make(config, inputs(config, {"d": "0"}, paths), paths)
    found = json.loads((folder / "metrics.json").read_text())["decision"]["threshold"]
    assert found == expected
    assert set(asked) == {"train", "valid"}


def test_a_fold_is_judged_by_a_rule_of_the_others() -> None:
    # One row costs more than all others, and only a threshold tuned on itself gets it right.
    scores = np.array([0.1, 0.9, 0.2, 0.8, 0.3, 0.7])
    true = np.array([1, 1, 0, 1, 0, 1])
    fold = np.array([0, 0, 1, 1, 2, 2])
    held = OutOfFold(
        row=np.arange(6),
        fold=fold,
        round_=np.zeros(6, dtype=int),
        true=true,
        proba=np.column_stack([1 - scores, scores]),
        classes=np.array(["no", "yes"]),
    )
    found = tuned(held, np.array([[0.0, 1.0], [9.0, 0.0]]))
    assert found.chosen[0] == 9.0
    assert found.threshold is not None
    assert found.threshold <= 0.1


def test_many_classes_take_the_least_expected_cost_only_where_it_is_cheaper() -> None:
    draw = np.random.default_rng(3)
    proba = draw.dirichlet([1, 1, 1], 3000)
    costs = np.array([[0.0, 1, 1], [1, 0, 1], [20, 20, 0]])
    honest = np.array([draw.choice(3, p=p) for p in proba])
    held = OutOfFold(
        row=np.arange(3000),
        fold=np.arange(3000) % 3,
        round_=np.zeros(3000, dtype=int),
        true=honest,
        proba=proba,
        classes=np.array(["a", "b", "c"]),
    )
    found = tuned(held, costs)
    assert found.rule == EXPECTED
    assert found.chosen.mean() < found.plain.mean()
    assert (choose(proba, costs, None, 0) == (proba @ costs).argmin(1)).all()
    # Where the likeliest class is always right, costs can't better it.
    assert tuned(replace(held, true=proba.argmax(axis=1)), costs).rule == PROBABLE


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        ("{plum: {aple: 6}, apple: {plum: 1}}", "'apple' where 'plum' is true.*apple, plum"),
        ("{female: {male: 6}, male: {female: 1}}", "classes of the data are apple, plum"),
        ("{plum: {apple: -1}, apple: {plum: 1}}", "no more than being right"),
        ("{plum: {apple: nan}, apple: {plum: 1}}", "costs.plum.apple is nan"),
        ("{plum: 3}", "evaluation.costs"),
        ("{1: {0: 3}}", "classes of the data are apple, plum"),
        ("{true: {apple: 3}}", "truth value true.*quotes"),
        ("{plum: {apple: dear}}", "costs.plum.apple is dear"),
    ],
)
def test_costs_that_do_not_fit_are_refused(
    data: Data, paths: Paths, costs: str, words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        train(configure(data, f"evaluation.costs={costs}"), load(data, paths, "train")["train"])


def test_groups_stay_whole_in_the_tuning(
    data: Data, paths: Paths, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    from project.data.config import SplitMethod

    config.data.split.method = SplitMethod.group
    rows = load(data, paths, "train")["train"]
    with pytest.raises(ValueError, match="along"):
        train(config, rows)
    groups = np.arange(len(rows)) % 9
    assert train(config, rows, groups).decision is not None


def test_without_costs_a_model_is_a_plain_pipeline(data: Data, paths: Paths) -> None:
    config = configure(data)
    rows = load(data, paths, "train")["train"]
    trained = train(config, rows)
    assert not isinstance(trained.pipeline, DecidingPipeline)
    assert trained.decision is None
    assert fingerprint(trained.pipeline) == fingerprint(fit(config, rows).pipeline)


def test_class_weights_reach_the_estimator(data: Data, paths: Paths) -> None:
    rows = load(data, paths, "train")["train"]
    for weights in ("balanced", "{plum: 3, apple: 1}"):
        config = configure(data, f"++model.classification.class_weight={weights}")
        model = fit(config, rows).pipeline["model"]
        assert isinstance(model, LogisticRegression)
        assert fingerprint(model) != fingerprint(fit(configure(data), rows).pipeline["model"])


def test_costs_of_quantities_are_refused(data: Data, paths: Paths, tmp_path: Path) -> None:
    from project.data.config import Task

    config = configure(data, COSTS)
    config.data.task = Task.regression
    rows = load(data, paths, "train")["train"].assign(kind=1.0)
    with pytest.raises(ConfigError, match="task is regression"):
        train(config, rows)


def test_the_matrix_has_the_order_of_the_classes() -> None:
    costs = {"b": {"a": 2.0}, "a": {"b": 1.0, "a": -1.0}}
    assert cost_matrix(costs, ["a", "b"]).tolist() == [[-1.0, 1.0], [2.0, 0.0]]
