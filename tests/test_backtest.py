"""A production log from a fresh render: what is found in it, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engine import inside, make, succeed, watched

pytestmark = pytest.mark.docker
# What production writes: the run's own answers to rows that it was not trained on.
WRITE = """
import sys
sys.path.insert(0, "src")
import numpy as np
import pandas as pd
from project.data.config import load_data
from project.data.load import features, load
from project.models.store import load_model
from project.paths import PROJECT
from project.runs import latest, read_json
from project.serving import log

folder, data = latest(PROJECT), load_data(PROJECT.data_config)
model = load_model(folder / "model.skops")
rows = pd.concat(load(data, PROJECT, "valid", "test").values())
rows = rows.sample(400, replace=True, random_state=0)
start = pd.Timestamp(read_json(folder / "manifest.json")["finished"]).ceil("s")
last = pd.Timestamp.now("UTC").floor("ms")
whole = pd.DataFrame({
    log.ROW_ID: np.arange(len(rows)).astype(str),
    log.TIME: [time.isoformat() for time in start + (last - start) * np.linspace(0, 1, len(rows))],
    log.RUN: folder.name,
    log.PREDICTION: model.predict(features(rows, data)),
})
for label, column in zip(model.classes_, model.predict_proba(features(rows, data)).T):
    whole[log.PROBABILITY + str(label)] = column
whole = pd.concat([whole, rows.reset_index(drop=True)], axis=1)
whole.loc[whole.index >= 350, data.target] = None
PROJECT.root.joinpath("logs").mkdir(exist_ok=True)
whole.to_json("logs/clean.jsonl", orient="records", lines=True, double_precision=15)
whole.to_csv("logs/clean.csv", index=False)
whole.to_parquet("logs/clean.parquet", index=False)
late = np.where(whole.index >= 200, 25.4, 1.0)
inches = whole.assign(bill_length_mm=whole["bill_length_mm"] / late)
inches.to_csv("logs/inches.csv", index=False)
whole.drop(columns=log.TIME).to_csv("logs/lacks.csv", index=False)
noon = whole.assign(**{log.TIME: whole[log.TIME].where(whole.index != 6, "noon")})
noon.to_csv("logs/noon.csv", index=False)
whole.assign(**{log.RUN: "f" * 12}).to_csv("logs/other.csv", index=False)
hen = whole.assign(sex=whole["sex"].where(whole.index != 2, "hen"))
hen.to_csv("logs/hen.csv", index=False)
"""


@pytest.fixture(scope="module")
def project(render: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has trained once, and its production logs."""
    folder = render(tmp_path_factory.mktemp("backtest"))
    succeed(folder, "train", "ARGS=experiment=debug")
    (folder / "write.py").write_text(WRITE, encoding="utf-8")
    assert inside(folder, "python", "write.py").code == 0
    return folder


def found(project: Path) -> dict[str, Any]:
    """Return what the last backtest found, by name."""
    (file,) = (project / "reports").glob("backtest-*.json")
    assert file.with_suffix(".html").stat().st_size > 10_000
    content = json.loads(file.read_text(encoding="utf-8"))
    return {one["name"]: one for one in content["findings"]}


def test_nothing_is_wrong_with_a_clean_log_in_any_format(project: Path) -> None:
    pages = []
    for ending in ("jsonl", "csv", "parquet"):
        with watched(project) as containers:
            said = succeed(project, "backtest", f"LOG=logs/clean.{ending}", "RUN=latest")
        assert {one.attributes["HostConfig"]["NetworkMode"] for one in containers} == {"none"}
        assert "0 wrong" in said
        findings = found(project)
        assert findings["skew"]["verdict"] == "pass"
        assert "350 of 400 rows have truth" in findings["arrival"]["evidence"]
        pages.append(findings)
    assert pages[0] == pages[1] == pages[2]


def test_a_unit_that_changed_is_named_and_ends_the_command_with_1(project: Path) -> None:
    done = make(project, "backtest", "LOG=logs/inches.csv", "RUN=latest")
    assert done.code == 2  # of make itself; the command's own is 1
    assert "Error 1" in done.err
    findings = found(project)
    assert "inches for millimetres, from row 201" in findings["units"]["evidence"]
    # The log was made from it afterwards, so that the answers are not those to its features.
    assert findings["skew"]["verdict"] == "fail"
    assert "'bill_length_mm' in another unit than the log's" in findings["skew"]["evidence"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("RUN=latest",), "give the log"),
        (("LOG=logs/none.csv", "RUN=latest"), "there is no such file in the project's folder"),
        (("LOG=logs/clean.csv",), "no model was promoted yet"),
        (("LOG=logs/lacks.csv", "RUN=latest"), "it has no column 'log.time'"),
        (("LOG=logs/noon.csv", "RUN=latest"), "row 7 has the log.time 'noon'"),
        (("LOG=logs/other.csv", "RUN=latest"), "RUN=ffffffffffff looks at those"),
        (("LOG=logs/hen.csv", "RUN=latest"), "row 3 has 'sex' hen, and the model knows"),
        (("LOG=logs/clean.csv", "RUN=latest", "ARGS=backtest.period=never"), "backtest.period"),
    ],
)
def test_what_is_no_log_of_the_model_is_refused_in_a_sentence(
    project: Path, arguments: tuple[str, ...], words: str
) -> None:
    outcome = make(project, "backtest", *arguments)
    assert outcome.code == 2
    assert words in outcome.sentence
