"""Lay answers out as the prediction log does: columns of a table, or lines of JSON."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import log
from .model import Answers, Model


def table(
    model: Model, rows: pa.RecordBatch, answers: Answers, ids: pa.Array, time: str
) -> pa.RecordBatch:
    """Return rows of the log.

    Parameters
    ----------
    model
        That answered.
    rows
        Shape (n, columns): what was asked.
    answers
        What was said.
    ids
        Shape (n,): from `row_ids`.
    time
        When, as ISO 8601 in UTC.

    Returns
    -------
    pyarrow.RecordBatch
        With the names of `log`.
    """
    size = rows.num_rows
    columns: dict[str, pa.Array] = {
        log.ROW_ID: ids,
        log.TIME: _words(np.zeros(size, np.int32), [time]),
        log.RUN: _words(np.zeros(size, np.int32), [model.run]),
    }
    columns |= dict(zip(rows.schema.names, rows.columns, strict=True))
    columns |= said(model, answers)
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def said(model: Model, answers: Answers) -> dict[str, pa.Array]:
    """Return the columns that hold what a model said, shape (n,) each."""
    size = len(answers.prediction)
    if answers.proba is None:
        reach = answers.reach
        ends = (None, None) if reach is None else (-reach, reach)
        none = pa.nulls(size, pa.float64())
        low, high = (none if e is None else pa.array(answers.prediction + e) for e in ends)
        return {log.PREDICTION: pa.array(answers.prediction), log.LOW: low, log.HIGH: high}
    labels = model.classes
    columns = {log.PREDICTION: _words(answers.place, labels)}
    for at, label in enumerate(labels):
        columns[f"{log.PROBABILITY}{label}"] = pa.array(np.ascontiguousarray(answers.proba[:, at]))
    columns[log.SET] = _sets(answers.inside, labels, size)
    unknown = pa.nulls(size, pa.bool_())
    columns[log.ABSTAIN] = unknown if answers.abstain is None else pa.array(answers.abstain)
    return columns


def _sets(inside: np.ndarray | None, labels: list[str], size: int) -> pa.Array:
    if inside is None:
        return pa.nulls(size, pa.string())
    # Few sets there are, and many rows: each is written once.
    packed = np.packbits(inside, axis=1)
    whole = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(packed.shape[1]), size, [None, pa.py_buffer(np.ascontiguousarray(packed))]
    ).dictionary_encode()
    found = [np.unpackbits(np.frombuffer(one, np.uint8)) for one in whole.dictionary.to_pylist()]
    texts = [
        json.dumps([labels[at] for at in np.flatnonzero(bits)], ensure_ascii=False)
        for bits in found
    ]
    return _words(whole.indices, texts)


def _words(places: Any, words: list[str]) -> pa.Array:
    """Return a column of few words: the place of its own for each row, shape (n,)."""
    return pa.DictionaryArray.from_arrays(
        pa.array(places, pa.int32()), pa.array(words, pa.string())
    )


def row_ids(key: list[str], rows: pa.RecordBatch, first: str) -> pa.Array:
    """Name rows by the schema's key where all of it is there, else by their number.

    Parameters
    ----------
    key
        Columns; a key of several is their texts in a JSON list.
    rows
        Shape (n, columns).
    first
        What comes before a number, ended by the number of the first row, such as "1" or "ab-1".
    """
    if not key or not set(key) <= set(rows.schema.names):
        head, _, number = first.rpartition("-")
        head = f"{head}-" if head else ""
        numbers = pa.array(np.arange(rows.num_rows) + int(number)).cast(pa.string())
        return pc.binary_join_element_wise(head, numbers, "") if head else numbers
    parts = [pc.cast(rows.column(name), pa.string()) for name in key]
    if len(parts) == 1:
        return parts[0]
    names = zip(*(part.to_pylist() for part in parts), strict=True)
    return pa.array([json.dumps(name, ensure_ascii=False) for name in names], pa.string())


def plain(model: Model, answers: Answers) -> list[dict[str, Any]]:
    """Return answers as plain values for a response in JSON, one for each row."""
    if answers.proba is None:
        found: list[dict[str, Any]] = []
        for value in answers.prediction.tolist():
            reach = answers.reach
            ends = None if reach is None else [value - reach, value + reach]
            found.append({"prediction": value, "interval": ends})
        return found
    labels = model.classes
    sets = _sets(answers.inside, labels, len(answers.prediction)).to_pylist()
    unsure = [None] * len(sets) if answers.abstain is None else answers.abstain.tolist()
    rows = zip(answers.prediction.tolist(), answers.proba.tolist(), sets, unsure, strict=True)
    return [
        {
            "prediction": str(decided),
            "probabilities": dict(zip(labels, proba, strict=True)),
            "set": None if one is None else json.loads(one),
            "abstain": abstain,
        }
        for decided, proba, one, abstain in rows
    ]


def json_lines(rows: pa.RecordBatch) -> bytes:
    """Return rows as lines of JSON, each with its newline; times as ISO 8601."""
    lines = [json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows.to_pylist()]
    return "".join(lines).encode()
