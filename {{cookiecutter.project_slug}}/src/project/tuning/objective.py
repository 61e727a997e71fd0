"""What a trial is scored by: the first metric, or what errors cost, on a fold of training rows."""

import time
from dataclasses import dataclass

import pandas as pd

from ..config import Config
from ..evaluation.costs import metrics_for
from ..models.deciding import by_costs
from ..models.folds import Fold
from ..models.training import fit, predict


@dataclass(frozen=True)
class Piece:
    """A model to fit on one fold: what is sent to a worker."""

    config: Config
    rows: pd.DataFrame
    fold: Fold


@dataclass(frozen=True)
class Scored:
    """What one fold gave.

    Attributes
    ----------
    score
        The first metric on the rows for testing, in its own direction.
    seconds
        Of the fit and the prediction.
    warnings
        How many the fit gave.
    """

    score: float
    seconds: float
    warnings: int


def score_fold(piece: Piece) -> Scored:
    """Fit a model on a fold's rows for training and score it on those for testing."""
    config, rows, fold = piece.config, piece.rows, piece.fold
    start = time.perf_counter()
    fitted = fit(config, rows.iloc[fold.train])
    made = by_costs(predict(fitted.pipeline, rows.iloc[fold.test], config), config)
    score = metrics_for(config)[0].value(made)
    return Scored(score, time.perf_counter() - start, len(fitted.warnings))
