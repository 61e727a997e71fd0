"""Sacred, by its file observer: sacred/<run id>/ holds a run's configuration, figures and files."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from .config import Tracking
from .record import Record

# Read when Sacred is imported: it would look for git, which the image has none of.
os.environ["GIT_PYTHON_REFRESH"] = "quiet"


class Tool:
    """Record runs in `sacred/` of the project.

    The observer is fed directly: Sacred's own `Experiment.run` would want to do the training.
    """

    def __init__(self, config: Tracking, root: Path) -> None:
        self._config, self._folder = config, root / "sacred"

    @contextmanager
    def open(self, record: Record) -> "Iterator[Opened]":
        """Open a run under its id."""
        with warnings.catch_warnings():
            # It imports pkg_resources and pkgutil.find_loader, which say that they will go.
            warnings.simplefilter("ignore")
            from sacred.observers import FileStorageObserver

        observer = FileStorageObserver(self._folder, copy_artifacts=True, copy_sources=False)
        observer.started_event(
            ex_info={"name": self._config.project, "sources": [], "base_dir": ""},
            command="train",
            host_info={},
            start_time=datetime.now(UTC),
            config=record.params,
            meta_info={"comment": record.name, "group": record.group},
            _id=record.id,
        )
        opened = Opened(observer, record)
        try:
            yield opened
        except BaseException as error:
            observer.failed_event(datetime.now(UTC), [str(error)])
            raise
        observer.heartbeat_event(opened.info, "", datetime.now(UTC), None)
        if record.status == "finished":
            observer.completed_event(datetime.now(UTC), None)
        else:
            observer.failed_event(datetime.now(UTC), [w["message"] for w in record.warnings])


class Opened:
    """A run of Sacred.

    Attributes
    ----------
    info
        What goes into info.json: warnings and provenance.
    """

    def __init__(self, observer: Any, record: Record) -> None:
        self._observer, self._record = observer, record
        self.info: dict[str, Any] = {"warnings": [], "provenance": record.provenance}

    def params(self, values: dict[str, Any]) -> None:
        """Nothing: Sacred took the configuration when the run was opened."""

    def metrics(self, values: dict[str, float]) -> None:
        """Store the figures at step 0."""
        self._store({name: ([value], [0.0]) for name, value in values.items()})

    def series(self, axis: str, frame: pd.DataFrame) -> None:
        """Store each figure at its steps."""
        known = {name: frame[[axis, name]].dropna() for name in frame.columns.drop(axis)}
        self._store({n: (part[n].tolist(), part[axis].tolist()) for n, part in known.items()})

    def table(self, name: str, frame: pd.DataFrame) -> None:
        """Keep a table as a CSV file."""
        with TemporaryDirectory() as folder:
            file = Path(folder) / f"{name}-{self._record.id}.csv"
            frame.to_csv(file, index=False)
            self._observer.artifact_event(file.name, str(file))

    def figure(self, file: Path) -> None:
        """Keep a drawing."""
        self._observer.artifact_event(file.name, str(file))

    def artifact(self, file: Path, kind: str, metadata: dict[str, Any]) -> None:
        """Keep a file, data as what the run used."""
        event = self._observer.resource_event if kind == "data" else self._keep
        event(str(file))

    def warning(self, record: dict[str, str]) -> None:
        """Note a warning in info.json."""
        self.info["warnings"].append(record)

    def _keep(self, file: str) -> None:
        self._observer.artifact_event(Path(file).name, file)

    def _store(self, figures: dict[str, tuple[list[float], list[float]]]) -> None:
        now = datetime.now(UTC)
        self._observer.log_metrics(
            {
                name: {"values": values, "steps": steps, "timestamps": [now] * len(values)}
                for name, (values, steps) in figures.items()
            },
            self.info,
        )
