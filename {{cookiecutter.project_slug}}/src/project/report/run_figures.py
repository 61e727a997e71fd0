"""Draw all figures of a run from its folder."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..run_files import read_metrics
from ..runs import FIGURES
from .figures import Drawn

_PREDICTIONS = "predictions.parquet"


def figures(folder: Path, manifest: dict[str, Any]) -> list[Drawn]:
    """Draw the figures that a run's files are there for.

    Parameters
    ----------
    folder
        The run's; it is only read.
    manifest
        Its manifest, which may not be written yet.
    """
    from . import class_figures, process_figures, quantity_figures

    config = manifest["inputs"]["config"]
    confidence = read_metrics(folder)["confidence"]
    valid = validation(folder)
    drawn: list[Drawn] = []
    if len(valid["y_true"]):
        if config["data"]["task"] == "classification":
            classes = [name.removeprefix("p_") for name in valid if name.startswith("p_")]
            proba = np.column_stack([valid[f"p_{name}"] for name in classes])
            true, predicted = (names(valid[column]) for column in ("y_true", "y_pred"))
            drawn += class_figures.draw(true, predicted, proba, classes, confidence)
        else:
            true, predicted = (valid[c].astype(float) for c in ("y_true", "y_pred"))
            drawn += quantity_figures.draw(true, predicted, config["data"]["target"], confidence)
    return [*drawn, *process_figures.draw(folder)]


def validation(folder: Path, columns: list[str] | None = None) -> dict[str, np.ndarray]:
    """Read the predictions of the validation rows: column name to array of shape (n,)."""
    wanted = None if columns is None else [*columns, "split"]
    table = pq.read_table(folder / _PREDICTIONS, columns=wanted)
    table = table.filter(pc.field("split") == "valid")
    return {name: table.column(name).to_numpy() for name in table.column_names}


def names(labels: np.ndarray) -> np.ndarray:
    """Return class labels as text, shape (n,), as the columns of probabilities are named."""
    return np.array([str(one) for one in labels.tolist()], dtype=object).astype(str)


def write(drawn: list[Drawn], folder: Path) -> None:
    """Write figures into a run's folder."""
    (folder / FIGURES).mkdir(exist_ok=True)
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    for figure in drawn:
        file = folder / FIGURES / f"{figure.name}.svg"
        file.write_text(head + str(figure.svg), encoding="utf-8")
