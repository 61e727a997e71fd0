"""A row is followed through a model to the very prediction that the run recorded."""

from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from project.data.config import Data
from project.errors import DataError, RunError
from project.explain import show, steps
from project.files import md5
from project.paths import Paths
from project.provenance import inputs
from project.train import make

from .conftest import configure


def trained(data: Data, paths: Paths, *overrides: str) -> Path:
    """Train on the project's tables, and return the run's folder."""
    config = configure(data, *overrides)
    sums = {file.relative_to(paths.root).as_posix(): md5(file) for file in paths.trained_on}
    return make(config, inputs(config, sums, paths), paths)


@pytest.mark.parametrize("model", ["logistic", "boosting"])
def test_the_last_step_is_what_was_recorded(data: Data, paths: Paths, model: str) -> None:
    folder = trained(data, paths, f"model={model}")
    row = pd.read_parquet(folder / "predictions.parquet").iloc[3]
    found = list(steps("latest", str(row["row_id"]), paths))
    titles, cells = zip(*found, strict=True)
    assert titles[0] == "the validated table"
    assert "prepare, number: impute (SimpleImputer)" in titles
    assert cells[-2]["prediction"] == row["y_pred"]
    assert cells[-1]["y_pred"] == row["y_pred"]
    if data.task.value == "classification":
        assert cells[-2]["p(apple)"] == pytest.approx(row["p_apple"], abs=1e-12)
    console = Console(record=True)
    show(found, console)
    assert "recorded in predictions.parquet" in console.export_text()


def test_a_row_that_is_not_there_is_told(data: Data, paths: Paths) -> None:
    trained(data, paths)
    with pytest.raises(RunError, match="ROW=nonsense names no row of run"):
        list(steps("latest", "nonsense", paths))


@pytest.mark.parametrize("task", ["classification"])
def test_where_errors_have_costs_the_prediction_is_what_they_decide(
    data: Data, paths: Paths
) -> None:
    costs = "evaluation.costs={apple: {plum: 50}, plum: {apple: 1}}"
    folder = trained(data, paths, costs)
    rows = pd.read_parquet(folder / "predictions.parquet")
    likeliest = rows["p_apple"].gt(0.5).map({True: "apple", False: "plum"})
    row = rows[rows["y_pred"] != likeliest].iloc[0]
    found = list(steps("latest", str(row["row_id"]), paths))
    assert found[-2][1]["prediction"] == row["y_pred"]


def test_a_row_of_an_older_version_of_the_table_is_not_taken_from_a_newer_one(
    data: Data, paths: Paths
) -> None:
    trained(data, paths)
    paths.validated.write_bytes(paths.validated.read_bytes() + b" ")
    with pytest.raises(DataError, match="bring it by `make pull`, or train again"):
        list(steps("latest", "3", paths))
