"""Score predictions: every metric of the task, for the model and its baselines, with intervals."""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..config import Config
from .costs import metrics_for
from .intervals import estimate_by
from .metrics import Predictions

if TYPE_CHECKING:
    from ..models.decision import Decision

ZERO_RULE = "zero rule"


def score(
    predictions: dict[str, dict[str, Predictions]],
    config: Config,
    decision: "Decision | None" = None,
) -> dict[str, Any]:
    """Compute the figures of each split.

    Parameters
    ----------
    predictions
        Split name to model name to predictions; "model" is the trained one.
    config
        The task, and how sure the figures must be.
    decision
        The rule that costs were tuned for, if there are any.

    Returns
    -------
    dict
        `metrics` (name and direction), and for each split its number of rows, its `figures` by
        model and metric, and the `gains` over the zero rule. Training figures are of the model
        alone and without intervals: they describe its memory and estimate nothing. With costs also
        `decision`: the rule, and what it saves per row against the most probable class.
    """
    metrics = metrics_for(config)
    splits: dict[str, Any] = {}
    for split, models in predictions.items():
        entry: dict[str, Any] = {"rows": len(models["model"].y_true), "gains": {}}
        if split == "train":
            entry["figures"] = {
                "model": {m.name: {"value": m.value(models["model"])} for m in metrics}
            }
        else:
            figures, gains = estimate_by(config, metrics, models, ZERO_RULE)
            entry["figures"] = _plain(figures)
            entry["gains"] = _plain(gains)
        splits[split] = entry
    found = {
        "confidence": config.evaluation.confidence,
        "metrics": [{"name": m.name, "higher_is_better": m.higher_is_better} for m in metrics],
        "splits": splits,
    }
    if decision is not None:
        found["decision"] = _told(decision) | {
            "gains": {
                split: _gain(models["model"], config)
                for split, models in predictions.items()
                if split != "train"
            }
        }
    return found


def _told(decision: "Decision") -> dict[str, Any]:
    binary = decision.threshold is not None
    return {
        "rule": decision.rule,
        "class": str(decision.classes[decision.positive]) if binary else None,
        "threshold": decision.threshold,
        "bayes_threshold": decision.bayes,
    }


def _gain(made: Predictions, config: Config) -> dict[str, Any]:
    """Return what the rule saves per row against the most probable class, on the same rows."""
    assert made.proba is not None
    assert made.classes is not None
    plain = replace(made, y_pred=made.classes[np.argmax(made.proba, axis=1)])
    cost = metrics_for(config)[0]
    saved = replace(cost, combine=lambda means: -cost.combine(means))
    _, gains = estimate_by(config, [saved], {"model": made, "plain": plain}, "plain")
    return asdict(gains["model"][cost.name])


def score_answers(
    said: Predictions, model: Predictions, whose: str, config: Config
) -> dict[str, Any]:
    """Compare somebody's answers with the model, on exactly the rows that have an answer.

    Parameters
    ----------
    said, model
        Predictions of the same n rows.
    whose
        Name of the answers.
    config
        The task, and how sure the figures must be.

    Returns
    -------
    dict
        Number of `rows`, `figures` of both, and the `gains` of the model over the answers. Without
        probabilities in the answers there are only the figures that need none.
    """
    able = [one for one in metrics_for(config) if said.proba is not None or not one.by_proba]
    figures, gains = estimate_by(config, able, {"model": model, whose: said}, whose)
    return {"rows": len(said.y_true), "figures": _plain(figures), "gains": _plain(gains)}


def _plain(estimates: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        model: {metric: asdict(value) for metric, value in figures.items()}
        for model, figures in estimates.items()
    }
