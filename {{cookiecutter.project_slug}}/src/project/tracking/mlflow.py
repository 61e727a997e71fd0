"""MLflow, without its server: runs are rows of mlflow/mlflow.db, their files lie beside it."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from ..files import locked
from .config import Tracking
from .record import Record

_LONGEST = 6000  # characters of a parameter that MLflow takes


class Tool:
    """Record runs in `mlflow/` of the project, one process after the other."""

    def __init__(self, config: Tracking, root: Path) -> None:
        self._config, self._folder = config, root / "mlflow"
        # It would tell of each table of its database, call home, and run git.
        os.environ["MLFLOW_LOGGING_LEVEL"] = "WARNING"
        logging.getLogger("alembic").setLevel(logging.WARNING)
        os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
        os.environ["GIT_PYTHON_REFRESH"] = "quiet"

    @contextmanager
    def open(self, record: Record) -> "Iterator[Opened]":
        """Open a run; SQLite takes one writer, and is set up by the first."""
        with locked(self._folder / ".lock"):
            from mlflow.tracking import MlflowClient

            client = MlflowClient(f"sqlite:///{self._folder / 'mlflow.db'}")
            found = client.get_experiment_by_name(self._config.project)
            experiment = (
                found.experiment_id
                if found
                else client.create_experiment(
                    self._config.project, (self._folder / "artifacts").as_uri()
                )
            )
            tags = {"run_id": record.id, "group": record.group, "kind": record.kind}
            run = client.create_run(experiment, run_name=record.name, tags=tags)
            status = "FINISHED" if record.status == "finished" else "FAILED"
            try:
                yield Opened(client, run.info.run_id, record)
            except BaseException:
                status = "FAILED"
                raise
            finally:
                client.set_terminated(run.info.run_id, status)


class Opened:
    """A run of MLflow."""

    def __init__(self, client: Any, run: str, record: Record) -> None:
        self._client, self._run, self._record = client, run, record

    def params(self, values: dict[str, Any]) -> None:
        """Log each leaf of the tree under its dotted name."""
        from mlflow.entities import Param

        leaves = [Param(key, value[:_LONGEST]) for key, value in _leaves(values)]
        for start in range(0, len(leaves), 100):
            self._client.log_batch(self._run, params=leaves[start : start + 100])

    def metrics(self, values: dict[str, float]) -> None:
        """Log the figures at step 0."""
        self._log([(key, value, 0) for key, value in values.items()])

    def series(self, axis: str, frame: pd.DataFrame) -> None:
        """Log each figure at its step; time is counted in milliseconds, as steps are whole."""
        scale = 1000 if axis == "time_s" else 1
        self._log(
            [
                (name, float(value), round(step * scale))
                for name in frame.columns.drop(axis)
                for step, value in zip(frame[axis], frame[name], strict=True)
                if value == value
            ]
        )

    def table(self, name: str, frame: pd.DataFrame) -> None:
        """Keep a table as a CSV file."""
        self._client.log_text(
            self._run, frame.to_csv(index=False), f"tables/{name}-{self._record.id}.csv"
        )

    def figure(self, file: Path) -> None:
        """Keep a drawing."""
        self._client.log_artifact(self._run, str(file), "figures")

    def artifact(self, file: Path, kind: str, metadata: dict[str, Any]) -> None:
        """Keep a file; the data are named by a tag."""
        self._client.log_artifact(self._run, str(file), kind)
        for path, md5 in metadata["data"].items() if kind == "data" else ():
            self._client.set_tag(self._run, f"data.{path}", md5)

    def warning(self, record: dict[str, str]) -> None:
        """Nothing: the warnings are a table."""

    def _log(self, figures: list[tuple[str, float, int]]) -> None:
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        rows = [Metric(_allowed(name), value, now, step) for name, value, step in figures]
        for start in range(0, len(rows), 1000):
            self._client.log_batch(self._run, metrics=rows[start : start + 1000])


def _leaves(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        name = _allowed(f"{prefix}{key}")
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{name}.")
        else:
            yield name, str(value)


def _allowed(name: str) -> str:
    return "".join(c if c.isalnum() or c in "_-./ " else "_" for c in name).strip("/")
