"""Two runs are compared bit for bit, and the first differences named."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from project import reproduce
from project.data.config import Data
from project.differences import Difference, Differences, differences
from project.errors import DataError
from project.files import md5
from project.manifest import load_manifest, write_manifest
from project.models.difference import first_difference
from project.paths import Paths
from project.provenance import inputs
from project.report.reproduction import diagnosis, line, show
from project.train import make

from .conftest import configure


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place for runs that several tests only read."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture
def task() -> str:
    """One task is enough: both leave the same files."""
    return "classification"


@pytest.fixture
def run(data: Data, paths: Paths, runs: Path) -> Path:
    """A run to compare with, trained once."""
    if not (runs / "recorded").exists():
        into = inputs(configure(data), {"table.csv": "0" * 32}, paths)
        make(configure(data), into, paths).rename(runs / "recorded")
    return runs / "recorded"


@pytest.fixture
def other(data: Data, paths: Paths, runs: Path) -> Path:
    """A run of another seed and model setting that claims the same inputs."""
    if not (runs / "other").exists():
        config = configure(data, "model.classification.C=1.0000001")
        into = inputs(configure(data), {"table.csv": "0" * 32}, paths)
        make(config, into, paths).rename(runs / "other")
    return runs / "other"


def changed(run: Path, into: Path, **parts: dict[str, Any]) -> Path:
    """Copy a run, with other entries in some parts of its manifest and a seal that holds."""
    copy = Path(shutil.copytree(run, into / "repeated"))
    content = load_manifest(copy)
    (copy / "manifest.json").unlink()
    write_manifest({**content, **{key: content[key] | new for key, new in parts.items()}}, copy)
    return copy


def test_a_run_is_identical_to_its_copy(run: Path, tmp_path: Path) -> None:
    found = differences(run, changed(run, tmp_path))
    assert found.identical
    assert found == Differences([], [], [])
    assert "identical" in line("abc", found)


def test_another_machine_makes_no_difference_but_is_named(run: Path, tmp_path: Path) -> None:
    around = {"processor": "Other", "image": "sha256:1", "packages": {"numpy": "0"}}
    found = differences(run, changed(run, tmp_path, circumstances=around))
    assert found.identical
    assert {"processor", "image", "package"} <= {one.kind for one in found.around}
    assert "although another: package, image, processor" in line("abc", found)


@pytest.mark.parametrize(
    ("new", "kind", "what"),
    [
        ({"code": "0" * 64}, "input", "code"),
        ({"lock": "0" * 64}, "input", "lock"),
        ({"python": "3.13.99"}, "input", "python"),
        ({"data": {"table.csv": "1" * 32}}, "input", "data.table.csv"),
    ],
)
def test_an_input_that_moved_is_named(
    new: dict[str, Any], kind: str, what: str, run: Path, tmp_path: Path
) -> None:
    found = differences(run, changed(run, tmp_path, inputs=new))
    assert not found.identical
    assert [(one.kind, one.what) for one in found.inputs] == [(kind, what)]


def test_a_parameter_that_moved_is_named_with_both_values(run: Path, tmp_path: Path) -> None:
    config = json.loads(json.dumps(load_manifest(run)["inputs"]["config"]))
    config["model"]["classification"]["C"] = 2.0
    del config["evaluation"]["folds"]
    found = differences(run, changed(run, tmp_path, inputs={"config": config}))
    assert found.inputs == [
        Difference("parameter", "model.classification.C", "1.0", "2.0"),
        Difference("parameter", "evaluation.folds", "5", "none"),
    ]


def test_the_first_row_metric_and_fitted_parameter_are_named(run: Path, other: Path) -> None:
    found = differences(run, other)
    assert not found.identical
    assert found.inputs == found.around == []
    fitted = next(one for one in found.outputs if one.kind == "fitted parameter")
    assert fitted.what.endswith(".C")
    row = next(one for one in found.outputs if one.kind == "prediction")
    one, two = (pd.read_parquet(folder / "predictions.parquet") for folder in (run, other))
    first = next(i for i in range(len(one)) if not one.iloc[i].equals(two.iloc[i]))
    assert row.what == f"row {one.row_id[first]} ({one.split[first]}), p_apple"
    assert (row.recorded, row.repeated) == (str(one.p_apple[first]), str(two.p_apple[first]))
    metric = next(one for one in found.outputs if one.kind == "metric")
    assert metric.what == "train.model.log loss"


def test_differences_are_counted_beyond_the_first(run: Path, other: Path) -> None:
    shown = [one.what for one in differences(run, other).outputs if one.kind == "prediction"]
    assert len(shown) == 4
    assert shown[-1].startswith("and ")


def test_the_table_shows_both_sides_and_a_diagnosis(run: Path, other: Path) -> None:
    paper = io.StringIO()
    show("abc", differences(run, other), None, console=Console(width=100, file=paper))
    for words in ("run abc: different", "recorded", "repeated", "prediction", "not recorded"):
        assert words in paper.getvalue()


@pytest.mark.parametrize("part", ["model", "predictions", "metrics", "more"])
def test_bits_that_no_table_shows_are_a_difference_too(
    part: str, run: Path, tmp_path: Path
) -> None:
    one = changed(run, tmp_path / "one", outputs={part: "1" * 64})
    two = changed(run, tmp_path / "two", outputs={part: "2" * 64})
    found = differences(one, two)
    assert not found.identical
    assert found.outputs == [Difference(part, "its bits", "1" * 12, "2" * 12)]


NOTHING = Differences([], [], [])
FIT = [Difference("fitted parameter", "coef_", "1", "2"), Difference("metric", "x", "1", "2")]


@pytest.mark.parametrize(
    ("found", "again", "words"),
    [
        (
            Differences([Difference("input", "code", "", "")], FIT, []),
            None,
            "not the code that ran",
        ),
        (Differences([Difference("input", "python", "", "")], [], []), None, "another Python"),
        (Differences([Difference("parameter", "seed", "", "")], [], []), None, "same inputs"),
        (Differences([], FIT, []), Differences([], FIT, []), "in the fit or before"),
        (Differences([], FIT, []), Differences([], FIT[1:], []), "src/project/evaluation"),
        (Differences([], FIT, [Difference("package", "numpy", "", "")]), NOTHING, "(numpy)"),
        (Differences([], FIT, [Difference("processor", "", "", "")]), NOTHING, "compute=portable"),
        (Differences([], FIT, [Difference("image", "", "", "")]), NOTHING, "outside of Python's"),
        (Differences([], FIT, []), NOTHING, "not recorded"),
    ],
)
def test_the_diagnosis_follows_the_evidence(
    found: Differences, again: Differences | None, words: str
) -> None:
    assert words in diagnosis(found, again)


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ({"a": [1, 2.5]}, {"a": [1, 2.25]}, ("['a'][1]", "2.5", "2.25")),
        (np.zeros((2, 3)), np.array([[0, 0, 0], [0, -0.0, 0]]), ("[1, 1]", "0.0", "-0.0")),
        (np.zeros(2), np.zeros(3), ("", "array([0., 0.])", "array([0., 0., 0.])")),
        ({1, 2}, {1, 3}, ("", "{1, 2}", "{1, 3}")),
    ],
)
def test_the_first_difference_of_two_values_is_found(
    one: Any, two: Any, expected: tuple[str, str, str]
) -> None:
    assert first_difference(one, one) is None
    assert first_difference(one, two) == expected


def test_data_is_laid_out_from_the_cache_and_checked(paths: Paths, tmp_path: Path) -> None:
    recorded = Paths(tmp_path / "recorded")
    checksums = {}
    for file in paths.trained_on:
        checksum = md5(file)
        checksums[file.relative_to(paths.root).as_posix()] = checksum
        recorded.cached(checksum).parent.mkdir(parents=True, exist_ok=True)
        file.rename(recorded.cached(checksum))
    manifest = {"inputs": {"data": checksums}}
    assert reproduce.missing(tmp_path, manifest, recorded) == {}
    assert reproduce.missing(tmp_path, manifest, paths) == checksums
    reproduce.lay_out(manifest, recorded, paths)
    assert [md5(file) for file in paths.trained_on] == list(checksums.values())
    for file in paths.trained_on:
        file.resolve().write_bytes(b"damaged")
    with pytest.raises(DataError, match=r"not in \.dvc/cache as it was"):
        reproduce.lay_out(manifest, recorded, paths)
