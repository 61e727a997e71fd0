"""What a served model says beside its decision: sets, intervals, and when it is too unsure.

All validation rows of the run calibrate. What was predicted for them lies sealed in the run's own
folder, so that no table is needed: the promise is that of `make evaluate SPLIT=test`.
"""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..data.config import Task
from ..errors import RunError
from ..evaluation.confidence import choose, surest, thresholds
from ..evaluation.config import Methods
from ..evaluation.conformal import outside
from ..evaluation.exact import fewest, rank, smallest
from ..evaluation.metrics import Predictions
from ..runs import read_json, write_json

FILE = "limits.json"


@dataclass(frozen=True)
class Limits:
    """Thresholds, from rows that the model was not fitted on.

    Attributes
    ----------
    rows
        How many calibrated.
    coverage, reach
        The share of truths that sets or intervals hold, and the largest score that they let in: 1
        less a class's probability, or a distance in the target's unit. None: too few rows.
    risk, sure
        The share of wrong decisions to hold, and the probability below which the model abstains to
        do so. None: there is no such probability, or no class.
    likeliest
        Whether the model always decided for the class that it found likeliest.
    notes
        Sentences on what could not be calibrated.
    """

    rows: int
    coverage: float
    reach: float | None
    risk: float
    sure: float | None
    likeliest: bool
    notes: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        """Write them as JSON beside a model."""
        write_json(asdict(self), folder / FILE)


def limits_of(folder: Path, task: Task, methods: Methods) -> Limits:
    """Return the limits that lie beside a released model, or else those of its validation rows.

    Parameters
    ----------
    folder
        A run's, or a released model's.
    task, methods
        What is predicted; coverage, risk and surety.

    Raises
    ------
    RunError
        When the file that a release wrote can't be read.
    """
    file = folder / FILE
    if not file.exists():
        return calibrate(recorded(folder), task, methods)
    try:
        found = read_json(file)
        return Limits(**{**found, "notes": tuple(found["notes"])})
    except (OSError, json.JSONDecodeError, TypeError, KeyError):
        raise RunError(f"{file} is not what `make release` wrote: release the model anew") from None


def recorded(folder: Path) -> Predictions:
    """Read what a run predicted of its validation rows."""
    rows = pd.read_parquet(folder / "predictions.parquet")
    rows = rows[rows["split"] == "valid"]
    said = [name for name in rows.columns if name.startswith("p_")]
    y_true, y_pred = rows["y_true"].to_numpy(), rows["y_pred"].to_numpy()
    if not said:
        return Predictions(y_true, y_pred)
    labels = np.array([name.removeprefix("p_") for name in said])
    return Predictions(y_true.astype(str), y_pred.astype(str), rows[said].to_numpy(float), labels)


def calibrate(known: Predictions, task: Task, methods: Methods) -> Limits:
    """Choose thresholds by rows of which the truth is known.

    Parameters
    ----------
    known
        What was predicted of n rows that the model was not fitted on.
    task, methods
        What is predicted; coverage, risk and surety.
    """
    promise, risk = methods.conformal.coverage, methods.confidence.risk
    rows = len(known.y_true)
    k = rank(rows, promise)
    notes = []
    if not k:
        notes.append(
            f"No sets or intervals: {rows} validation rows are too few for a coverage of "
            f"{promise:.0%}, which takes {fewest(promise)}."
        )
    reach = smallest(outside(known), k) if k else None
    sure, likeliest = None, True
    if task is Task.classification:
        likeliest = bool((known.y_pred == _likeliest(known)).all())
        sure = _abstain_below(known, methods)
        if sure is None:
            notes.append(
                f"No abstaining: no probability is known to hold the share of wrong decisions at "
                f"{risk:.1%} with {methods.confidence.surety:.0%} surety, from {rows} validation "
                "rows."
            )
    return Limits(rows, promise, reach, risk, sure, likeliest, tuple(notes))


def _likeliest(known: Predictions) -> np.ndarray:
    if known.proba is None or known.classes is None:
        return known.y_pred
    return np.asarray(known.classes[known.proba.argmax(axis=1)])


def _abstain_below(known: Predictions, methods: Methods) -> float | None:
    """Choose as `evaluation.confidence` does, among quantiles of these rows' own confidence.

    Where a quantile lies follows from what the model said and not from what was true, so that the
    errors above it remain binomial; tests/serving/test_limits.py measures that the risk is held.
    """
    if not len(known.y_true):
        return None
    sure, wrong = surest(known)
    risk, surety = methods.confidence.risk, methods.confidence.surety
    grid = thresholds(sure, len(sure), risk, surety, methods.confidence.steps)
    chosen, _ = choose(grid, sure, wrong, risk, surety)
    return None if math.isnan(chosen) else chosen
