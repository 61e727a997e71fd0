"""Write what a training left into a run's folder."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import skops.io
import yaml
from sklearn.pipeline import Pipeline

from ..config import Config
from ..evaluation.metrics import Predictions
from ..fingerprint import fingerprint
from ..provenance import plain
from ..runs import (
    CONFIG,
    CURVES,
    FOLDS,
    LOG,
    METRICS,
    MODEL,
    PREDICTIONS,
    RESOURCES,
    write_json,
)
from .cautions import Caution
from .training import Trained
from .trusted import load_trusted, refuse_foreign


def save(
    folder: Path,
    trained: Trained,
    splits: dict[str, pd.DataFrame],
    predictions: dict[str, dict[str, Predictions]],
    metrics: dict[str, Any],
    config: Config,
) -> dict[str, str]:
    """Write model, predictions, metrics and configuration of a run.

    Parameters
    ----------
    folder
        Where to write `model.skops`, `predictions.parquet`, `metrics.json` and `config.yaml`.
    trained, splits, predictions, metrics, config
        The fitted model, the rows by split, the predictions by split and model, the figures, the
        configuration.

    Returns
    -------
    dict
        Fingerprints of the model, its predictions and its metrics, and of all three together.

    Raises
    ------
    RunError
        When the model holds a type that could not be loaded again.
    """
    skops.io.dump(trained.pipeline, folder / MODEL)
    # Now, and not when somebody wants to use the model.
    refuse_foreign(folder / MODEL, f"{MODEL} of this run")
    rows = pd.concat(
        [prediction_rows(splits[name], name, made["model"]) for name, made in predictions.items()]
    )
    rows.to_parquet(folder / PREDICTIONS, index=False)
    (folder / CONFIG).write_text(
        yaml.safe_dump(plain(config), sort_keys=False, allow_unicode=True), encoding="utf-8"
    )
    write_json(metrics, folder / METRICS)
    prints = {
        "model": fingerprint(trained.pipeline),
        "predictions": fingerprint([vars(made["model"]) for made in predictions.values()]),
        "metrics": fingerprint(metrics),
    }
    return {"fingerprint": fingerprint(prints), **prints}


def save_beside(
    folder: Path,
    *,
    curves: pd.DataFrame,
    folds: dict[str, Any],
    resources: pd.DataFrame,
    warnings: list[Caution],
) -> None:
    """Write what a run tells of the way to its result: none of it is part of a fingerprint.

    Parameters
    ----------
    folder
        Where to write `curves.parquet`, `folds.json`, `resources.parquet` and `log.jsonl`.
    curves, folds, resources, warnings
        As `iterations.curves`, `foldscores.fold_scores`, `resources.Watch` and `cautions` make
        them.
    """
    curves.to_parquet(folder / CURVES, index=False)
    write_json(folds, folder / FOLDS)
    resources.to_parquet(folder / RESOURCES, index=False)
    with (folder / LOG).open("w", encoding="utf-8") as log:
        for record in warnings:
            log.write(json.dumps({"level": "warning", **record}, ensure_ascii=False) + "\n")


def load_model(file: Path) -> Pipeline:
    """Read the fitted pipeline of a run.

    Raises
    ------
    RunError
        When the file holds what no model of this project is made of, or is damaged.
    """
    found: Pipeline = load_trusted(file)
    return found


def prediction_rows(rows: pd.DataFrame, split: str, made: Predictions) -> pd.DataFrame:
    """Lay out predictions as the prediction log does.

    Returns
    -------
    pandas.DataFrame
        `row_id`, `split`, `y_true`, `y_pred`, and `p_<class>` for each class.
    """
    table = pd.DataFrame(
        {"row_id": rows.index, "split": split, "y_true": made.y_true, "y_pred": made.y_pred}
    )
    if made.proba is not None and made.classes is not None:
        for column, label in enumerate(made.classes):
            table[f"p_{label}"] = made.proba[:, column]
    return table
