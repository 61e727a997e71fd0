"""Metrics agree with scikit-learn's, and their intervals cover as often as they say."""

import numpy as np
import pytest
import sklearn.metrics as sk

from project.data.config import Task
from project.evaluation.intervals import Estimate, estimate
from project.evaluation.metrics import CLASSIFICATION, REGRESSION, Metric, Predictions, metrics_of

LABELS = np.array(["a", "b", "c"])


def classes(rows: int, seed: int = 0) -> Predictions:
    draw = np.random.default_rng(seed)
    proba = draw.dirichlet(np.ones(3), size=rows)
    return Predictions(
        y_true=draw.choice(LABELS, size=rows, p=[0.6, 0.3, 0.1]),
        y_pred=LABELS[proba.argmax(axis=1)],
        proba=proba,
        classes=LABELS,
    )


def quantities(rows: int, seed: int = 0) -> Predictions:
    draw = np.random.default_rng(seed)
    y = draw.normal(1000.0, 2.0, size=rows)
    return Predictions(y_true=y, y_pred=y + draw.normal(size=rows))


ORACLES = {
    "accuracy": lambda p: sk.accuracy_score(p.y_true, p.y_pred),
    "balanced accuracy": lambda p: sk.balanced_accuracy_score(p.y_true, p.y_pred),
    "macro F1": lambda p: sk.f1_score(p.y_true, p.y_pred, average="macro"),
    "log loss": lambda p: sk.log_loss(p.y_true, p.proba, labels=LABELS),
    "Brier score": lambda p: ((p.proba - (p.y_true[:, None] == LABELS)) ** 2).sum(axis=1).mean(),
    "MAE": lambda p: sk.mean_absolute_error(p.y_true, p.y_pred),
    "RMSE": lambda p: sk.root_mean_squared_error(p.y_true, p.y_pred),
    "R2": lambda p: sk.r2_score(p.y_true, p.y_pred),
}


@pytest.mark.filterwarnings("ignore:y_pred contains classes:UserWarning")  # the oracle's own
@pytest.mark.parametrize("metric", CLASSIFICATION + REGRESSION, ids=lambda m: m.name)
@pytest.mark.parametrize("rows", [2, 30, 500])
def test_a_metric_agrees_with_an_independent_library(metric: Metric, rows: int) -> None:
    made = classes(rows) if metric in CLASSIFICATION else quantities(rows)
    assert metric.value(made) == pytest.approx(ORACLES[metric.name](made), rel=1e-9)


@pytest.mark.parametrize("metric", CLASSIFICATION + REGRESSION, ids=lambda m: m.name)
def test_a_replicate_is_the_metric_of_the_resampled_rows(metric: Metric) -> None:
    made = classes(40) if metric in CLASSIFICATION else quantities(40)
    drawn = np.random.default_rng(1).integers(0, 40, size=40)
    again = Predictions(
        y_true=made.y_true[drawn],
        y_pred=made.y_pred[drawn],
        proba=None if made.proba is None else made.proba[drawn],
        classes=made.classes,
    )
    weights = np.bincount(drawn, minlength=40)
    value = metric.combine(weights @ metric.rows(made) / 40)
    assert float(value) == pytest.approx(ORACLES[metric.name](again), rel=1e-9)


def accuracy_of(correct: np.ndarray) -> Predictions:
    truth = np.full(len(correct), "a")
    said = np.where(correct, "a", "b")
    proba = np.column_stack([correct, ~correct]).astype(float)
    return Predictions(y_true=truth, y_pred=said, proba=proba, classes=np.array(["a", "b"]))


def interval(made: Predictions, metric: Metric) -> Estimate:
    figures, _ = estimate(
        [metric], {"m": made}, reference="m", resamples=400, confidence=0.9, seed=0
    )
    return figures["m"][metric.name]


def test_a_perfect_score_on_few_rows_has_no_certainty() -> None:
    found = interval(accuracy_of(np.ones(20, dtype=bool)), CLASSIFICATION[0])
    assert found.value == found.high == 1.0
    assert found.low < 0.9


@pytest.mark.parametrize("kind", ["accuracy", "RMSE"])
def test_an_interval_covers_the_truth_about_as_often_as_it_says(kind: str) -> None:
    hits = 0
    for seed in range(300):
        draw = np.random.default_rng(seed)
        if kind == "accuracy":
            found, truth = interval(accuracy_of(draw.random(60) < 0.8), CLASSIFICATION[0]), 0.8
        else:
            made = Predictions(y_true=draw.normal(size=60), y_pred=np.zeros(60))
            found, truth = interval(made, REGRESSION[1]), 1.0
        hits += found.low <= truth <= found.high
    # 300 draws of a true 90 % lie between 255 and 285 in 99.6 % of cases.
    assert 0.83 <= hits / 300 <= 0.96


def test_differences_are_paired() -> None:
    made = classes(200)
    figures, gains = estimate(
        CLASSIFICATION,
        {"model": made, "same": made},
        reference="same",
        resamples=200,
        confidence=0.95,
        seed=0,
    )
    assert figures["model"] == figures["same"]
    assert set(gains) == {"model"}
    assert all(g == Estimate(0.0, 0.0, 0.0) for g in gains["model"].values())


def test_the_same_seed_gives_the_same_interval() -> None:
    made = quantities(50)
    assert interval(made, REGRESSION[0]) == interval(made, REGRESSION[0])


def test_each_task_has_its_metrics() -> None:
    assert metrics_of(Task.classification) is CLASSIFICATION
    assert metrics_of(Task.regression) is REGRESSION


def test_a_class_that_the_model_never_saw_counts_against_it() -> None:
    made = Predictions(
        y_true=np.array(["a", "z"]),
        y_pred=np.array(["a", "a"]),
        proba=np.array([[1.0, 0.0], [1.0, 0.0]]),
        classes=np.array(["a", "b"]),
    )
    values = {metric.name: metric.value(made) for metric in CLASSIFICATION}
    assert values["accuracy"] == 0.5
    assert values["Brier score"] == 1.0
    assert values["log loss"] > 10
