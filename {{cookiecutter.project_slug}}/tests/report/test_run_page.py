"""A run's page stands alone, stays small, and shows what the run's folder holds."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from project.manifest import check_files, load_manifest
from project.report import class_figures, quantity_figures
from project.report.figures import label, thin
from project.report.numbers import verdict
from project.report.run_facts import worst
from project.report.run_figures import figures
from project.report.run_page import write
from project.runs import FIGURES, PAGE, read_json

from ..many import write_curves
from ..trained import copied
from .test_profile import Balanced

BY_TASK = {
    "classification": {
        *{"confusion", "roc", "precision_recall", "reliability", "folds"},
        *{"curve_0", "curve_1"},
    },
    "regression": {"predicted", "residuals", "quantiles", "folds"},
}


@pytest.fixture
def run(task: str, tmp_path: Path) -> Path:
    """A run of the first real model."""
    return copied(task, tmp_path)[1]


def page(run: Path, into: Path) -> str:
    manifest = load_manifest(run)
    write(run, manifest, figures(run, manifest), into)
    return into.read_text(encoding="utf-8")


def add_process(run: Path) -> None:
    """Give a run what only some runs have."""
    write_curves(run)
    name = read_json(run / "metrics.json")["metrics"][0]["name"]
    scores = {"metrics": {name: [0.5, 0.75, None]}, "train_metrics": {name: [0.9, 0.8, 0.7]}}
    (run / "folds.json").write_text(json.dumps({**scores, "test_share": 0.25}))
    times = [float(second) for second in range(5)]
    columns: dict[str, Any] = {"time_s": times, "cpu_percent": times, "memory_mb": times}
    pq.write_table(
        pa.table({**columns, "gpu_percent": pa.nulls(5), "gpu_memory_mb": pa.nulls(5)}),
        run / "resources.parquet",
    )
    warning = {"level": "warning", "category": "ConvergenceWarning", "message": "it <b>did</b> not"}
    (run / "log.jsonl").write_text(json.dumps(warning) + "\n" + json.dumps(warning) + "\n")


def test_a_training_leaves_figures_and_a_page_under_its_seal(run: Path, task: str) -> None:
    manifest = load_manifest(run)
    check_files(run, manifest)
    drawn = {file.stem for file in (run / FIGURES).iterdir()}
    assert drawn == BY_TASK[task]
    assert {f"{FIGURES}/{name}.svg" for name in drawn} | {PAGE} <= set(manifest["files"])
    for file in (run / FIGURES).iterdir():
        ElementTree.fromstring(file.read_bytes())  # noqa: S314 -- written by this test


def test_the_page_stands_alone_is_small_and_well_formed(run: Path) -> None:
    text = (run / PAGE).read_text(encoding="utf-8")
    assert len(text.encode()) < 1_000_000
    plain = re.sub(r'xmlns(:\w+)?="[^"]*"|<metadata>.*?</metadata>', "", text, flags=re.DOTALL)
    assert not re.search(r"<script|<link|<img|https?:|@import", plain)
    outside = set(re.findall(r"url\(([^)]*)\)", plain))
    assert all(target.startswith("#") for target in outside)
    parser = Balanced()
    parser.feed(re.sub(r"<(use|br|meta)[^>]*/?>|<defs>.*?</defs>", "", plain, flags=re.DOTALL))
    assert parser.open == []


def test_the_same_run_gives_the_same_bytes_again(run: Path, tmp_path: Path) -> None:
    again = page(run, tmp_path / "again.html")
    assert again == (run / PAGE).read_text(encoding="utf-8")


def test_the_page_tells_what_was_run_how_good_it_is_and_how_to_repeat_it(run: Path) -> None:
    text = (run / PAGE).read_text(encoding="utf-8")
    metrics, manifest = read_json(run / "metrics.json"), load_manifest(run)
    for model in metrics["splits"]["valid"]["figures"]:
        assert (model if model != "model" else "logistic") in text
    for metric in metrics["metrics"]:
        assert f"<h3>{metric['name']} " in text
    assert f"make reproduce RUN={run.name}" in text
    assert "make train ARGS=&#34;model=logistic evaluation.resamples=100&#34;" in text
    for told in (manifest["outputs"]["fingerprint"][:12], "It beats the zero rule", "table.csv"):
        assert told in text


def test_what_older_runs_lack_is_shown_where_it_is_there(run: Path, tmp_path: Path) -> None:
    for name in ("curves.parquet", "folds.json", "resources.parquet"):
        (run / name).unlink()
    before = page(run, tmp_path / "page.html")
    add_process(run)
    after = page(run, tmp_path / "page.html")
    for title in ("loss by step", "of each fold", "Memory over time", "Load over time"):
        assert title not in before
        assert title in after
    assert "0.62 ± 0.18" in after
    assert "it &lt;b&gt;did&lt;/b&gt; not" in after
    assert '<td class="number">2</td><td>ConvergenceWarning</td>' in after


def test_the_worst_rows_are_those_of_the_highest_loss(run: Path, task: str) -> None:
    rows = pq.read_table(run / "predictions.parquet").to_pandas().query("split == 'valid'")
    if task == "classification":
        chance = [row[f"p_{row['y_true']}"] for _, row in rows.iterrows()]
        loss = -np.log(chance)
    else:
        loss = (rows["y_pred"] - rows["y_true"]).abs().to_numpy()
    found = worst(run, task)
    assert len(found) == 10
    expected = rows["row_id"].to_numpy()[np.argsort(-loss, kind="stable")[:10]]
    assert [row["row_id"] for row in found] == expected.tolist()
    assert float(found[0]["loss"]) == pytest.approx(loss.max(), rel=1e-3)


def test_a_cloud_of_many_rows_is_thinned_and_says_so() -> None:
    truth = np.random.default_rng(0).normal(size=100_000)
    drawn = list(quantity_figures.draw(truth, truth + 1, "weight", 0.95))
    assert "1,500 of 100,000 rows" in drawn[0].note
    assert sum(len(figure.svg) for figure in drawn) < 700_000
    assert drawn[0].svg.count("<use") < 1_600


def test_a_single_row_and_figures_without_bounds_are_drawn_and_told() -> None:
    one = np.array([1.0])
    assert [figure.name for figure in quantity_figures.draw(one, one, "x", 0.95)] == [
        "predicted",
        "residuals",
    ]
    assert list(quantity_figures.draw(one, one * np.inf, "x", 0.95)) == []
    label_ = np.array(["a"])
    proba = np.array([[0.5, 0.5]])
    drawn = class_figures.draw(label_, label_, proba, ["a", "b"], 0.95)
    assert [figure.name for figure in drawn] == ["confusion", "reliability"]
    gains = {"model": {"MAE": {"value": None, "low": None, "high": None}}}
    metrics = {
        "metrics": [{"name": "MAE", "higher_is_better": False}],
        "splits": {"valid": {"gains": gains}},
    }
    assert verdict(metrics).head == "Too little data to tell"


@pytest.mark.parametrize(
    ("value", "low", "high", "head", "rest"),
    [
        (-0.5, -0.75, -0.25, "It beats the zero rule", "better by 0.50 [0.25, 0.75] in MAE."),
        (0.5, 0.25, 0.75, "It is worse than the zero rule", "worse by 0.50 [0.25, 0.75] in MAE."),
        (0.5, -0.25, 0.75, "Too little data to tell", "worse by 0.5 [-0.2, 0.8] in MAE."),
    ],
)
def test_a_run_is_said_to_be_better_or_worse_by_what_it_is(
    value: float, low: float, high: float, head: str, rest: str
) -> None:
    gains = {"model": {"MAE": {"value": value, "low": low, "high": high}}}
    told = verdict(
        {
            "metrics": [{"name": "MAE", "higher_is_better": False}],
            "splits": {"valid": {"gains": gains}},
        }
    )
    assert told.head == head
    assert told.rest.endswith(f": {rest}")


def test_many_classes_are_cut_to_the_most_frequent_and_it_is_said() -> None:
    draw = np.random.default_rng(0)
    classes = [f"class {number:02}" for number in range(40)]
    truth = np.array(classes)[draw.integers(0, 40, size=2_000) % draw.integers(1, 41, size=2_000)]
    proba = draw.dirichlet(np.ones(40), size=2_000)
    drawn = list(
        class_figures.draw(truth, np.array(classes)[proba.argmax(1)], proba, classes, 0.95)
    )
    assert "12 most frequent of 40" in drawn[0].note
    assert "7 most frequent of 40" in drawn[1].note
    assert sum(len(figure.svg) for figure in drawn) < 300_000


def test_hostile_names_are_drawn_as_they_are() -> None:
    classes = ["$x_{", "<script>\x01\ud800", "_hidden"]
    truth = np.array(classes * 20)
    proba = np.full((60, 3), 1 / 3)
    for figure in class_figures.draw(truth, truth, proba, classes, 0.95):
        ElementTree.fromstring(figure.svg.encode())  # noqa: S314 -- written by this test
        assert "<script" not in figure.svg
    assert label("a" * 30) == "a" * 23 + "…"


def test_reliability_is_of_the_second_of_two_classes_and_of_the_likeliest_of_more() -> None:
    truth = np.array(["a", "b", "b"])
    proba = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    chance, hit, what = class_figures.event(truth, proba, ["a", "b"])
    assert (chance.tolist(), hit.tolist(), what) == ([0.1, 0.8, 0.4], [False, True, True], "b")
    more = np.array([[0.7, 0.1, 0.2], [0.1, 0.6, 0.3], [0.5, 0.3, 0.2]])
    chance, hit, _ = class_figures.event(truth, more, ["a", "b", "c"])
    assert (chance.tolist(), hit.tolist()) == ([0.7, 0.6, 0.5], [True, True, False])


def test_bins_of_a_calibrated_model_hold_the_truth() -> None:
    draw = np.random.default_rng(0)
    chance = draw.random(5_000)
    table = class_figures.bins(chance, draw.random(5_000) < chance, 0.99)
    assert table[:, 4].sum() == 5_000
    assert ((table[:, 2] <= table[:, 0]) & (table[:, 0] <= table[:, 3])).all()
    wrong = class_figures.bins(chance, draw.random(5_000) < chance**2, 0.99)
    assert not ((wrong[:, 2] <= wrong[:, 0]) & (wrong[:, 0] <= wrong[:, 3])).all()
    assert len(class_figures.bins(np.full(50, 0.5), np.ones(50, bool), 0.95)) == 1


def test_quantiles_of_normal_residuals_lie_in_their_band_and_those_of_heavy_tails_do_not() -> None:
    draw = np.random.default_rng(0)

    def outside(errors: np.ndarray) -> int:
        _, found, low, high = quantity_figures.normal_quantiles(errors, 0.999).T
        return int(((found < low) | (found > high)).sum())

    assert outside(draw.normal(size=500)) == 0
    assert outside(draw.standard_t(2, size=500)) > 10


def test_thinning_keeps_the_ends_and_the_order() -> None:
    assert thin(3, 5) == [0, 1, 2]
    kept = thin(1_000, 7)
    assert len(set(kept)) == 7
    assert (kept[0], kept[-1], kept) == (0, 999, sorted(kept))
