"""Sets, intervals and abstaining keep what they promise, and are those of the evaluation."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from project.data.config import Task
from project.errors import RunError
from project.evaluate import read_subject, read_table
from project.evaluation.conformal import conform
from project.evaluation.metrics import Predictions
from project.evaluation.subject import ask
from project.manifest import load_manifest
from project.serving.limits import Limits, calibrate, limits_of, recorded

from ..conftest import configure
from .conftest import Made

CLASSES = np.array(["no", "yes"])


def drawn(rows: int, draw: np.random.Generator, skill: float = 2.0) -> Predictions:
    """Draw what an honest model says of rows: its probabilities are the true ones."""
    yes = 1.0 / (1.0 + np.exp(-skill * draw.normal(size=rows)))
    truth = CLASSES[(draw.random(rows) < yes).astype(int)]
    proba = np.column_stack([1.0 - yes, yes])
    return Predictions(truth, CLASSES[proba.argmax(axis=1)], proba, CLASSES)


def test_the_reach_is_that_of_the_evaluation_of_the_test_split(made: Made) -> None:
    """The evaluation asks the model anew, of the table; serving reads what the run left."""
    manifest, config = load_manifest(made.folder), made.config
    subject = read_subject(made.folder, manifest, "test", config, made.paths)
    judged = ask(subject.pipeline, read_table("test", [], config, made.paths).rows, config.data)
    known = ask(subject.pipeline, subject.calibration, config.data)
    found = conform(judged, known, [], config)
    assert made.model.limits.rows == len(subject.calibration)
    assert made.model.limits.reach == pytest.approx(found.threshold, abs=1e-12)


def test_coverage_follows_its_exact_distribution(fruit: Made) -> None:
    """Over 200 tables of 100 + 100 rows, held to the beta-binomial by a chi-squared test."""
    draw, methods = np.random.default_rng(0), fruit.config.methods
    n, k = 100, 91
    inside = []
    for _ in range(200):
        limits = calibrate(drawn(n, draw), Task.classification, methods)
        new = drawn(n, draw)
        assert new.proba is not None
        said = new.proba[np.arange(n), (new.y_true == "yes").astype(int)]
        inside.append(int((1.0 - said <= limits.reach).sum()))
    law = stats.betabinom(n, k, n + 1 - k)
    edges = [-1, 85, 88, 90, 92, 95, n]
    counts = np.histogram(inside, np.array(edges) + 0.5)[0]
    assert stats.chisquare(counts, 200 * np.diff(law.cdf(edges))).pvalue > 0.001


def test_the_risk_of_what_is_decided_is_held_as_surely_as_promised(fruit: Made) -> None:
    """Over 400 tables the true risk above the threshold exceeds 5% in at most 5% of them."""
    draw, methods = np.random.default_rng(1), fruit.config.methods
    law = drawn(400_000, draw, skill=4.0)
    assert law.proba is not None
    sure, wrong = law.proba.max(axis=1), law.y_true != law.y_pred
    broken = known = 0
    for _ in range(400):
        limits = calibrate(drawn(300, draw, skill=4.0), Task.classification, methods)
        if limits.sure is not None:
            known += 1
            broken += bool(wrong[sure >= limits.sure].mean() > methods.confidence.risk)
    assert known > 200, "a test without thresholds shows nothing"
    assert stats.binomtest(broken, 400, 0.05, alternative="greater").pvalue > 0.001, broken


def test_too_few_rows_are_told_and_promise_nothing(fruit: Made) -> None:
    few = calibrate(drawn(8, np.random.default_rng(0)), Task.classification, fruit.config.methods)
    assert few.reach is None
    assert few.sure is None
    assert few.notes == (
        "No sets or intervals: 8 validation rows are too few for a coverage of 90%, which takes 9.",
        "No abstaining: no probability is known to hold the share of wrong decisions at 5.0% with "
        "95% surety, from 8 validation rows.",
    )


def test_a_model_that_decides_otherwise_is_known_by_what_it_decided(fruit: Made) -> None:
    known = drawn(50, np.random.default_rng(0))
    assert calibrate(known, Task.classification, fruit.config.methods).likeliest
    known.y_pred[0] = "yes" if known.y_pred[0] == "no" else "no"
    assert not calibrate(known, Task.classification, fruit.config.methods).likeliest


def test_limits_come_back_as_they_were_written(fruit: Made, tmp_path: Path) -> None:
    limits = fruit.model.limits
    limits.write(tmp_path)
    assert limits_of(tmp_path, Task.classification, fruit.config.methods) == limits
    (tmp_path / "limits.json").write_text(json.dumps({"rows": 3}))
    with pytest.raises(RunError, match="not what `make release` wrote"):
        limits_of(tmp_path, Task.classification, fruit.config.methods)


def test_the_coverage_of_the_configuration_decides(fruit: Made) -> None:
    def reach(coverage: str) -> Limits:
        config = configure(fruit.config.data, f"methods.conformal.coverage={coverage}")
        return calibrate(recorded(fruit.folder), Task.classification, config.methods)

    low, high = reach("0.5").reach, reach("0.95").reach
    assert low is not None and high is not None and low < high
