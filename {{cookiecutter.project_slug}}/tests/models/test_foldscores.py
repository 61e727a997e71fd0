"""The folds of a run are figures of the configured model, and their absence has a reason."""

import numpy as np
import pytest

from project.data.config import Data
from project.data.load import load
from project.evaluation.metrics import metrics_of
from project.models import foldscores
from project.models.folds import cut
from project.models.foldscores import fold_scores
from project.models.training import fit, predict
from project.paths import Paths

from ..conftest import configure


def test_each_fold_has_its_figures(data: Data, paths: Paths) -> None:
    config = configure(data, "evaluation.folds=3")
    rows = load(data, paths, "train")["train"]
    found, warnings = fold_scores(config, rows, None)
    fold = cut(rows, data, None, count=3, repeats=1, seed=config.seed)[1]
    model = fit(config, rows.iloc[fold.train]).pipeline
    for metric in metrics_of(data.task):
        for key, part in (("metrics", fold.test), ("train_metrics", fold.train)):
            said = predict(model, rows.iloc[part], config)
            assert found[key][metric.name][1] == metric.value(said)
            assert len(found[key][metric.name]) == 3
    assert found["test_share"] == pytest.approx(0.5, abs=0.02)
    assert len(found["fit_s"]) == len(found["predict_s"]) == 3
    assert (found["left_out"], warnings) == (None, [])


def test_workers_are_called_for_long_work_and_move_no_bit(
    data: Data, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = load(data, paths, "train")["train"]
    made = []
    for worth in (0.0, np.inf):
        monkeypatch.setattr(foldscores, "WORTH_WORKERS_S", worth)
        made.append(fold_scores(configure(data, "model=forest"), rows, None)[0])
    assert made[0]["metrics"] == made[1]["metrics"]


@pytest.mark.parametrize("task", ["classification"])
def test_a_warning_names_its_fold(data: Data, paths: Paths) -> None:
    config = configure(data, "model.classification.max_iter=1", "evaluation.folds=2")
    _, warnings = fold_scores(config, load(data, paths, "train")["train"], None)
    assert [(w["where"], w["code"]) for w in warnings] == [
        ("fold 1", "not-converged"),
        ("fold 2", "not-converged"),
    ]


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("evaluation.cross_validate_up_to_rows=50", "are more than"),
        ("evaluation.folds=100", "too few for 100 folds"),
    ],
)
def test_folds_that_are_left_out_have_a_reason(
    data: Data, paths: Paths, override: str, words: str
) -> None:
    rows = load(data, paths, "train")["train"].head(90)
    found, _ = fold_scores(configure(data, override), rows, None)
    assert words in found["left_out"]
    assert found["metrics"] == {} and found["fit_s"] == []
