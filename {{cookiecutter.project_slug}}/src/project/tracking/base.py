"""What a tracker is: something that a run's record is fed to.

A new one is a module in this folder, named as the package that it drives, with a class `Tool`, and
a file in conf/tracking/ that names it in `tools`.
"""

import sys
import warnings
from contextlib import AbstractContextManager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from ..errors import first_line
from .config import Mode, Tracking
from .record import Record


class Opened(Protocol):
    """A run in a tracker, open to be written."""

    def params(self, values: dict[str, Any]) -> None:
        """Take configuration and provenance: a tree of plain values."""

    def metrics(self, values: dict[str, float]) -> None:
        """Take the figures of the whole run."""

    def series(self, axis: str, frame: pd.DataFrame) -> None:
        """Take figures over steps.

        Parameters
        ----------
        axis
            The column that holds the steps; the others are figures, NaN where there is none.
        """

    def table(self, name: str, frame: pd.DataFrame) -> None:
        """Take a table of plain values, such as the rows with their predictions."""

    def figure(self, file: Path) -> None:
        """Take a picture, as SVG."""

    def artifact(self, file: Path, kind: str, metadata: dict[str, Any]) -> None:
        """Take a file: the `model` that the run made, or the `data` that it was made of."""

    def warning(self, record: dict[str, str]) -> None:
        """Take a warning with its code, or the error that ended the run."""


class Tool(Protocol):
    """A tracker."""

    def open(self, record: Record) -> AbstractContextManager[Opened]:
        """Open a run, and close it whatever happens, as finished or failed by `record.status`."""


def load_tool(name: str, config: Tracking, root: Path) -> Tool:
    """Return a tracker by its name; it keeps files of its own below the project's root."""
    found: Tool = import_module(f".{name}", __package__).Tool(config, root)
    return found


def track(record: Record, config: Tracking, root: Path) -> None:
    """Feed a record to every configured tracker; one that fails is told, and loses nothing else."""
    for name in config.tools:
        try:
            with warnings.catch_warnings():
                # What a library will drop some day is its own business: versions are locked.
                warnings.simplefilter("ignore", DeprecationWarning)
                with load_tool(name, config, root).open(record) as opened:
                    feed(record, opened)
        except Exception as error:
            if config.mode is Mode.online:
                print(
                    f"{name} stopped answering ({first_line(error)}): recorded offline instead",
                    file=sys.stderr,
                )
                track(record, replace(config, tools=[name], mode=Mode.offline), root)
                continue
            print(
                f"note: {name} did not record run {record.id} ({first_line(error)}); what is in "
                "runs/ is whole",
                file=sys.stderr,
            )


def feed(record: Record, opened: Opened) -> None:
    """Hand over all of a record."""
    opened.params(record.params)
    opened.metrics(record.metrics)
    for axis, frame in record.series.items():
        opened.series(axis, frame)
    for name, frame in record.tables.items():
        opened.table(name, frame)
    for file in record.figures:
        opened.figure(file)
    for warning in record.warnings:
        opened.warning(warning)
    for file, kind in record.artifacts:
        opened.artifact(file, kind, record.provenance)
