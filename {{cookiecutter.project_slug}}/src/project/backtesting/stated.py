"""What a log says beside its decisions: sets, intervals, and whether the model abstained."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..data.violations import shown
from ..errors import DataError
from ..evaluation.metrics import Floats
from ..serving import log

_WORDS = {"true": 1.0, "false": 0.0}


@dataclass(frozen=True)
class Stated:
    """What n rows say; NaN where a row says nothing.

    Attributes
    ----------
    inside
        Shape (n, classes): whether the conformal set holds the class, 1 or 0; no column in
        regression.
    ends
        Shape (n, 2): the ends of the conformal interval.
    abstain
        Shape (n,): whether the model was too unsure, 1 or 0.
    """

    inside: Floats
    ends: Floats
    abstain: Floats


def read_stated(rows: pd.DataFrame, file: Path, classes: list[str]) -> Stated:
    """Read what a log says beside its decisions.

    Parameters
    ----------
    rows
        Shape (n, columns): of the log, indexed by the row's number in the file; a column that is
        not there says nothing.
    file
        For messages.
    classes
        Those that the model knows; none in regression.

    Raises
    ------
    DataError
        When a set is no list of classes, or abstaining is neither true nor false.
    """
    inside = np.full((len(rows), len(classes)), np.nan)
    for text, at in _places(rows, log.SET):
        inside[at] = _set(text, classes, f"{file}: row {rows.index[at[0]]}")
    abstain = np.full(len(rows), np.nan)
    for text, at in _places(rows, log.ABSTAIN):
        if text.lower() not in _WORDS:
            raise DataError(
                f"{file}: row {rows.index[at[0]]} has '{log.ABSTAIN}' {shown(text)}: write true, "
                "false, or nothing"
            )
        abstain[at] = _WORDS[text.lower()]
    unsaid = pd.Series(np.nan, rows.index)
    ends = [rows.get(name, unsaid).to_numpy(dtype=float) for name in (log.LOW, log.HIGH)]
    return Stated(inside, np.column_stack(ends), abstain)


def _places(rows: pd.DataFrame, name: str) -> list[tuple[str, np.ndarray]]:
    """Return each text of a column, and where it stands; few texts there are, and many rows."""
    if name not in rows:
        return []
    codes, texts = pd.factorize(rows[name])
    return [(str(text), np.flatnonzero(codes == at)) for at, text in enumerate(texts)]


def _set(text: str, classes: list[str], where: str) -> list[bool]:
    try:
        labels = json.loads(text)
    except ValueError:
        labels = None
    if not isinstance(labels, list) or not set(map(str, labels)) <= set(classes):
        raise DataError(
            f"{where} has '{log.SET}' {shown(text)}: write it as a JSON list of classes that the "
            f"model knows, {', '.join(classes)}"
        )
    return [label in map(str, labels) for label in classes]
