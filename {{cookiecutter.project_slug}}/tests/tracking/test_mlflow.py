"""MLflow, the real one, on SQLite. Collected where the extra is built in: see conftest.py."""

from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from mlflow.tracking import MlflowClient

from project.data.config import Data
from project.files import sha256
from project.paths import Paths

from . import contract
from .contract import Seen

# SQLAlchemy's, of what MLflow does.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
FRUIT = pytest.mark.parametrize("task", ["classification"])


def read(paths: Paths) -> list[Seen]:
    """Read all runs by MLflow's own client."""
    folder = paths.root / "mlflow"
    client = MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
    found = []
    for experiment in client.search_experiments():
        for run in client.search_runs([experiment.experiment_id]):
            series: contract.Series = {}
            for name in run.data.metrics:
                history = client.get_metric_history(run.info.run_id, name)
                series[name] = sorted((m.step, m.value) for m in history)
            files = sorted((folder / "artifacts" / run.info.run_id / "artifacts").rglob("*"))
            tables = [file for file in files if file.parent.name == "tables"]
            found.append(
                Seen(
                    status=run.info.status.lower(),
                    name=run.info.run_name,
                    group=run.data.tags["group"],
                    params=run.data.params,
                    metrics={n: s[-1][1] for n, s in series.items() if s[-1][0] == 0},
                    series=series,
                    tables={t.stem.partition("-")[0]: table(t) for t in tables},
                    models=[sha256(f) for f in files if f.name == "model.skops"],
                )
            )
    return found


def table(file: Path) -> pd.DataFrame:
    """Read a table back."""
    return pd.read_csv(StringIO(file.read_text()))


def test_a_finished_run_is_recorded_whole(data: Data, paths: Paths) -> None:
    contract.finished("mlflow", read, data, paths)


@FRUIT
def test_warnings_are_recorded_with_their_codes(data: Data, paths: Paths) -> None:
    contract.warned("mlflow", read, data, paths)


@FRUIT
def test_what_fails_is_closed_as_failed_and_mixes_with_nothing(data: Data, paths: Paths) -> None:
    contract.failed("mlflow", read, data, paths)


@FRUIT
def test_processes_at_once_lose_and_mix_nothing(paths: Paths) -> None:
    contract.at_once("mlflow", read, paths)
