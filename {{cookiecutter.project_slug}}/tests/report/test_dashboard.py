"""The dashboard holds what the runs' folders say, and what can't be read is told."""

import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from project.dashboard import rows_of
from project.errors import RunError
from project.manifest import load_manifest
from project.paths import Paths
from project.report import page_rows
from project.report.dashboard import content, write
from project.runs import FORGOTTEN, read_json

from ..many import many
from ..trained import copied, reseal


@pytest.fixture
def runs(task: str, tmp_path: Path) -> list[Path]:
    """A run of the zero rule and one of the first real model."""
    return copied(task, tmp_path)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """The project that has these runs."""
    return Paths(tmp_path)


def held(paths: Paths) -> dict[str, Any]:
    """Write the page and return the data that it holds."""
    rows, unread = rows_of(paths)
    page = write(rows, unread, "fruit", "2026-01-01 00:00", paths.reports)
    text = page.read_text(encoding="utf-8")
    (inside,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text)
    found: dict[str, Any] = json.loads(inside)
    return found


def test_the_page_holds_every_run_with_its_figures(runs: list[Path], paths: Paths) -> None:
    data = held(paths)
    assert [run["id"] for run in data["runs"]] == [folder.name for folder in reversed(runs)]
    for run in data["runs"]:
        folder = paths.runs / run["id"]
        metrics = read_json(folder / "metrics.json")
        for metric, figure in zip(data["metrics"], run["figures"], strict=True):
            said = metrics["splits"]["valid"]["figures"]["model"][metric["name"]]
            assert figure == pytest.approx([said["value"], said["low"], said["high"]], rel=1e-5)
        assert run["page"] == f"../runs/{folder.name}/report.html"
        assert (paths.reports / run["page"]).resolve().is_file()
        costs = dict(zip((c["label"] for c in data["costs"]), run["costs"], strict=True))
        assert costs["fit"] == pytest.approx(load_manifest(folder)["timings"]["fit_s"], rel=1e-5)
        assert set(costs) == {"fit", "latency", "memory", "model"}


def test_settings_that_all_runs_share_are_left_out(runs: list[Path], paths: Paths) -> None:
    names = [key["name"] for key in held(paths)["config"]]
    assert "model.name" in names
    assert not {"seed", "evaluation.folds", "compute.threads", "code"} & set(names)


def test_predictions_are_held_row_by_row(runs: list[Path], paths: Paths, task: str) -> None:
    data = held(paths)
    (group,) = data["groups"]
    rows = pq.read_table(runs[1] / "predictions.parquet").to_pandas().query("split == 'valid'")
    run = next(run for run in data["runs"] if run["id"] == runs[1].name)
    assert group["rows"] == rows["row_id"].tolist()
    assert group["of"] == len(rows)
    if task == "classification":
        assert [group["classes"][i] for i in run["predicted"]] == rows["y_pred"].tolist()
        assert [group["classes"][i] for i in group["truth"]] == rows["y_true"].tolist()
    else:
        assert run["predicted"] == pytest.approx(rows["y_pred"].tolist(), rel=1e-3)


def test_where_rows_are_many_an_even_part_is_held_and_told(
    runs: list[Path], paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_rows, "MOST", 20)
    (group,) = held(paths)["groups"]
    assert len(group["rows"]) == len(group["truth"]) == 20
    assert group["of"] > 20


@pytest.mark.parametrize("task", ["classification"])
def test_runs_of_other_rows_are_another_group(runs: list[Path], paths: Paths) -> None:
    table = pq.read_table(runs[0] / "predictions.parquet")
    pq.write_table(table.slice(0, len(table) - 1), runs[0] / "predictions.parquet")
    reseal(runs[0])
    assert len(held(paths)["groups"]) == 2


@pytest.mark.parametrize("task", ["regression"])
def test_a_run_that_cannot_be_read_is_told_and_the_others_are_shown(
    runs: list[Path], paths: Paths
) -> None:
    (runs[0] / "manifest.json").write_text("{")
    rows, unread = rows_of(paths)
    assert [row.run_id for row in rows] == [runs[1].name]
    assert "manifest.json can't be read" in unread[0]
    page = write(rows, unread, "fruit", "now", paths.reports).read_text()
    assert f"Left out: runs/{runs[0].name}/manifest.json" in page
    (runs[1] / "metrics.json").unlink()
    assert len(rows_of(paths)[1]) == 2


@pytest.mark.parametrize("task", ["regression"])
def test_a_run_that_lost_rows_is_shown_without_what_is_gone(runs: list[Path], paths: Paths) -> None:
    for name in ("report.html", "model.skops", "predictions.parquet"):
        (runs[0] / name).unlink()
    (runs[0] / FORGOTTEN).write_text('{"rows": 1, "files": {}}')
    run = next(run for run in held(paths)["runs"] if run["id"] == runs[0].name)
    assert run["page"] is None
    assert run["predicted"] is None
    paths.reports.joinpath(f"run-{runs[0].name}.html").write_text("")
    run = next(run for run in held(paths)["runs"] if run["id"] == runs[0].name)
    assert run["page"] == f"run-{runs[0].name}.html"


@pytest.mark.parametrize("task", ["regression"])
def test_no_text_of_a_run_ends_the_script(runs: list[Path], paths: Paths) -> None:
    into = load_manifest(runs[0])["inputs"]
    into["config"]["model"]["name"] = "</script><b>&amp;\\u003c"
    reseal(runs[0], inputs=into)
    names = [run["config"][0] for run in held(paths)["runs"]]
    assert "</script><b>&amp;\\u003c" in names


def test_no_run_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="`make train` makes one"):
        rows_of(Paths(tmp_path))


@pytest.mark.parametrize("task", ["classification"])
def test_a_page_of_many_runs_stays_small(runs: list[Path], paths: Paths) -> None:
    made = many(runs[1], 60, paths)
    data = held(paths)
    assert len(data["runs"]) == len(made) + 2
    curves = [run["curves"]["loss"] for run in data["runs"] if "loss" in (run["curves"] or {})]
    drawn = [one["valid"][0] for one in curves]
    assert {len(steps) for steps in drawn} == {50}
    assert len((paths.reports / "dashboard.html").read_bytes()) < 60 * 5_000
    rows, _ = rows_of(paths)
    assert json.dumps(content(rows, paths.reports))
