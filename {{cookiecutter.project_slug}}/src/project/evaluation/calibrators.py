"""Calibrators: probabilities as they are, and after each way to mend them.

Calibrators are fitted on rows that the model has not seen, and judged on rows that they have not.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

from ..config import Config
from ..data.load import features, target
from .calibration import Reliability, reliability
from .intervals import Estimate, percentiles
from .metrics import CLASSIFICATION, Predictions
from .multiple import holm
from .resampling import resample
from .subject import ask, seeded

BEFORE = "as trained"
CALIBRATORS = ("sigmoid", "temperature", "isotonic")
_FOLDS = 5  # that scikit-learn cuts the calibration rows into: rows that each class must have
_PROPER = [m for m in CLASSIFICATION if m.name in ("log loss", "Brier score")]


def judge(
    fresh: pd.DataFrame, pipeline: object, calibration: pd.DataFrame, config: Config
) -> tuple[list[Reliability], str]:
    """Judge a classifier's probabilities as they are, and after each calibrator.

    Parameters
    ----------
    fresh
        Rows to judge by, shape (n, features + 1).
    pipeline
        The fitted classifier.
    calibration
        Rows for the calibrators; none of them is among `fresh`.
    config
        Bins, resamples, seed.

    Returns
    -------
    tuple
        What was found, and why calibrators are lacking, if they are.
    """
    models: dict[str, object] = {BEFORE: pipeline}
    why = _too_little(calibration, pipeline, config)
    if not why:
        x, y = features(calibration, config.data), target(calibration, config.data)
        for method in CALIBRATORS:
            model = CalibratedClassifierCV(FrozenEstimator(pipeline), method=method)
            models[method] = model.fit(x, y)
    made = {name: ask(model, fresh, config.data) for name, model in models.items()}
    scores = _scores(made, config)
    return _corrected([reliability(n, one, scores[n], config) for n, one in made.items()]), why


def _corrected(found: list[Reliability]) -> list[Reliability]:
    fixed = holm([p for one in found for p in (one.resampling_p, one.spiegelhalter_p)])
    return [
        replace(one, resampling_p=draws, spiegelhalter_p=z)
        for one, draws, z in zip(found, fixed[::2], fixed[1::2], strict=True)
    ]


def _too_little(calibration: pd.DataFrame, pipeline: object, config: Config) -> str:
    labels, counts = np.unique(target(calibration, config.data), return_counts=True)
    rows = dict(zip(labels.tolist(), counts.tolist(), strict=True))
    for label in getattr(pipeline, "classes_", []):
        if rows.get(label, 0) < _FOLDS:
            return (
                f"class '{label}' has {rows.get(label, 0)} calibration rows, too few to fit a "
                f"calibrator: it takes {_FOLDS}"
            )
    return ""


def _scores(models: dict[str, Predictions], config: Config) -> dict[str, dict[str, Estimate]]:
    """Return the proper scores of each model, all from the same resamples."""
    cells = np.hstack([metric.rows(made) for made in models.values() for metric in _PROPER])
    drawn = resample(
        cells,
        resamples=config.evaluation.resamples,
        seed=seeded(config.seed, "calibration scores"),
        compute=config.compute,
    )
    found = iter(
        Estimate(float(column.mean()), *percentiles(replicates, config.evaluation.confidence))
        for column, replicates in zip(cells.T, drawn.T, strict=True)
    )
    return {name: {metric.name: next(found) for metric in _PROPER} for name in models}
