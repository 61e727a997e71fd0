"""Runs are compared row by row where they can be, and it is said where they can't."""

import io
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from project.compare import Comparison, compare
from project.errors import RunError
from project.manifest import load_manifest
from project.paths import Paths
from project.report.compare import show
from project.run_rows import differences
from project.runs import read_json

from .trained import copied, reseal


@pytest.fixture
def trained(task: str, tmp_path: Path) -> list[Path]:
    """The zero rule and the first real model, both trained on the tiny table."""
    return copied(task, tmp_path)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """The project that has these runs."""
    return Paths(tmp_path)


def shown(found: Comparison, width: int = 100) -> str:
    paper = io.StringIO()
    show(found, Console(file=paper, width=width))
    return paper.getvalue()


def rewrite(folder: Path, **columns: list[object]) -> None:
    """Give a run other predictions, and seal it anew."""
    file = folder / "predictions.parquet"
    table = pq.read_table(file)
    for name, values in columns.items():
        place = table.column_names.index(name)
        table = table.set_column(place, name, pa.array(values, table.schema.types[place]))
    pq.write_table(table, file)
    reseal(folder)


def test_a_real_model_is_told_from_the_zero_rule_in_every_metric(
    trained: list[Path], paths: Paths
) -> None:
    found = compare([folder.name for folder in trained], paths)
    told = found.found[trained[1].name]
    assert set(told) == set(found.rows[0].metrics)
    for name, higher in found.rows[0].metrics.items():
        one = told[name]
        assert one.p_value < 0.01, name
        assert (one.estimate.low > 0) if higher else (one.estimate.high < 0), name
        figures = [row.figures[name]["value"] for row in found.rows]
        assert None not in figures
        assert one.estimate.value == pytest.approx(float(figures[1] or 0) - float(figures[0] or 0))
    text = shown(found)
    assert re.search(r"p [<=] [\d.]+ better", text)
    assert "worse" not in text


def test_the_other_way_round_it_is_worse_by_the_same(trained: list[Path], paths: Paths) -> None:
    one, two = (folder.name for folder in trained)
    there, back = compare([one, two], paths), compare([two, one], paths)
    for name in there.rows[0].metrics:
        assert there.found[two][name].estimate.value == pytest.approx(
            -back.found[one][name].estimate.value
        )
        assert there.found[two][name].p_value == back.found[one][name].p_value
    assert not re.search(r"p [<=] [\d.]+ better", shown(back))


def test_settings_that_are_the_same_are_not_shown(trained: list[Path], paths: Paths) -> None:
    found = compare([folder.name for folder in trained], paths)
    keys = differences(found.rows)
    assert "model.name" in keys
    assert not {"seed", "evaluation.folds", "model._target_"} & set(keys)
    assert "logistic" in shown(found)


def test_the_beginning_of_an_id_is_enough_if_it_is_of_one_run(
    trained: list[Path], paths: Paths
) -> None:
    one, two = (folder.name for folder in trained)
    assert [r.run_id for r in compare([one[:6], two], paths).rows] == [one, two]
    (paths.runs / f"{one[:6]}000000").mkdir()
    (paths.runs / f"{one[:6]}000000" / "manifest.json").write_text("{}")
    with pytest.raises(RunError, match=f"RUN={one[:6]} names not one run but 2"):
        compare([one[:6], two], paths)


@pytest.mark.parametrize(
    ("task", "wanted", "told"),
    [
        ("regression", [], "RUNS names no run: give at least two"),
        ("regression", ["latest"], "RUNS names only [0-9a-f]{12}: give at least two"),
        ("regression", ["latest", "latest"], "RUNS names only"),
        ("regression", ["latest", "zzz"], "RUN=zzz names no run"),
    ],
)
def test_what_names_no_two_runs_is_refused(
    trained: list[Path], paths: Paths, wanted: list[str], told: str
) -> None:
    with pytest.raises(RunError, match=told):
        compare(wanted, paths)


@pytest.mark.parametrize("task", ["regression"])
def test_a_run_that_was_edited_is_refused(trained: list[Path], paths: Paths) -> None:
    with (trained[1] / "predictions.parquet").open("ab") as file:
        file.write(b"x")
    with pytest.raises(RunError, match=r"predictions\.parquet was edited"):
        compare([folder.name for folder in trained], paths)


@pytest.mark.parametrize("task", ["regression"])
def test_runs_on_other_rows_or_targets_are_not_compared_row_by_row(
    trained: list[Path], paths: Paths
) -> None:
    names = [folder.name for folder in trained]
    ids = pq.read_table(trained[1] / "predictions.parquet").column("row_id").to_numpy()
    rewrite(trained[1], row_id=list(ids + 1))
    found = compare(names, paths)
    assert found.apart == {names[1]: "another version of the data"}
    assert found.found == {}
    assert found.front == set()
    assert "can't be compared" in shown(found)
    into = load_manifest(trained[1])["inputs"]
    into["config"]["data"]["target"] = "other"
    reseal(trained[1], inputs=into)
    assert compare(names, paths).apart == {names[1]: "another target (other)"}


@pytest.mark.parametrize("task", ["classification"])
def test_equal_runs_are_said_to_be_the_same(trained: list[Path], paths: Paths) -> None:
    table = pq.read_table(trained[0] / "predictions.parquet")
    rewrite(trained[1], **{n: table.column(n).to_pylist() for n in table.column_names})
    found = compare([folder.name for folder in trained], paths)
    assert {one.p_value for one in found.found[trained[1].name].values()} == {1.0}
    assert "the same" in shown(found)


@pytest.mark.parametrize("task", ["regression"])
def test_the_front_goes_by_what_all_runs_recorded(trained: list[Path], paths: Paths) -> None:
    names = [folder.name for folder in trained]
    # The zero rule is quicker and smaller, the other better: neither beats the other.
    costs = ({"fit_s": 0.1}, 10, 1.0), ({"fit_s": 0.2}, 20, 2.0)
    for folder, (timings, size, latency) in zip(trained, costs, strict=True):
        sizes = {"model_bytes": size, "peak_memory_mb": 100.0}
        timings = {"total_s": 1.0, **timings, "latency_ms": latency}
        reseal(folder, timings=timings, sizes=sizes)
    found = compare(names, paths)
    assert found.front == set(names)
    assert found.respects == ["MAE", "fit", "latency", "memory", "model"]
    sizes = {"model_bytes": 30, "peak_memory_mb": 100.0}
    reseal(trained[0], timings={"fit_s": 0.3, "total_s": 1.0}, sizes=sizes)
    found = compare(names, paths)
    assert found.front == {names[1]}
    assert "latency: not recorded by all" in shown(found)


@pytest.mark.parametrize("task", ["classification"])
def test_figures_are_those_of_the_runs(trained: list[Path], paths: Paths) -> None:
    found = compare([folder.name for folder in trained], paths)
    text = shown(found, 200)
    for folder in trained:
        first = read_json(folder / "metrics.json")["splits"]["valid"]["figures"]["model"]
        assert f"{np.round(first['accuracy']['value'], 2):.2f} [" in text
        assert folder.name in text
