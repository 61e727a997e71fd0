"""Training–serving skew: the logged predictions against the model's own on the logged features."""

from dataclasses import dataclass

import numpy as np

from ..config import Config
from ..evaluation.metrics import Floats, Predictions
from .known import Known
from .served import Served
from .skew_causes import cause

DIGITS = 1e-5  # differences that rounding leaves, where no decision changes


@dataclass(frozen=True)
class Skew:
    """What was served against what the model says itself.

    Attributes
    ----------
    rows, differ, decisions
        How many rows there are, differ by more than the tolerance, and have another decision.
    largest, median
        Difference of a probability, or of a quantity, in its unit, among those that differ.
    gaps
        Shape (n,): the largest difference of each row, relative where it is of a quantity above 1.
    own
        The model's own answers.
    first
        The number of the first row that differs; 0 where none does.
    rounded
        Whether the differences are as small as a few digits less in the log would make them.
    cause
        What would explain them.
    """

    rows: int
    differ: int
    decisions: int
    largest: float
    median: float
    gaps: Floats
    own: Predictions
    first: int
    rounded: bool
    cause: str


def skew(served: Served, own: Predictions, known: Known, config: Config) -> Skew:
    """Compare what was served with the model's own answers, row by row.

    Parameters
    ----------
    served, own
        The log, and the model's answers to its features.
    known, config
        The run; the tolerance is of probabilities, and of quantities relative to their size.
    """
    size, gaps = _gaps(served.said, own)
    limit = config.backtest.tolerance
    differ = gaps > limit
    decided = np.asarray(served.said.y_pred != own.y_pred)
    if own.proba is not None and own.proba.shape[1] > 1:
        # With two classes as likely as each other, the last bit decides.
        top = np.sort(own.proba, axis=1)[:, -2:]
        decided &= differ | (top[:, 1] - top[:, 0] > limit)
        differ = differ | decided
    elif own.proba is None:
        decided = np.zeros(len(gaps), dtype=bool)
    some = size[differ]
    worst = float(gaps.max()) if len(gaps) else 0.0
    return Skew(
        rows=len(gaps),
        differ=int(differ.sum()),
        decisions=int(decided.sum()),
        largest=float(some.max()) if len(some) else 0.0,
        median=float(np.median(some)) if len(some) else 0.0,
        gaps=gaps,
        own=own,
        first=int(served.rows.index[differ][0]) if differ.any() else 0,
        rounded=bool(differ.any() and worst < DIGITS and not decided.any()),
        cause=cause(served, own, differ, known, config) if differ.any() else "",
    )


def _gaps(said: Predictions, own: Predictions) -> tuple[Floats, Floats]:
    """Return each row's difference as it is, and as the tolerance is meant; both of shape (n,)."""
    if said.proba is not None and own.proba is not None:
        gap = np.abs(said.proba - own.proba).max(axis=1)
        return gap, gap
    made = np.asarray(own.y_pred, dtype=float)
    gap = np.abs(np.asarray(said.y_pred, dtype=float) - made)
    return gap, gap / np.maximum(np.abs(made), 1.0)
