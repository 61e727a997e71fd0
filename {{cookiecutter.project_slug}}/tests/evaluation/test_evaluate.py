"""The whole evaluation: every method, the same bits, what lacks rows, and what is refused."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from project.config import Config
from project.errors import ConfigError
from project.evaluation import probing
from project.evaluation.config import Effect, Expectation
from project.evaluation.declared import beside, check_expectations, check_named
from project.evaluation.evaluate import evaluate
from project.evaluation.metrics import metrics_of
from project.evaluation.result import MODEL, Evaluation
from project.evaluation.subject import Subject, Table, ask
from project.models.baselines import RULE
from project.openings import opened, record, warning
from project.paths import Paths
from project.report.evaluation import tell

from .models import fruit, subject

QUICK = (
    "methods.perturbation={noise_sd: [0.5, 1.0], cell_shares: [0.5]}",
    "methods.explanation={repeats: 2, grid: 4, drawn: 2}",
    "methods.slices={permutations: 199, columns: [colour, size], named: [{colour: green}]}",
    "methods.calibration.resamples=99",
    "methods.invariance={columns: [colour], protected: [name]}",
)
Found = tuple[Config, Subject, Table, Evaluation]


@pytest.fixture(scope="module", params=["classification", "regression"])
def whole(request: pytest.FixtureRequest) -> Found:
    config = fruit(request.param, *QUICK)
    of = "plum" if request.param == "classification" else None
    effect = Effect.falls if of else Effect.rises
    config.methods.direction.expectations = [Expectation("size", effect, of)]
    given, table = subject(config, 600)
    # Half of what calibrates is evaluated, too.
    table = Table(pd.concat([given.calibration.iloc[:100], table.rows]), table.beside)
    table = Table(table.rows, pd.DataFrame({"name": "one"}, table.rows.index))
    return config, given, table, evaluate(given, table, config)


def test_every_method_answers(whole: Found) -> None:
    config, given, table, found = whole
    metrics = {one.name for one in metrics_of(config.data.task)}
    assert found.figures.keys() == {MODEL, *given.baselines}
    assert found.gains.keys() == set(given.baselines)
    assert all(set(part) == metrics for part in (*found.figures.values(), *found.gains.values()))
    classes = config.data.task.value == "classification"
    assert bool(found.reliability) == (found.confidence is not None) == classes
    assert (found.distribution is None) == classes
    for part in (found.perturbation, found.invariance, found.direction, found.importance):
        assert part
    assert found.slices.tested > 5
    assert found.conformal is not None
    assert found.rows == len(table.rows) == 300
    assert found.fresh_rows == 200
    assert found.conformal.coverage[0].rows == 200
    assert "name = one" not in {one.name for one in found.slices.results}


def test_gains_are_the_differences_of_the_figures_and_positive_where_better(whole: Found) -> None:
    config, given, _, found = whole
    for name in given.baselines:
        for metric in metrics_of(config.data.task):
            better = (
                found.figures[MODEL][metric.name].value - found.figures[name][metric.name].value
            )
            sign = 1 if metric.higher_is_better else -1
            gain = found.gains[name][metric.name]
            assert gain.value == pytest.approx(sign * better)
            assert gain.low <= gain.value <= gain.high
            # One rule may do as well as the model on these fruit.
            assert gain.low > 0 or name == RULE


def test_the_same_bits_come_out_of_any_number_of_workers(
    whole: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, given, table, found = whole
    monkeypatch.setattr(probing, "_PAYS_S", 0.0)
    again = evaluate(given, table, replace(config, compute=replace(config.compute, workers=2)))
    assert again.fingerprint == found.fingerprint
    assert again.cost != found.cost
    other = evaluate(given, table, replace(config, seed=1))
    assert other.fingerprint != found.fingerprint


def test_the_page_stands_alone_and_the_json_holds_every_method(
    whole: Found, tmp_path: Path
) -> None:
    config, _, _, found = whole
    paths, out = Paths(tmp_path), io.StringIO()
    manifest = {"inputs": {"config": {"model": {"name": "logistic"}}}}
    told: Any = [{"date": "2026-01-01T00:00:00Z", "run": "abc"}, {"date": "2026", "run": "def"}]
    tell(found, "def", "test", told, manifest, config, paths, Console(file=out, width=80))
    page = (paths.reports / "evaluation-def-test.html").read_text(encoding="utf-8")
    assert not re.search(r"<script|<link|<img|url\(http|@import", page)
    assert page.count("<svg") == page.count("</svg>") > 5
    stored = json.loads((paths.reports / "evaluation-def-test.json").read_text())
    assert stored["fingerprint"] == found.fingerprint
    assert set(vars(found)) <= stored.keys()
    for text in (page, out.getvalue()):
        assert "opened 2 times, first on 2026-01-01" in text
        assert "colour" in text
    for method in ("Baselines", "Perturbation", "Invariance", "Direction", "Conformal", "Slices"):
        assert f"{method}:" in out.getvalue()


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_too_little_data_is_told_and_not_hidden(task: str, tmp_path: Path) -> None:
    config = fruit(task, *QUICK[:3])
    given, table = subject(config, 900)
    few = replace(given, calibration=given.calibration.iloc[:4])
    found = evaluate(few, Table(table.rows.iloc[:12], table.beside.iloc[:12]), config)
    assert found.conformal is None
    assert found.reliability == []
    assert "4 calibrate" in found.notes[0]
    assert found.slices.tested == 0
    manifest = {"inputs": {"config": {"model": {"name": "logistic"}}}}
    out = io.StringIO()
    tell(found, "a", "valid", [], manifest, config, Paths(tmp_path), Console(file=out))
    assert "too little data to tell" in out.getvalue()


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("methods.slices.columns=[sise]", ["slices.columns", "'sise'", "size"]),
        ("methods.invariance.protected=[sex]", ["invariance.protected", "'sex'"]),
        ("methods.slices.named=[{colour: mauve}]", ["colour = mauve", "green"]),
        (
            "methods.direction.expectations=[{column: colour, effect: rises, of: plum}]",
            ["'colour' is no quantity", "size, weight"],
        ),
        (
            "methods.direction.expectations=[{column: size, effect: rises, of: pear}]",
            ["class 'pear'", "apple, plum"],
        ),
        ("methods.direction.expectations=[{column: size, effect: rises}]", ["names no class"]),
    ],
)
def test_what_the_table_lacks_is_named(override: str, words: list[str]) -> None:
    config = fruit("classification", override)
    given, _ = subject(config, 300)
    with pytest.raises(ConfigError) as raised:
        beside(config)
        check_expectations(config, given.pipeline)
        check_named(config, given.train)
    for word in words:
        assert word in str(raised.value)


@pytest.mark.parametrize(
    "override",
    [
        "methods.level=0",
        "methods.conformal.coverage=90",
        "methods.perturbation.noise_sd=[1, 0.5]",
        "methods.perturbation.cell_shares=[0.5, 2]",
        "methods.perturbation.noise_sd=[]",
        "methods.slices.min_rows=1",
        "methods.slices.permutations=99",  # of which no p-value is below the level of 0.01
        "methods.direction.step_sd=0",
        "methods.cost.price_per_hour=-1",
    ],
)
def test_a_setting_out_of_range_is_refused_by_its_key(override: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(override.partition("=")[0])):
        fruit("classification", override)


def test_openings_are_counted_and_the_second_warns(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    assert warning(record("first", "0" * 32, paths)) == ""
    twice = record("second", "0" * 32, paths)
    assert "opened 2 times" in warning(twice)
    assert "run first" in warning(twice)
    assert opened(paths) == twice
    paths.openings.write_text(paths.openings.read_text() + "scribble\n")
    with pytest.raises(Exception, match="line 3"):
        record("third", None, paths)


def test_decisions_are_those_of_the_model_itself() -> None:
    config = fruit("classification", "model=boosting")
    given, table = subject(config, 600)
    x = table.rows.drop(columns="kind")
    for model in (given.pipeline, *given.baselines.values()):
        np.testing.assert_array_equal(ask(model, table.rows, config.data).y_pred, model.predict(x))
