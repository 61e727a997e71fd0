"""Read what people, or the solution that is there already, said of validation rows: a CSV file.

Its columns: the key of conf/schema.yaml or `row_id`, `prediction`, and for a classification
`p_<class>` for each class, if there are probabilities. Rows of other splits are passed over.
"""

import csv
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..config import Config
from ..errors import DataError
from ..evaluation.metrics import Floats, Predictions
from ..paths import Paths
from .config import Task
from .load import target
from .person import text
from .schema import load_schema
from .table import ROW_ID

_PREDICTION, _ID = "prediction", "row_id"
_ROUNDING = 0.01  # by how much probabilities may miss a sum of one


@dataclass(frozen=True)
class Answers:
    """What somebody said of some validation rows.

    Attributes
    ----------
    positions
        Of these rows among the validation rows, shape (m,), in their order.
    predictions
        The answers, and what was true.
    """

    positions: np.ndarray
    predictions: Predictions


def read_answers(
    file: str, rows: pd.DataFrame, classes: np.ndarray | None, config: Config, paths: Paths
) -> Answers:
    """Read a file of answers.

    Parameters
    ----------
    file
        Its path below the project.
    rows
        The validation split, shape (n, features + 1).
    classes
        The labels that the model knows; None in regression.
    config, paths
        The task, and the project.

    Raises
    ------
    DataError
        When a column is missing, a cell is no answer, a row is answered twice, or none is answered.
    """
    table = _read(file, paths)
    ids = _ids(table, file, rows, paths)
    known, counts = np.unique(ids[ids >= 0], return_counts=True)
    if not len(known):
        raise DataError(f"{file}: no row answers a validation row: are its keys those of the data?")
    if counts.max() > 1:
        twice = np.flatnonzero(ids == known[counts.argmax()])[:2] + 1
        raise DataError(f"{file}: rows {twice[0]} and {twice[1]} answer the same row: leave one")
    lines = np.array([int(np.flatnonzero(ids == position)[0]) for position in known])
    truth = target(rows.iloc[known], config.data)
    if config.data.task is Task.regression:
        said = _numbers(table, _PREDICTION, lines, file)
        return Answers(known, Predictions(y_true=truth, y_pred=said))
    labels = np.unique(np.concatenate([np.asarray(classes), target(rows, config.data)]))
    said = table[_PREDICTION].to_numpy(dtype=str)[lines]
    for line, label in zip(lines, said, strict=True):
        if label not in labels:
            raise DataError(
                f"{file}: row {line + 1}: prediction '{label}' is no class of "
                f"{config.data.target}: it has {', '.join(labels[:10])}"
            )
    proba = _probabilities(table, labels, lines, file)
    return Answers(known, Predictions(y_true=truth, y_pred=said, proba=proba, classes=labels))


def _read(file: str, paths: Paths) -> pd.DataFrame:
    try:
        with (paths.root / file).open(encoding="utf-8-sig", newline="") as stream:
            lines = [line for line in csv.reader(stream, strict=True) if line]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"{file} can't be read as CSV ({error}): save it as CSV in UTF-8, with commas"
        ) from None
    head, *cells = lines or [[]]
    if _PREDICTION not in head or len(set(head)) < len(head):
        raise DataError(
            f"{file}: its first line must name the key of the rows and '{_PREDICTION}', each once"
        )
    for number, line in enumerate(cells, 1):
        if len(line) != len(head):
            raise DataError(
                f"{file}: row {number} has {len(line)} cells and the first line {len(head)}: "
                "give each column one"
            )
    return pd.DataFrame(cells, columns=head, dtype=str)


def _ids(table: pd.DataFrame, file: str, rows: pd.DataFrame, paths: Paths) -> np.ndarray:
    """Return the position among the validation rows that each line answers, or -1; shape (n,)."""
    schema = load_schema(paths.schema)
    if _ID in table and _ID not in schema.columns:
        lines = np.arange(len(table))
        wanted = pd.Index(_numbers(table, _ID, lines, file))
        return np.asarray(pd.Index(rows.index.to_numpy(dtype=float)).get_indexer(wanted))
    missing = [name for name in schema.key if name not in table]
    if missing or not schema.key:
        named = f"column '{missing[0]}' of the key" if missing else f"column '{_ID}'"
        raise DataError(
            f"{file} has no {named}, so it can't be told which rows it answers: add the column; "
            f"{_ID} is that of predictions.parquet"
        )
    held = pq.read_table(paths.validated, columns=[ROW_ID, *schema.key])
    held = held.filter(pc.is_in(held.column(ROW_ID), pa.array(rows.index)))

    def keys(cells: pa.Table) -> pd.MultiIndex:
        columns = [text(cells.column(name), schema.columns[name]) for name in schema.key]
        return pd.MultiIndex.from_arrays([column.to_pandas() for column in columns])

    asked = pa.table({name: pa.array(table[name].tolist(), pa.string()) for name in schema.key})
    place = keys(held).get_indexer(keys(asked))
    position = pd.Index(rows.index).get_indexer(held.column(ROW_ID).to_pandas())
    return np.where(place < 0, -1, position[place])


def _numbers(table: pd.DataFrame, column: str, lines: np.ndarray, file: str) -> Floats:
    numbers = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float)
    for line in lines:
        if not np.isfinite(numbers[line]):
            cell = table[column].iloc[line]
            raise DataError(f"{file}: row {line + 1}: {column} '{cell}' is no number: correct it")
    return np.asarray(numbers[lines])


def _probabilities(
    table: pd.DataFrame, labels: np.ndarray, lines: np.ndarray, file: str
) -> Floats | None:
    names = [f"p_{label}" for label in labels]
    if not set(names) & set(table.columns):
        return None
    for name in names:
        if name not in table:
            raise DataError(
                f"{file} has no column '{name}': give all of {', '.join(names)}, or none"
            )
    proba = np.column_stack([_numbers(table, name, lines, file) for name in names])
    total = proba.sum(axis=1)
    bad = (proba < 0).any(axis=1) | (np.abs(total - 1) > _ROUNDING)
    if bad.any():
        line = lines[bad.argmax()] + 1
        raise DataError(f"{file}: row {line}: {', '.join(names)} are not shares that sum to 1")
    return np.asarray(proba / total[:, None])
