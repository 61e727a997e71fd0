"""A backtest from a run's folder and a file to its page: by the same `evaluate()`, and refusals."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from project.backtest import run
from project.backtesting import backtest as module
from project.backtesting.backtest import backtest
from project.backtesting.result import ALL
from project.config import Config
from project.data.config import Data
from project.data.load import load
from project.errors import RunError
from project.evaluation.evaluate import evaluate
from project.evaluation.subject import Table
from project.manifest import load_manifest
from project.models.store import load_model
from project.models.training import predict
from project.paths import Paths
from project.serving import log

from ..conftest import configure
from ..test_explain import trained
from .faults import plant
from .production import QUICK, clean, fruits, judged, logged, model, only_coverage, served
from .production import configure as fruit


@pytest.fixture
def config(data: Data) -> Config:
    return configure(data, *QUICK, "evaluation.resamples=100", "methods.cost.calls=20",
                     "methods.cost.batches=5")  # fmt: skip


def write(folder: Path, config: Config, paths: Paths, *, rows: int = 300) -> Path:
    """Write a log of the test rows, drawn again and again."""
    drawn = load(config.data, paths, "test")["test"].sample(rows, replace=True, random_state=0)
    said = predict(load_model(folder / "model.skops"), drawn, config)
    first = pd.Timestamp(load_manifest(folder)["finished"]).ceil("ms")
    frame = pd.DataFrame(
        {
            log.ROW_ID: np.arange(rows).astype(str),
            log.TIME: [(first + i * pd.Timedelta(microseconds=1)).isoformat() for i in range(rows)],
            log.RUN: folder.name,
            log.PREDICTION: said.y_pred,
        }
    )
    for at, label in enumerate(said.classes if said.classes is not None else []):
        assert said.proba is not None
        frame[f"{log.PROBABILITY}{label}"] = said.proba[:, at]
    whole = pd.concat([frame, drawn.reset_index(drop=True)], axis=1)
    file = paths.root / "log.csv"
    whole.to_csv(file, index=False)
    return file


def test_a_clean_log_of_a_run_leaves_a_page_and_a_broken_one_says_so(
    data: Data, paths: Paths, config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = trained(data, paths, "evaluation.resamples=100")
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    file = write(folder, config, paths)
    assert run(config, str(file), "latest", paths)
    page = paths.reports / f"backtest-{folder.name}.html"
    content = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    assert {one["verdict"] for one in content["findings"]} <= {"pass", "inconclusive"}
    assert page.read_text(encoding="utf-8").count("<svg") > 3
    assert not re.search(r"\{\{|\}\}|[{]%", page.read_text(encoding="utf-8"))
    assert "0 wrong" in capsys.readouterr().out
    rows = pd.read_csv(file)
    rows.loc[200:, "size"] = rows.loc[200:, "size"] * 1000
    rows.to_csv(file, index=False)
    assert not run(config, str(file), folder.name, paths)
    assert "times 1000, from row 20" in page.read_text(encoding="utf-8")
    assert before == {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("task", ["classification"])
def test_nothing_promoted_and_all_runs_at_once_are_refused(
    data: Data, paths: Paths, config: Config
) -> None:
    file = write(trained(data, paths, "evaluation.resamples=100"), config, paths)
    with pytest.raises(RunError, match="no model was promoted yet"):
        run(config, str(file), "promoted", paths)
    with pytest.raises(RunError, match="one model answers"):
        run(config, str(file), "all", paths)


def test_each_period_is_evaluated_as_before_deployment(task: str) -> None:
    config = fruit(task, "backtest.period=100")
    known = model(config, rows=400)
    whole = clean(known, config, rows=200)
    found = backtest(known, served(whole, known, config), config)
    assert list(found.evaluations) == ["1: 2026-01-02", "2: 2026-01-08", ALL]
    rows = fruits(200, 1, config.data.target)
    rows.index = pd.RangeIndex(1, 201)
    for name, part in (("1: 2026-01-02", rows.iloc[:100]), (ALL, rows)):
        own = evaluate(known.subject, Table(part, part[[]]), config)
        assert found.evaluations[name].fingerprint == own.fingerprint


def test_quality_waits_for_truth_and_drift_does_not(task: str) -> None:
    config = fruit(task)
    known = model(config)
    rows = fruits(400, 1, config.data.target).assign(size=lambda f: f["size"] + 3)
    whole = logged(known, config, rows).drop(columns=config.data.target)
    findings, found = judged(whole, known, config)
    assert findings["inputs"].wrong
    assert found.evaluations == {}
    for name in ("quality", "concept", "place", "arrival", "coverage", "slices"):
        assert findings[name].verdict.value == "inconclusive"
    assert "no row has truth yet" in findings["arrival"].evidence


def test_quality_that_falls_with_age_is_told(task: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "evaluate", only_coverage)
    config = fruit(task)
    known = model(config)
    findings, found = judged(plant("stale_model", known, config), known, config)
    assert findings["age"].wrong
    assert "quality falls with age" in findings["age"].evidence
    assert (
        "1.0 days old at the first row, 50.9 at the last" in findings["age"].evidence
    )  # 800 rows, one in 90 minutes
    assert found.age.rise.low > 0


def test_slices_may_go_by_the_truth(task: str) -> None:
    config = fruit(task)
    target = config.data.target
    config.methods.slices.columns = [target]
    known = model(config)
    found = judged(clean(known, config), known, config)[1]
    assert {one.name.removeprefix(target)[0] for one in found.slices} == {" "}


def test_few_rows_are_told_and_not_judged(task: str) -> None:
    config = fruit(task)
    known = model(config)
    findings, found = judged(clean(known, config, rows=12), known, config)
    assert found.small == [one.name for one in found.cut]
    assert not any(one.wrong for one in findings.values())
    assert "too little data" in findings["inputs"].evidence
    assert findings["skew"].verdict.value == "pass"


def test_digits_that_the_log_lacks_are_no_skew(task: str) -> None:
    config = fruit(task)
    known = model(config)
    whole = clean(known, config, rows=120)
    said = [n for n in map(str, whole) if n.startswith("said.") and whole[n].dtype.kind == "f"]
    whole[said] = whole[said].round(7)
    findings, _ = judged(whole, known, config)
    assert findings["skew"].verdict.value == "inconclusive"
    assert "digits that the log lacks" in findings["skew"].evidence
    whole[said] = whole[said].round(2)
    assert judged(whole, known, config)[0]["skew"].wrong


@pytest.mark.parametrize("task", ["classification"])
@pytest.mark.parametrize(
    ("ending", "verdict", "words"),
    [
        ("Z", "pass", "all in UTC"),
        ("+00:00", "pass", "all in UTC"),
        ("", "inconclusive", "are taken for UTC"),
        ("+02:00", "inconclusive", "say another zone"),
    ],
)
def test_times_of_one_kind_are_no_fault(task: str, ending: str, verdict: str, words: str) -> None:
    config = fruit(task)
    known = model(config, rows=200)
    whole = clean(known, config, rows=40)
    whole[log.TIME] = whole[log.TIME].str.replace("Z", ending)
    found = judged(whole, known, config)[0]["clock"]
    assert found.verdict.value == verdict
    assert words in found.evidence
