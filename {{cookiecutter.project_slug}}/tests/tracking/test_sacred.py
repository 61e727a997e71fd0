"""Sacred, the real one, by files. Collected where the extra is built in: see conftest.py."""

from pathlib import Path

import pandas as pd
import pytest

from project.data.config import Data
from project.files import sha256
from project.paths import Paths
from project.provenance import leaves
from project.runs import read_json

from . import contract
from .contract import Seen

FRUIT = pytest.mark.parametrize("task", ["classification"])
STATUS = {"COMPLETED": "finished", "FAILED": "failed"}


def read(paths: Paths) -> list[Seen]:
    """Read all runs from the files of the observer."""
    return [read_one(file.parent) for file in sorted((paths.root / "sacred").glob("*/run.json"))]


def read_one(folder: Path) -> Seen:
    """Read one run."""
    run = read_json(folder / "run.json")
    file = folder / "metrics.json"
    stored = read_json(file) if file.exists() else {}
    series = {
        name: list(zip(values["steps"], values["values"], strict=True))
        for name, values in stored.items()
    }
    return Seen(
        status=STATUS[run["status"]],
        name=run["meta"]["comment"],
        group=run["meta"]["group"],
        params=leaves(read_json(folder / "config.json")),
        metrics={name: steps[-1][1] for name, steps in series.items() if steps[-1][0] == 0},
        series=series,
        tables={file.stem.partition("-")[0]: pd.read_csv(file) for file in folder.glob("*.csv")},
        models=[sha256(folder / n) for n in run["artifacts"] if n == "model.skops"],
    )


def test_a_finished_run_is_recorded_whole(data: Data, paths: Paths) -> None:
    contract.finished("sacred", read, data, paths)


@FRUIT
def test_warnings_are_recorded_with_their_codes(data: Data, paths: Paths) -> None:
    contract.warned("sacred", read, data, paths)


@FRUIT
def test_what_fails_is_closed_as_failed_and_mixes_with_nothing(data: Data, paths: Paths) -> None:
    contract.failed("sacred", read, data, paths)


@FRUIT
def test_processes_at_once_lose_and_mix_nothing(paths: Paths) -> None:
    contract.at_once("sacred", read, paths)
