"""People and the existing solution are compared with a model on exactly the rows they answer."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from project.config import Config
from project.data.config import Data, Task
from project.data.given import checksums
from project.data.load import load
from project.errors import DataError
from project.manifest import load_manifest
from project.paths import Paths
from project.provenance import inputs, run_id
from project.report.terminal import show
from project.train import make

from ..conftest import configure

FILE = "answers.csv"


@pytest.fixture
def config(data: Data) -> Config:
    """A configuration whose human baseline is a file."""
    return configure(data, f"evaluation.baselines.human={FILE}")


def perfect(paths: Paths, data: Data, count: int, **columns: float) -> pd.DataFrame:
    """Write the truth of the last validation rows, and two rows of another split."""
    splits = load(data, paths, "train", "valid")
    rows = pd.concat([splits["train"].head(2), splits["valid"].tail(count)])
    said = pd.DataFrame({"row_id": rows.index, "prediction": rows[data.target], **columns})
    said.to_csv(paths.root / FILE, index=False)
    return said


def trained(config: Config, paths: Paths) -> Path:
    return make(config, inputs(config, checksums(config, paths), paths), paths)


def test_both_are_scored_on_the_rows_with_an_answer(
    config: Config, data: Data, paths: Paths
) -> None:
    perfect(paths, data, 20)
    folder = trained(config, paths)
    metrics = json.loads((folder / "metrics.json").read_text())
    found = metrics["splits"]["valid"]["answers"]["human"]
    first = metrics["metrics"][0]["name"]
    assert found["rows"] == 20
    assert found["figures"]["human"][first]["value"] == (data.task is Task.classification)
    said = pd.read_parquet(folder / "predictions.parquet").query("split == 'valid'").tail(20)
    expected = (
        (said["y_true"] == said["y_pred"]).mean()
        if data.task is Task.classification
        else np.abs(said["y_true"].astype(float) - said["y_pred"].astype(float)).mean()
    )
    assert found["figures"]["model"][first]["value"] == pytest.approx(expected)
    assert set(metrics["splits"]["valid"]["figures"]) == {
        "model",
        "zero rule",
        "random",
        "one rule",
    }
    assert "log loss" not in found["figures"]["human"]
    console = Console(record=True, width=200)
    show(folder, known=False, console=console)
    shown = console.export_text()
    assert f"'human' on the 20 of {metrics['splits']['valid']['rows']} validation rows" in shown
    assert f"one rule: {metrics['rule']}" in shown


@pytest.mark.parametrize("task", ["classification"])
def test_probabilities_are_scored_where_there_are_some(
    config: Config, data: Data, paths: Paths
) -> None:
    perfect(paths, data, 20, p_plum=0.25, p_apple=0.75)
    metrics = json.loads((trained(config, paths) / "metrics.json").read_text())
    found = metrics["splits"]["valid"]["answers"]["human"]["figures"]["human"]
    plums = (load(data, paths, "valid")["valid"].tail(20)["kind"] == "plum").mean()
    expected = -(plums * np.log(0.25) + (1 - plums) * np.log(0.75))
    assert found["log loss"]["value"] == pytest.approx(expected)


def test_rows_are_known_by_the_key_of_the_schema_in_any_order(
    config: Config, data: Data, paths: Paths
) -> None:
    paths.schema.write_text(paths.schema.read_text().replace("key: []", "key: [name]"))
    said = perfect(paths, data, 12)
    names = pd.read_parquet(paths.validated).set_index("__row_id__")["name"]
    said["name"] = names[said["row_id"]].to_numpy()
    said.drop(columns="row_id").iloc[::-1].to_csv(paths.root / FILE, index=False)
    metrics = json.loads((trained(config, paths) / "metrics.json").read_text())
    found = metrics["splits"]["valid"]["answers"]["human"]
    assert found["rows"] == 12
    first = metrics["metrics"][0]["name"]
    assert found["figures"]["human"][first]["value"] == (data.task is Task.classification)


@pytest.mark.parametrize("task", ["classification"])
def test_the_answers_are_part_of_the_identity(config: Config, data: Data, paths: Paths) -> None:
    ids = []
    for count in (10, 20):
        perfect(paths, data, count)
        ids.append(run_id(inputs(config, checksums(config, paths), paths)))
    plain = configure(data)
    ids.append(run_id(inputs(plain, checksums(plain, paths), paths)))
    assert len(set(ids)) == 3
    assert FILE in load_manifest(trained(config, paths))["inputs"]["data"]


@pytest.mark.parametrize("task", ["classification"])
def test_answers_that_have_changed_since_are_refused(
    config: Config, data: Data, paths: Paths
) -> None:
    perfect(paths, data, 10)
    into = inputs(config, checksums(config, paths), paths)
    perfect(paths, data, 11)
    with pytest.raises(DataError, match=f"{FILE} is not as it was"):
        make(config, into, paths)
    assert not paths.runs.exists()


Spoil = Callable[[str], str]


@pytest.mark.parametrize("task", ["classification"])
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda t: t.replace("prediction", "guess"), "first line must name .* 'prediction'"),
        (lambda t: t.replace("row_id", "id"), "no column 'row_id'"),
        (lambda t: t.replace("apple", "appel"), "'appel' is no class of kind: it has apple, plum"),
        (lambda t: t + t.splitlines()[-1] + "\n", "answer the same row: leave one"),
        (lambda t: t + "1,apple,3\n", "row 13 has 3 cells and the first line 2"),
        (lambda t: "row_id,prediction\n999999,apple\n", "no row answers a validation row"),
        (lambda t: "row_id,prediction\nx,apple\n", "row 1: row_id 'x' is no number"),
        (lambda t: "", "its first line must name"),
        (lambda t: t.replace("prediction", "prediction,p_plum").replace("\n", ",1\n"), "row|p_"),
    ],
)
def test_a_bad_file_is_refused_by_row_and_column(
    spoil: Spoil, words: str, config: Config, data: Data, paths: Paths
) -> None:
    perfect(paths, data, 10)
    file = paths.root / FILE
    file.write_text(spoil(file.read_text()))
    with pytest.raises(DataError, match=words) as raised:
        trained(config, paths)
    assert "\n" not in str(raised.value)
    assert FILE in str(raised.value)


@pytest.mark.parametrize("task", ["classification"])
@pytest.mark.parametrize("file", ["missing.csv", "../table.csv", "/etc/passwd"])
def test_a_file_that_is_not_in_the_project_is_refused(file: str, data: Data, paths: Paths) -> None:
    config = configure(data, f"evaluation.baselines.existing={file}")
    with pytest.raises(DataError, match=r"evaluation\.baselines\.existing: there is no file"):
        checksums(config, paths)


@pytest.mark.parametrize("task", ["regression"])
def test_an_answer_that_is_no_number_is_named(config: Config, data: Data, paths: Paths) -> None:
    perfect(paths, data, 10)
    file = paths.root / FILE
    lines = file.read_text().splitlines()
    lines[5] = lines[5].split(",")[0] + ",heavy"
    file.write_text("\n".join(lines) + "\n")
    with pytest.raises(DataError, match=r"row 5: prediction 'heavy' is no number"):
        trained(config, paths)
