"""What would explain that a served prediction is not the model's own: tried out on the model."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from ..config import Config
from ..evaluation.metrics import Predictions, take
from ..evaluation.slicing import by_column
from ..models.training import predict
from .known import Known, quantities
from .served import Served
from .units import KNOWN

_TRIED = 200  # rows
_ENOUGH = 0.95  # of them must come out as logged
_CLOSE = 1e-6
_COLUMNS = 50


def cause(
    served: Served, own: Predictions, differ: np.ndarray, known: Known, config: Config
) -> str:
    """Say what the rows that differ have in common; empty where nothing is found.

    Parameters
    ----------
    served, own
        The log, and the model's answers to its features.
    differ
        Shape (n,): which rows differ.
    known, config
        The run.
    """
    at = np.flatnonzero(differ)
    at = at[:: max(1, len(at) // _TRIED)][:_TRIED]
    said, rows = take(served.said, at), served.rows.iloc[at]
    if own.proba is not None and said.proba is not None:
        if _same(said, Predictions(said.y_true, own.y_pred[at], own.proba[at][:, ::-1])):
            return "the probabilities stand in the opposite order of classes"
        if _same(said, Predictions(said.y_true, own.y_pred[at], own.proba[at])):
            return "the probabilities are the model's own, and the decisions are not"
    for words, changed in _tried(rows, known, config):
        if _same(said, predict(known.subject.pipeline, changed, config)):
            return f"the answers are those that the model gives with {words}"
    return _where(served, differ, config)


def _same(said: Predictions, made: Predictions) -> bool:
    if said.proba is not None and made.proba is not None:
        close = np.abs(said.proba - made.proba).max(axis=1) < _CLOSE
    else:
        values = np.asarray(made.y_pred, dtype=float)
        gap = np.abs(np.asarray(said.y_pred, dtype=float) - values)
        close = gap <= _CLOSE * np.maximum(np.abs(values), 1.0)
    return bool(close.mean() >= _ENOUGH)


def _tried(rows: pd.DataFrame, known: Known, config: Config) -> Iterator[tuple[str, pd.DataFrame]]:
    """Change rows as a careless service does, one column at a time, then all of them."""
    train, names = known.subject.train, quantities(config)
    features = [str(name) for name in rows if name != config.data.target][:_COLUMNS]
    for name in features:
        if name in names:
            cells = rows[name]
            mean, spread = train[name].mean(), train[name].std(ddof=0)
            yield f"'{name}' 0 where it is missing", rows.assign(**{name: cells.fillna(0.0)})
            yield (
                f"'{name}' scaled before it comes to the model",
                rows.assign(**{name: (cells - mean) / spread if spread else cells}),
            )
            for factor, shift, words in KNOWN:
                yield (
                    f"'{name}' in another unit than the log's, which looks {words}",
                    rows.assign(**{name: (cells - shift) / factor}),
                )
            yield f"'{name}' rounded to whole numbers", rows.assign(**{name: cells.round()})
            yield f"'{name}' missing", rows.assign(**{name: np.nan})
        else:
            text = rows[name].astype(object)
            yield f"'{name}' missing", rows.assign(**{name: np.nan}).astype({name: object})
            for words, change in (("small", str.lower), ("capital", str.upper)):
                yield (
                    f"'{name}' in {words} letters",
                    rows.assign(**{name: text.map(change, na_action="ignore")}),
                )
    filled = {name: rows[name].fillna(0.0) for name in names}
    yield "every quantity 0 where it is missing", rows.assign(**filled)
    scaled = {
        name: (rows[name] - train[name].mean()) / (train[name].std(ddof=0) or 1.0) for name in names
    }
    yield "every quantity scaled before it comes to the model", rows.assign(**scaled)
    for one, two in pairwise(names):
        yield (
            f"'{one}' and '{two}' in each other's place",
            rows.assign(**{one: rows[two], two: rows[one]}),
        )


def _where(served: Served, differ: np.ndarray, config: Config) -> str:
    """Name the part of the table that the rows which differ make up, where there is one."""
    if differ.all():
        return ""
    best, words = 0.0, ""
    for name in served.rows:
        if name == config.data.target:
            continue
        for one in by_column(str(name), served.rows[name], config)[0]:
            both = float((one.mask & differ).sum())
            score = both / float((one.mask | differ).sum())
            if score > best:
                best, words = score, one.name
    return f"they are the rows with {words}" if best > 0.8 else ""
