"""Score the configured model on folds of the training split: how its figures vary with the rows.

One round of `evaluation.folds` folds, left out above `evaluation.cross_validate_up_to_rows` rows: a
table that large says on one validation split what folds would say.
"""

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..config import Config
from ..errors import DataError, ProjectError
from ..evaluation.metrics import metrics_of
from .cautions import Caution
from .crossval import FoldResult, cross_validate
from .folds import Fold, configured

# Seconds of work below which workers cost more than they take off: each imports scikit-learn.
WORTH_WORKERS_S = 4.0


def fold_scores(
    config: Config, rows: pd.DataFrame, along: np.ndarray | None
) -> tuple[dict[str, Any], list[Caution]]:
    """Cross-validate on the training split.

    Parameters
    ----------
    config
        The model, the folds, the seed, and how many work on them.
    rows
        The training split, shape (n, features + 1).
    along
        What `data.load.along` returns for the same rows.

    Returns
    -------
    dict
        `metrics` and `train_metrics`: figure of each fold by metric, on its rows for testing and on
        those for training; `test_share`: rows for testing per row for training; `fit_s` and
        `predict_s` of each fold; `left_out`: why there are none, or None.
    list of dict
        The warnings of the fits, with the fold that each arose in.
    """
    try:
        if len(rows) > config.evaluation.cross_validate_up_to_rows:
            raise DataError(
                f"{len(rows)} training rows are more than evaluation.cross_validate_up_to_rows"
            )
        folds = configured(config, rows, along, repeats=1)
        results = _results(config, rows, folds)
    except ProjectError as error:
        return _laid_out([], config, str(error)), []
    return _laid_out(results, config, None), [
        {**record, "where": record["where"].replace("model", f"fold {number}", 1)}
        for number, result in enumerate(results, start=1)
        for record in result.warnings
    ]


def _results(config: Config, rows: pd.DataFrame, folds: list[Fold]) -> list[FoldResult]:
    """Do the first fold here, and call workers for the others only when that took long.

    A fold's bits are the same wherever it is worked out.
    """
    here = replace(config, compute=replace(config.compute, workers=1))
    start = time.perf_counter()
    first = list(cross_validate(here, rows, folds[:1]))
    left_s = (time.perf_counter() - start) * len(folds[1:])
    others = config if left_s > WORTH_WORKERS_S else here
    return first + list(cross_validate(others, rows, folds[1:]))


def _laid_out(results: list[FoldResult], config: Config, left_out: str | None) -> dict[str, Any]:
    metrics = metrics_of(config.data.task) if results else []
    return {
        "metrics": {m.name: [m.value(r.predictions) for r in results] for m in metrics},
        "train_metrics": {m.name: [m.value(r.train_predictions) for r in results] for m in metrics},
        "test_share": float(np.mean([r.fold.test_share for r in results])) if results else None,
        "fit_s": [r.fit_s for r in results],
        "predict_s": [r.predict_s for r in results],
        "left_out": left_out,
    }
