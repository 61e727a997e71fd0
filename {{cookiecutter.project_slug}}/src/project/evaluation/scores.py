"""Score predictions: every metric of the task, for the model and its baselines, with intervals."""

from dataclasses import asdict
from typing import Any

from ..config import Config
from .intervals import estimate
from .metrics import Predictions, metrics_of

ZERO_RULE = "zero rule"


def score(predictions: dict[str, dict[str, Predictions]], config: Config) -> dict[str, Any]:
    """Compute the figures of each split.

    Parameters
    ----------
    predictions
        Split name to model name to predictions; "model" is the trained one.
    config
        The task, and how sure the figures must be.

    Returns
    -------
    dict
        `metrics` (name and direction), and for each split its number of rows, its `figures` by
        model and metric, and the `gains` over the zero rule. Training figures are of the model
        alone and without intervals: they describe its memory and estimate nothing.
    """
    metrics = metrics_of(config.data.task)
    splits: dict[str, Any] = {}
    for split, models in predictions.items():
        entry: dict[str, Any] = {"rows": len(models["model"].y_true), "gains": {}}
        if split == "train":
            entry["figures"] = {
                "model": {m.name: {"value": m.value(models["model"])} for m in metrics}
            }
        else:
            figures, gains = estimate(
                metrics,
                models,
                reference=ZERO_RULE,
                resamples=config.evaluation.resamples,
                confidence=config.evaluation.confidence,
                seed=config.seed,
            )
            entry["figures"] = _plain(figures)
            entry["gains"] = _plain(gains)
        splits[split] = entry
    return {
        "confidence": config.evaluation.confidence,
        "metrics": [{"name": m.name, "higher_is_better": m.higher_is_better} for m in metrics],
        "splits": splits,
    }


def _plain(estimates: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        model: {metric: asdict(value) for metric, value in figures.items()}
        for model, figures in estimates.items()
    }
