"""Find what a run's page tells beside figures: worst rows, folds, warnings."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from ..run_files import read_folds, read_log
from ..runs import FOLDS
from .numbers import decimals, number, short
from .run_figures import names, validation

_WORST = 10


def worst(folder: Path, task: str, most: int = _WORST) -> list[dict[str, Any]]:
    """Find the validation rows that a run predicted worst.

    Parameters
    ----------
    folder
        The run's.
    task
        In classification the loss is the negative logarithm of the truth's probability, in
        regression the absolute error.
    most
        How many rows.

    Returns
    -------
    list of dict
        `row_id`, `truth`, `prediction` and `loss`, the highest loss first.
    """
    rows = validation(folder)
    if task == "classification":
        chance = np.zeros(len(rows["row_id"]))
        for name in (name for name in rows if name.startswith("p_")):
            hit = names(rows["y_true"]) == name.removeprefix("p_")
            chance[hit] = rows[name][hit]
        loss = -np.log(np.maximum(chance, np.finfo(float).eps))
    else:
        loss = np.abs(rows["y_pred"].astype(float) - rows["y_true"].astype(float))
    order = np.lexsort((rows["row_id"], -loss))[:most]
    return [
        {
            "row_id": int(rows["row_id"][i]),
            "truth": short(rows["y_true"][i : i + 1].tolist()[0]),
            "prediction": short(rows["y_pred"][i : i + 1].tolist()[0]),
            "loss": f"{loss[i]:.4g}",
        }
        for i in order
    ]


def folds(folder: Path) -> list[tuple[str, int, str]]:
    """Return metric, number of folds, and mean ± standard deviation over them."""
    if not (folder / FOLDS).exists():
        return []
    found = []
    for metric, scores in read_folds(folder)["metrics"].items():
        values = np.array([value for value in scores if value is not None])
        if len(values) > 1:
            spread = float(values.std(ddof=1))
            digits = decimals({"low": 0.0, "high": spread, "value": None})
            text = f"{number(float(values.mean()), digits)} ± {number(spread, digits)}"
            found.append((metric, len(values), text))
    return found


def warnings(folder: Path) -> list[tuple[int, str, str]]:
    """Return how often, category and message of each warning, the most frequent first."""
    seen = Counter(
        (str(record.get("category", "")), str(record.get("message", "")))
        for record in read_log(folder)
        if record.get("level") == "warning"
    )
    return [(count, *what) for what, count in seen.most_common()]
