"""Prepare rows as a pipeline does, but look up every word once, and not every cell of a column.

In a table with categories most of the time goes into comparing texts that are the same, and in a
single row into what handles them. How a word is encoded depends neither on its row nor on other
columns: each is encoded once, by the pipeline itself, and its numbers are copied to all its rows.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from ..evaluation.metrics import Floats
from .model import Model

MOST = 10_000_000  # numbers that all words of a column become


class Prepared:
    """The first step of a fitted pipeline that `models.pipeline` built.

    Parameters
    ----------
    step
        Its branches are `number` and `category`; the latter has columns.
    frame
        Gives the features of some rows, by name, as the pipeline takes them.
    """

    def __init__(
        self, step: ColumnTransformer, frame: Callable[[pa.RecordBatch, list[str]], pd.DataFrame]
    ) -> None:
        branches = {name: (fitted, columns) for name, fitted, columns in step.transformers_}
        self._number, self._numbers = branches["number"]
        self._frame = frame
        category, names = branches["category"]
        # For each column: what it knows, how each is encoded, then any other word, then none.
        self._known: dict[str, pa.Array] = {}
        self._encoded: dict[str, tuple[slice, Floats]] = {}
        for name, known in zip(names, category["encode"].categories_, strict=True):
            words = [str(word) for word in known]
            other = "?" * (1 + max(map(len, words)))
            cells = [*words, other, np.nan]
            blank = dict.fromkeys(names, [np.nan] * len(cells))
            every = category.transform(pd.DataFrame(blank | {name: cells}, dtype=object))
            # The numbers of a column stand together: those that its words make differ.
            own = np.flatnonzero((every != every[-1]).any(axis=0))
            place = slice(own[0], own[-1] + 1) if len(own) else slice(0)
            self._known[name] = pa.array(words, pa.string())
            self._encoded[name] = place, np.ascontiguousarray(every[:, place])
            self._none = every[-1]

    def __call__(self, rows: pa.RecordBatch) -> Floats:
        """Return what the step makes of n rows, bit for bit: shape (n, what the estimator sees)."""
        size = rows.num_rows
        numbers = np.empty((size, 0))
        if self._numbers:
            numbers = self._number.transform(self._frame(rows, self._numbers))
        made = np.empty((size, numbers.shape[1] + len(self._none)))
        made[:, : numbers.shape[1]] = numbers
        words = made[:, numbers.shape[1] :]
        words[:] = self._none
        for name, (place, encoded) in self._encoded.items():
            words[:, place] = encoded[self._places(name, rows.column(name))]
        return made

    def _places(self, name: str, cells: pa.Array) -> np.ndarray:
        coded, known = cells.dictionary_encode(), self._known[name]
        found = pc.fill_null(pc.index_in(coded.dictionary, value_set=known), len(known))
        places = np.append(found.to_numpy(zero_copy_only=False), len(known) + 1)
        rows = pc.fill_null(coded.indices, len(found))
        return np.asarray(places[rows.to_numpy(zero_copy_only=False)])


def ahead(model: Model) -> tuple[Model, Callable[[pa.RecordBatch], Any]]:
    """Return a model to ask often, and what makes of rows that which it answers for.

    Both are the model's own where it takes no category, or more words than fit beside it, or does
    more than a pipeline does, as one that decides by costs.
    """
    steps = model.pipeline
    if type(steps) is Pipeline and isinstance(steps[0], ColumnTransformer) and len(steps) == 2:
        branches = {name: (fitted, columns) for name, fitted, columns in steps[0].transformers_}
        if branches.keys() == {"number", "category"} and branches["category"][1]:
            most = max(map(len, branches["category"][0]["encode"].categories_))
            made = steps[0].output_indices_["category"]
            if most * (made.stop - made.start) <= MOST:
                return replace(model, pipeline=steps[1]), Prepared(steps[0], model.frame)
    return model, model.frame
