"""A model that answers: its pipeline, its schema, and what it says beside its decision."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ..data.config import Data, Task
from ..data.schema import ColumnType, Schema, load_schema
from ..errors import RunError
from ..evaluation.config import Methods
from ..evaluation.metrics import Floats
from ..files import sha256
from ..manifest import load_manifest
from ..models.store import load_model
from ..typed import typed
from .limits import Limits, limits_of

MODEL, SCHEMA = "model.skops", "schema.yaml"


@dataclass(frozen=True)
class Answers:
    """What a model says of n rows.

    Attributes
    ----------
    prediction
        Shape (n,): what is decided.
    place
        Shape (n,): the place of the class that is decided among the model's; None in regression.
    proba, inside
        Shapes (n, classes): probabilities, and which classes the conformal set holds; None in
        regression, and `inside` where too few rows calibrated.
    reach
        Half the width of every conformal interval; None in classification, or as above.
    abstain
        Shape (n,): whether the model is too unsure; None where no threshold is known.
    """

    prediction: np.ndarray
    place: np.ndarray | None = None
    proba: Floats | None = None
    inside: np.ndarray | None = None
    reach: float | None = None
    abstain: np.ndarray | None = None


@dataclass(frozen=True)
class Model:
    """A fitted model, ready to answer.

    Attributes
    ----------
    run
        The id of its run.
    pipeline
        The fitted model with its preprocessing.
    data, schema
        Task, target and features, and the rules that rows must keep.
    limits
        Of sets, intervals and abstaining.
    """

    run: str
    pipeline: Any
    data: Data
    schema: Schema
    limits: Limits

    @property
    def features(self) -> list[str]:
        """The columns that the model sees, in the order that it learnt them in."""
        return self.data.features(*ColumnType)

    @property
    def classes(self) -> list[str]:
        """The labels that it knows, in the order of its probabilities; none in regression."""
        known = self.data.task is Task.classification
        return [str(label) for label in self.pipeline.classes_] if known else []

    def frame(self, rows: pa.RecordBatch, names: list[str] | None = None) -> pd.DataFrame:
        """Return features of some rows as in training, shape (n, features): all, or those named."""
        columns = {}
        for name in self.features if names is None else names:
            cells = rows.column(name)
            if self.data.columns[name].type.numeric:
                columns[name] = cells.to_numpy(zero_copy_only=False)
            else:
                columns[name] = pd.Series(_words(cells), dtype=object)
        return pd.DataFrame(columns, copy=False)

    def answer(self, x: pd.DataFrame) -> Answers:
        """Answer for features of shape (n, features)."""
        limits = self.limits
        if self.data.task is Task.regression:
            said = np.asarray(self.pipeline.predict(x), dtype=float)
            return Answers(said, reach=limits.reach)
        proba = np.asarray(self.pipeline.predict_proba(x), dtype=float)
        # Asking twice costs twice; only models that decide by costs, or by votes, need it.
        classes = np.asarray(self.pipeline.classes_)
        place = (
            proba.argmax(axis=1)
            if limits.likeliest
            else np.searchsorted(classes, self.pipeline.predict(x))
        )
        return Answers(
            classes[place],
            place,
            proba,
            inside=None if limits.reach is None else 1.0 - proba <= limits.reach,
            abstain=None if limits.sure is None else proba.max(axis=1) < limits.sure,
        )


def _words(cells: pa.Array) -> np.ndarray:
    """Return texts as plain strings, and NaN for none, as data/load.py gives them; shape (n,)."""
    # Few words there are, and many cells: each is made once.
    coded = cells.dictionary_encode()
    words = np.array([*coded.dictionary.to_pylist(), np.nan], dtype=object)
    places = coded.indices.fill_null(len(words) - 1)
    return np.asarray(words[places.to_numpy(zero_copy_only=False)])


def open_model(folder: Path, methods: Methods) -> Model:
    """Read a model that a run left, or that was released.

    Parameters
    ----------
    folder
        With manifest.json, model.skops, schema.yaml, and limits.json or predictions.parquet.
    methods
        Coverage, risk and surety, where the limits are not there yet.

    Raises
    ------
    RunError
        When a file is missing, or not the one that the manifest lists.
    """
    manifest = load_manifest(folder)
    for name in (MODEL, SCHEMA):
        file = folder / name
        if name not in manifest["files"]:
            raise RunError(f"run {folder.name} has no {name}: train again, and serve that run")
        if not file.is_file() or sha256(file) != manifest["files"][name]:
            raise RunError(f"{file} is not the file that manifest.json lists: bring it back")
    data: Data = typed(Data, manifest["inputs"]["config"]["data"], f"{folder}/manifest.json")
    return Model(
        run=manifest["run_id"],
        pipeline=load_model(folder / MODEL),
        data=data,
        schema=load_schema(folder / SCHEMA),
        limits=limits_of(folder, data.task, methods),
    )
