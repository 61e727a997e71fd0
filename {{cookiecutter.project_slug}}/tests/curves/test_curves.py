"""Curves of the tiny table: what they read and say, and that workers don't matter."""

import json
import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from threadpoolctl import threadpool_limits

from project import learning_curve
from project import validation_curve as validation_command
from project.config import Config, Scale
from project.curves import learning
from project.curves.diagnosis import diagnose
from project.curves.learning import Study, study
from project.curves.measure import Scores, measure, metric_of
from project.curves.setting import grid, setting
from project.curves.threshold import GRID, sweep
from project.curves.validation import OVER, SAME, UNDER, labels, validation_curve
from project.data import load as loading
from project.data.config import Data, Task
from project.data.load import load
from project.errors import ConfigError
from project.evaluation.metrics import metrics_of
from project.paths import Paths
from project.report import learning_curve as learning_page
from project.report import threshold as threshold_page
from project.report import validation_curve as validation_page
from project.tuning.space import applied

from ..conftest import configure

QUICK = ["curves.sizes=4", "curves.draws=100", "evaluation.folds=3", "evaluation.repeats=1"]
ONE = pytest.mark.parametrize("task", ["classification"])


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pin threads as commands do, and let a quick model be the reference."""
    monkeypatch.setattr(learning, "REFERENCE", "dummy")
    with threadpool_limits(1):
        yield


@pytest.fixture
def config(data: Data) -> Config:
    """Small curves, in this process."""
    return configure(data, *QUICK, "compute.workers=1", "curves.target=0.5")


@pytest.fixture
def rows(data: Data, paths: Paths) -> pd.DataFrame:
    """The training split."""
    return load(data, paths, "train")["train"]


def flat(found: Study) -> list[float]:
    """Return every number of a study's curves."""
    return [
        float(x)
        for told in found.models
        for part in (told.curve.scores.held_out, told.curve.scores.train, told.curve.law.c)
        for x in part.ravel()
    ]


@ONE
def test_two_workers_give_the_same_bits(data: Data, rows: pd.DataFrame) -> None:
    few = ["evaluation.folds=2", "curves.least_per_class=8"]
    one, two = (
        flat(study(configure(data, *QUICK, *few, f"compute.workers={n}"), rows, None))
        for n in (1, 2)
    )
    assert one == two
    assert len(one) > 100


def test_the_last_size_is_plain_cross_validation(config: Config, rows: pd.DataFrame) -> None:
    from project.models.crossval import cross_validate
    from project.models.folds import cut

    found = study(config, rows, None).models[0].curve.scores
    folds = cut(rows, config.data, None, count=3, repeats=1, seed=0)
    least = min(len(fold.train) for fold in folds)
    metric = metric_of(config)
    for at, (fold, result) in enumerate(
        zip(folds, cross_validate(config, rows, folds), strict=True)
    ):
        if len(fold.train) == least:  # in another order, which moves a last bit at most
            assert found.held_out[-1, at] == pytest.approx(metric.value(result.predictions))


@ONE
def test_only_the_training_split_is_read(
    config: Config, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    before = loading.load

    def spy(data: Data, paths: Paths, *names: str) -> dict[str, pd.DataFrame]:
        asked.extend(names)
        return before(data, paths, *names)

    monkeypatch.setattr(loading, "load", spy)
    config.curves.over = "C"
    config.curves.values = [0.1, 1.0, 10.0]
    for command in (learning_curve, validation_command):
        monkeypatch.setattr(command, "ensure", lambda paths: config.data)
        command.run(config, paths)
    assert asked == ["train", "train"]
    pages = sorted(file.name for file in paths.reports.iterdir())
    assert pages == [
        "learning-curve.html",
        "learning-curve.json",
        "validation-curve.html",
        "validation-curve.json",
    ]


def test_several_models_are_compared_on_the_same_folds(
    config: Config, rows: pd.DataFrame, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    config.curves.models = ["logistic", "dummy"]
    found = study(config, rows, None)
    (crossing,) = found.crossings
    assert (crossing.leads, crossing.behind) == ("logistic", "dummy")
    assert crossing.now.low > 0
    learning_page.tell(found, config, paths.reports, Console(width=100))
    shown = capsys.readouterr().out
    for words in (
        "With twice the rows",
        "too little data",
        "logistic is better than dummy",
        "held out",
    ):
        assert words in shown
    page = (paths.reports / "learning-curve.html").read_text()
    assert page.count("<svg") == 1
    assert "src=" not in page
    told = json.loads((paths.reports / "learning-curve.json").read_text())
    assert [model["name"] for model in told["models"]] == ["logistic", "dummy"]
    dummy = {one["label"]: one["there"] for one in told["models"][1]["findings"]}
    assert dummy["no signal"]
    assert not told["models"][0]["findings"][0]["there"]
    assert told["models"][1]["with_twice_the_rows"] is None
    for size in told["models"][0]["sizes"]:
        if size["held_out"]["low"] is not None:
            assert size["held_out"]["low"] <= size["held_out"]["value"] <= size["held_out"]["high"]


def scores(train: list[float], held: list[float], steps: int) -> Scores:
    """Return losses of ten folds around some values."""
    noise = np.random.default_rng(0).normal(scale=0.01, size=(2, steps, 10))
    rows = np.geomspace(50, 400, steps)
    return Scores(
        np.array(train)[:, None] + noise[0], np.array(held)[:, None] + noise[1], rows, 0.25, 1, 0
    )


@pytest.mark.parametrize(
    ("train", "held", "reference", "expected"),
    [
        ([0.5] * 4, [0.51] * 4, 0.2, {"bias"}),
        ([0.05] * 4, [0.3] * 4, 0.3, {"variance"}),
        ([0.2] * 4, [0.9, 0.6, 0.4, 0.3], 0.3, {"variance", "more rows help"}),
        ([0.3] * 4, [0.3] * 4, 0.3, set()),
        ([0.9] * 4, [0.95] * 4, 0.95, {"no signal"}),
    ],
)
def test_what_limits_a_model_is_found(
    train: list[float], held: list[float], reference: float, expected: set[str]
) -> None:
    found = diagnose(
        scores(train, held, 4),
        metrics_of(Task.regression)[0],
        zero=np.full(10, 0.93),
        reference=np.random.default_rng(1).normal(reference, 0.01, 10),
        confidence=0.95,
    )
    there = {one.label for one in found if one.there}
    assert there - {"variance"} == expected - {"variance"}
    if expected:
        assert "variance" in there or "variance" not in expected


def test_the_tests_for_what_limits_a_model_seldom_alarm() -> None:
    draw, alarms = np.random.default_rng(2), 0
    for _ in range(150):
        shared = draw.normal(size=(4, 1)) * np.sqrt(0.2)
        losses = 0.3 + 0.02 * (shared + draw.normal(size=(4, 10)) * np.sqrt(0.8))
        other = 0.3 + 0.02 * (draw.normal(size=(4, 10)))
        found = diagnose(
            Scores(other, losses, np.geomspace(50, 400, 4), 0.25, 1, 0),
            metrics_of(Task.regression)[0],
            zero=np.full(10, 0.9),
            reference=0.3 + 0.02 * draw.normal(size=10),
            confidence=0.95,
        )
        alarms += any(one.there for one in found)
    assert alarms / 150 <= 0.08


def test_values_are_labelled_by_what_is_wrong_with_them() -> None:
    made = scores([0.6, 0.3, 0.2, 0.05, 0.01], [0.6, 0.35, 0.3, 0.3, 0.5], 5)
    assert labels(made, metrics_of(Task.regression)[0], 2, 0.95) == [UNDER, UNDER, SAME, SAME, OVER]


@ONE
def test_a_validation_curve_tells_under_from_overfitting_and_the_boundary(
    data: Data, rows: pd.DataFrame, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    config = configure(
        data, *QUICK, "compute.workers=1", "curves.over=C", "curves.values=[0.00001,0.0001,0.001]"
    )
    found = validation_curve(config, rows, None)
    assert found.settings == [1e-05, 0.0001, 0.001]
    assert found.key == "model.classification.C"
    validation_page.tell(found, config, paths.reports, Console(width=100))
    shown = capsys.readouterr().out
    assert ("lies at the end of those tried" in re.sub(r"\s+", " ", shown)) is found.boundary
    told = json.loads((paths.reports / "validation-curve.json").read_text())
    assert [one["value"] for one in told["values"]] == found.settings
    assert "<svg" in (paths.reports / "validation-curve.html").read_text()
    alone = applied(config, {found.key: 0.001})
    assert alone.model.classification["C"] == 0.001
    assert config.model.classification["C"] == 1.0


def test_values_around_the_configured_one_are_chosen() -> None:
    assert grid("k", 1.0, 5) == [0.01, 0.1, 1.0, 10.0, 100.0]
    assert grid("k", 20, 5) == [5, 10, 20, 40, 80]
    assert grid("k", 2, 5) == [1, 2, 4, 8]
    assert grid("k", True, 5) == [False, True]
    with pytest.raises(ConfigError, match=r"k is not set.*curves\.values"):
        grid("k", None, 5)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ([], r"curves.over names no setting.*curves.over=C.*C, max_iter"),
        (["curves.over=model.preprocessing.nonsense"], "names no key of the model"),
        (["curves.over=nonsense", "curves.values=[1,2]"], "nonsense"),
        (["curves.over=C", "curves.values=[-1,2]"], "'C' parameter"),
        (["curves.over=C", "curves.metric=speed"], "no 'speed' in classification"),
    ],
)
@ONE
def test_a_setting_that_is_none_is_refused(
    data: Data, rows: pd.DataFrame, override: list[str], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        validation_curve(configure(data, *QUICK, "compute.workers=1", *override), rows, None)


@ONE
def test_a_model_that_is_none_is_refused(config: Config, rows: pd.DataFrame) -> None:
    config.curves.models = ["forrest"]
    with pytest.raises(ConfigError, match=r"curves\.models: there is no conf/model/forrest\.yaml"):
        study(config, rows, None)


@ONE
def test_the_setting_may_be_one_of_the_preprocessing(config: Config) -> None:
    config.curves.over = "model.preprocessing.scale"
    assert setting(config) == ("model.preprocessing.scale", Scale.standard)
    other = applied(config, {"model.preprocessing.scale": Scale.robust})
    assert other.model.preprocessing.scale is Scale.robust
    assert config.model.preprocessing.scale.name == "standard"


@ONE
def test_the_curve_of_a_threshold_is_that_of_scikit_learn(
    data: Data, rows: pd.DataFrame, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    from sklearn.metrics import precision_score, recall_score

    from project.models.decision import out_of_fold

    costs = "evaluation.costs={plum: {apple: 6}, apple: {plum: 1}}"
    config = configure(data, *QUICK, "compute.workers=1", costs)
    found, held = sweep(config, rows, None), out_of_fold(config, rows, None)
    true, positive = held.true == 1, found.decision.positive
    assert found.decision.classes[positive] == "plum"
    for at in (10, 40, 70):
        said = held.proba[:, 1] >= GRID[at]
        expected = {
            "precision": precision_score(true, said),
            "recall": recall_score(true, said),
            "mean cost": (6 * (true & ~said) + (~true & said)).mean(),
        }
        for name, value in expected.items():
            one = found.curves[name][at]
            assert one.value == pytest.approx(value)
            assert one.low <= one.value <= one.high
    threshold_page.tell(found, config, paths.reports, Console(width=100))
    assert "predict 'plum' from a probability of" in capsys.readouterr().out
    told = json.loads((paths.reports / "threshold.json").read_text())
    assert told["threshold"] == found.decision.threshold
    assert (paths.reports / "threshold.html").read_text().count("<svg") == 3


@pytest.mark.parametrize("task", ["regression"])
def test_quantities_have_no_threshold(config: Config, rows: pd.DataFrame) -> None:
    with pytest.raises(ConfigError, match="task is regression"):
        sweep(config, rows, None)


@ONE
def test_warnings_of_fits_are_counted(data: Data, rows: pd.DataFrame) -> None:
    from project.curves.subsets import folds_of

    config = configure(data, *QUICK, "compute.workers=1", "model.classification.max_iter=1")
    folds = folds_of(config, rows, None)
    found = measure([config], rows, [folds], metric_of(config))
    assert (found.fits, found.warned) == (3, 3)
