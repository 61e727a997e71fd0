"""Ask a model again about the same rows, changed in one way after another."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ..config import Compute, Config
from ..data.config import Task
from ..data.load import features, target
from ..parallel import each
from .changes import Change
from .metrics import Predictions
from .subject import decided

# Seconds of work, below which the start of other processes costs more than they save.
_PAYS_S = 8.0


@dataclass(frozen=True)
class Probe:
    """A model, the rows that it is asked about, and what it says of them unchanged.

    Attributes
    ----------
    pipeline
        The fitted model.
    x, y
        Features of shape (n, features), truth of shape (n,).
    base
        What the model says of them.
    seconds
        How long that took.
    config
        The task, and how many workers there are.
    """

    pipeline: Any
    x: pd.DataFrame
    y: np.ndarray
    base: Predictions
    seconds: float
    config: Config

    def ask(self, changes: Sequence[Change]) -> list[Predictions]:
        """Return what the model says after each change, in their order.

        By several workers where the work is long enough for that to pay; the bits are the same.
        """
        compute = self.config.compute
        if self.seconds * len(changes) < _PAYS_S:
            compute = replace(compute, workers=1)
        return changed(self.pipeline, self.x, self.y, changes, self.config.data.task, compute)


def probe(pipeline: Any, rows: pd.DataFrame, config: Config) -> Probe:
    """Ask a model about rows of shape (n, features + 1) as they are, and note the time it takes."""
    x, y = features(rows, config.data), target(rows, config.data)
    start = time.perf_counter()
    base = decided(pipeline, x, y, config.data.task)
    return Probe(pipeline, x, y, base, time.perf_counter() - start, config)


def changed(
    pipeline: Any,
    x: pd.DataFrame,
    y: np.ndarray,
    changes: Sequence[Change],
    task: Task,
    compute: Compute,
) -> list[Predictions]:
    """Ask about the rows after each change; the number of workers moves no bit."""
    count = min(compute.workers, len(changes))
    if not count:
        return []
    # One part of the changes for each worker, so that the rows travel to each of them once.
    parts = [changes[part::count] for part in range(count)]
    pieces = [(pipeline, x, y, part, task) for part in parts]
    answered = list(each(_each_change, pieces, compute))
    return [answered[at % count][at // count] for at in range(len(changes))]


def _each_change(
    piece: tuple[Any, pd.DataFrame, np.ndarray, Sequence[Change], Task],
) -> list[Predictions]:
    pipeline, x, y, changes, task = piece
    return [decided(pipeline, change.of(x), y, task) for change in changes]
