"""The result of a backtest."""

from dataclasses import dataclass

import pandas as pd

from ..evaluation.result import Evaluation
from .age import Age
from .drift import Drift
from .invariants import Broken
from .periods import Period
from .quality import Change
from .related import Lost
from .served import Served
from .skew import Skew
from .slices import Moved
from .truth import Truth
from .uncertainty import Uncertainty
from .units import Unit

ALL = "all rows"


@dataclass(frozen=True)
class Backtested:
    """All that was found in a log.

    Attributes
    ----------
    run, finished, served
        The run, when it was made, and the log.
    cut, small
        All periods, and the names of those with too few rows to be tested.
    evaluations
        What `evaluate()` says of each period with enough truth, and of all rows.
    inputs, predictions, units, broken, cautions, skew, uncertainty, changes, truth, age, slices
        As the module of each name tells.
    related
        By period and in `before`: strength and p-value of the tie of predictions and truth.
    lost
        Where truth has nothing to do with anything any more.
    truth_unit
        The unit that the truth seems to be in, where it is not that of the training rows.
    slice_loss
        What the loss of slices is called.
    notes
        What was left out, and why.
    """

    run: str
    finished: pd.Timestamp
    served: Served
    cut: list[Period]
    small: list[str]
    evaluations: dict[str, Evaluation]
    inputs: list[Drift]
    predictions: list[Drift]
    units: list[Unit]
    broken: list[Broken]
    cautions: list[str]
    skew: Skew
    uncertainty: Uncertainty
    changes: list[Change]
    truth: Truth
    related: dict[str, tuple[float, float]]
    lost: Lost | None
    truth_unit: Unit | None
    age: Age
    slices: list[Moved]
    slice_loss: str
    notes: list[str]
