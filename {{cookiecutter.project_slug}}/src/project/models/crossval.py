"""Cross-validate a model: fit it on all folds but one and predict that one, for each in turn."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from ..config import Config
from ..data.load import features, target
from ..evaluation.metrics import Predictions
from ..parallel import each
from .baselines import baselines
from .cautions import Caution
from .folds import Fold
from .training import fit, predict


@dataclass(frozen=True)
class FoldResult:
    """What one fold gave.

    Attributes
    ----------
    fold
        The positions of its rows.
    predictions
        Of the rows for testing.
    train_predictions
        Of the rows that the model was fitted on.
    warnings
        One record for each warning of the fit, as `cautions.py` makes them.
    fit_s, predict_s
        Seconds; for prediction, of the rows for testing.
    """

    fold: Fold
    predictions: Predictions
    train_predictions: Predictions
    warnings: list[Caution]
    fit_s: float
    predict_s: float


def cross_validate(
    config: Config,
    rows: pd.DataFrame,
    folds: Sequence[Fold],
    done: Callable[[int], None] = lambda more: None,
) -> Iterator[FoldResult]:
    """Fit and predict each fold, by as many workers as `config.compute` says.

    Parameters
    ----------
    config
        The model, the data's columns and the seed.
    rows
        The training split, shape (n, features + 1).
    folds
        Cut from these rows.
    done
        Called with 1 after each fold, as `report.progress.counting` gives it.

    Yields
    ------
    FoldResult
        In the order of the folds.
    """
    for result in each(_one, [(config, rows, fold) for fold in folds], config.compute):
        done(1)
        yield result


def zero_rule(
    config: Config, rows: pd.DataFrame, folds: Sequence[Fold]
) -> Iterator[tuple[Predictions, Predictions]]:
    """Predict each fold by the zero rule.

    Yields
    ------
    tuple of Predictions
        Of the rows that it learnt from, and of those for testing.
    """
    for fold in folds:
        train, test = rows.iloc[fold.train], rows.iloc[fold.test]
        rule = baselines(config)["zero rule"]
        rule.fit(features(train, config.data), target(train, config.data))
        yield predict(rule, train, config), predict(rule, test, config)


def _one(piece: tuple[Config, pd.DataFrame, Fold]) -> FoldResult:
    config, rows, fold = piece
    train, test = rows.iloc[fold.train], rows.iloc[fold.test]
    fitted = fit(config, train)
    start = time.perf_counter()
    predictions = predict(fitted.pipeline, test, config)
    predict_s = time.perf_counter() - start
    return FoldResult(
        fold=fold,
        predictions=predictions,
        train_predictions=predict(fitted.pipeline, train, config),
        warnings=fitted.warnings,
        fit_s=fitted.fit_s,
        predict_s=predict_s,
    )
