"""Figures of a run that no training wrote are refused by name, whatever their seal says."""

import json
from pathlib import Path
from typing import Any

import pytest

from project.errors import RunError
from project.run_files import read_folds, read_metrics

from .trained import copied

ODD = [float("nan"), float("inf"), 10**400, True, "0.5", [], {"a": None}]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return copied("classification", tmp_path)[0]


def write(run: Path, name: str, content: Any) -> None:
    (run / name).write_text(json.dumps(content), encoding="utf-8")


def test_what_a_training_wrote_is_read(run: Path) -> None:
    read_metrics(run)
    read_folds(run)


@pytest.mark.parametrize("odd", ODD, ids=str)
@pytest.mark.parametrize("bound", ["value", "low", "high"])
@pytest.mark.parametrize("part", ["figures", "gains"])
def test_a_figure_that_is_no_number_is_refused(part: str, bound: str, odd: Any, run: Path) -> None:
    content = read_metrics(run)
    content["splits"]["valid"][part]["model"]["accuracy"][bound] = odd
    write(run, "metrics.json", content)
    with pytest.raises(RunError, match=rf"odd value in {bound} for accuracy of model"):
        read_metrics(run)


def test_bounds_the_wrong_way_round_are_refused(run: Path) -> None:
    content = read_metrics(run)
    content["splits"]["valid"]["figures"]["model"]["accuracy"] |= {"low": 0.9, "high": 0.1}
    write(run, "metrics.json", content)
    with pytest.raises(RunError, match="low above its high for accuracy of model"):
        read_metrics(run)


@pytest.mark.parametrize("split", ["train", "valid"])
def test_rows_that_were_not_counted_are_refused(split: str, run: Path) -> None:
    content = read_metrics(run)
    del content["splits"][split]["rows"]
    write(run, "metrics.json", content)
    with pytest.raises(RunError, match=rf"has no splits\.{split}\.rows"):
        read_metrics(run)


def test_a_model_without_its_gains_is_refused(run: Path) -> None:
    content = read_metrics(run)
    del content["splits"]["valid"]["gains"]["model"]
    write(run, "metrics.json", content)
    with pytest.raises(RunError, match=r"has no splits\.valid\.gains\.model"):
        read_metrics(run)


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_scores_of_folds_that_are_no_numbers_are_refused(odd: Any, run: Path) -> None:
    content = read_folds(run)
    content["metrics"]["accuracy"][0] = odd
    write(run, "folds.json", content)
    with pytest.raises(RunError, match="odd figures of accuracy"):
        read_folds(run)
