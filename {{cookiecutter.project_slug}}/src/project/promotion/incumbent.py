"""Examine the model that serves on the rows, and by the methods, that a new one is examined by."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from ..config import Config
from ..data.config import Data
from ..errors import RunError
from ..evaluation.evaluate import evaluate
from ..evaluation.metrics import Predictions, take
from ..evaluation.result import MODEL
from ..evaluation.scores import ZERO_RULE
from ..evaluation.subject import Subject, Table, ask
from ..manifest import check_files, load_manifest
from ..models.store import load_model
from ..paths import Paths
from ..runs import MODEL as FILE
from ..runs import PREDICTIONS
from ..typed import typed
from .gate import Incumbent
from .history import serving
from .noninferior import OTHER
from .service import in_service

_FEWEST = 10  # rows, below which two models are not compared


@dataclass(frozen=True)
class Loaded:
    """The model that serves, as it lies in its folder; `note` says why it can't be compared."""

    folder: Path
    manifest: dict[str, Any]
    pipeline: Any
    note: str


def load(config: Config, paths: Paths) -> Loaded | None:
    """Read the model that serves, before any row is looked at; None where none does.

    Raises
    ------
    RunError
        When its files are not here or were edited.
    """
    if in_service(paths) is None:
        return None
    folder = serving(paths)
    manifest = load_manifest(folder)
    check_files(folder, manifest)
    data = typed(Data, manifest["inputs"]["config"]["data"], f"models/{folder.name}")
    note = _differs(data, config.data)
    try:
        pipeline = None if note else load_model(folder / FILE)
    except Exception as error:  # whatever another version of a library raises on an old model
        raise RunError(
            f"models/{folder.name}/{FILE}, which serves, can't be read in this environment "
            f"({type(error).__name__}: {error}): train it again here, and promote that first"
        ) from error
    return Loaded(folder, manifest, pipeline, note)


def examine(
    other: Loaded, subject: Subject, table: Table, made: dict[str, Predictions], config: Config
) -> Incumbent:
    """Evaluate the model that serves as the new one was, and predict the rows it has not seen.

    Parameters
    ----------
    other
        The model that serves.
    subject, table
        What the new one was given.
    made
        Predictions of the table's rows by the new one and its baselines.
    config
        As the new one was evaluated with.
    """
    version = other.folder.name
    if other.note:
        return Incumbent(version, None, {}, note=other.note)
    learnt = _learnt(other, table)
    fresh = np.flatnonzero(~learnt)
    if len(fresh) < _FEWEST:
        note = f"it learnt from {learnt.sum():,} of these {len(learnt):,} rows"
        return Incumbent(version, None, {}, int(learnt.sum()), note)
    rows = Table(table.rows.iloc[fresh], table.beside.iloc[fresh])
    facts = {
        "fit_s": float(other.manifest["timings"]["fit_s"]),
        "artefact_bytes": float((other.folder / FILE).stat().st_size),
    }
    found = evaluate(replace(subject, pipeline=other.pipeline, facts=facts), rows, config)
    said = {
        MODEL: take(made[MODEL], fresh),
        ZERO_RULE: take(made[ZERO_RULE], fresh),
        OTHER: ask(other.pipeline, rows.rows, config.data),
    }
    return Incumbent(version, found, said, int(learnt.sum()))


def _differs(then: Data, now: Data) -> str:
    """Say why a model can't answer for rows of other columns; nothing where it can."""
    if (then.target, then.task) != (now.target, now.task):
        return f"it predicts another target, {then.target} ({then.task.value})"
    kinds = {name: column.type for name, column in now.columns.items()}
    for name, column in then.columns.items():
        if name in then.features(column.type) and kinds.get(name) is not column.type:
            gone = "is gone" if name not in kinds else f"is {kinds[name].value} now"
            return f"it needs the column {name}, which {gone}"
    return ""


def _learnt(other: Loaded, table: Table) -> np.ndarray:
    """Tell which rows the model was trained on, by their row ids; shape (n,)."""
    rows = pq.read_table(other.folder / PREDICTIONS, columns=["row_id", "split"])
    splits = np.array(rows.column("split").to_pylist(), dtype=object)
    ids = rows.column("row_id").to_numpy()[splits == "train"]
    return np.isin(table.rows.index.to_numpy(), ids)
