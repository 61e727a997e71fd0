"""The rows of a log that a run answered, in order of time, without those that stand there twice."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..config import Config
from ..data.violations import shown
from ..errors import DataError, RunError
from ..evaluation.metrics import Predictions, take
from ..serving import log
from .known import Known
from .stated import Stated, read_stated

_UTC = re.compile(r"(Z|[+-]00:?00)\s*$")
_ZONE = re.compile(r"[+-]\d\d:?\d\d\s*$")


@dataclass(frozen=True)
class Served:
    """What a run answered.

    Attributes
    ----------
    rows
        Shape (n, features + 1): indexed by the row's number in the file; the target is missing
        where the truth has not arrived.
    beside
        Shape (n, any): other columns of the schema that the log has.
    time
        Shape (n,): when each was answered, in UTC, rising.
    said
        What was answered; `y_true` is only good where `known`.
    stated
        What was said beside the decisions.
    known
        Shape (n,): whether the truth has arrived.
    aside
        Other runs in the log, and how many rows they answered.
    repeated
        Pairs of numbers: a row, and the earlier one that it repeats.
    torn
        How many of those say another truth than the row that they repeat.
    zones
        How often times are in UTC, in another zone, or say no zone.
    back
        Rows before which the log's time goes back, and by how much; in the file's order.
    """

    rows: pd.DataFrame
    beside: pd.DataFrame
    time: pd.DatetimeIndex
    said: Predictions
    stated: Stated
    known: np.ndarray
    aside: dict[str, int]
    repeated: list[tuple[int, int]]
    torn: int
    zones: dict[str, int]
    back: list[tuple[int, pd.Timedelta]]

    @property
    def judged(self) -> Predictions:
        """What was answered of the rows whose truth has arrived."""
        return take(self.said, self.known)

    def __len__(self) -> int:
        return len(self.rows)


def sort_out(whole: pd.DataFrame, file: Path, known: Known, config: Config) -> Served:
    """Take what one run answered out of a log.

    Parameters
    ----------
    whole
        As `read_log` returns it.
    file
        For messages.
    known, config
        The run.

    Raises
    ------
    RunError
        When another run answered all of it.
    DataError
        When a time can't be read, a prediction is missing, or a truth is no class of the model.
    """
    ours = (whole[log.RUN] == known.run).to_numpy()
    aside = dict(Counter(whole[log.RUN][~ours].fillna("(none)").astype(str)).most_common())
    if not ours.any():
        most = next(iter(aside))
        raise RunError(
            f"{file}: all {len(whole):,} rows were answered by other models than run {known.run}, "
            f"most by run {most}: RUN={most} looks at those"
        )
    rows = whole[ours]
    time = _times(rows, file)
    zones = Counter(
        "UTC" if _UTC.search(text) else "another zone" if _ZONE.search(text) else "no zone"
        for text in rows[log.TIME]
    )
    back = _back(time, rows.index)
    repeated, torn = _repeated(rows, config.data.target)
    fresh = ~rows.index.isin([late for late, _ in repeated])
    order = np.argsort(time.to_numpy()[fresh], kind="stable")
    rows, time = rows[fresh].iloc[order], time[fresh][order]
    said, there = _said(rows, file, known, config)
    features = [name for name in known.subject.train.columns if name != config.data.target]
    beside = [str(n) for n in rows if n in config.data.columns and n not in known.subject.train]
    if config.data.target not in rows:
        rows = rows.assign(**{config.data.target: np.nan})
    inputs = rows[[*features, config.data.target]].copy()
    text = [str(name) for name in inputs if not pd.api.types.is_numeric_dtype(inputs[name].dtype)]
    # As data/load.py has them: what is missing is NaN, not None.
    inputs[text] = inputs[text].astype(object).where(inputs[text].notna(), np.nan)
    return Served(
        rows=inputs[list(known.subject.train.columns)],
        beside=rows[beside],
        time=time,
        said=said,
        stated=read_stated(rows, file, known.classes or []),
        known=there,
        aside=aside,
        repeated=repeated,
        torn=torn,
        zones=dict(zones),
        back=back,
    )


def _times(rows: pd.DataFrame, file: Path) -> pd.DatetimeIndex:
    text = rows[log.TIME]
    found = pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce")
    if found.isna().any():
        number = found.index[found.isna()][0]
        cell = text[number]
        what = "has no log.time" if pd.isna(cell) else f"has the log.time '{shown(cell)}'"
        raise DataError(
            f"{file}: row {number} {what}: write times as ISO 8601 in UTC, such as "
            "2026-01-31T13:45:00Z"
        )
    return pd.DatetimeIndex(found.dt.tz_localize(None))


def _back(time: pd.DatetimeIndex, numbers: pd.Index) -> list[tuple[int, pd.Timedelta]]:
    steps = time[1:] - time[:-1]
    places = np.flatnonzero(steps < pd.Timedelta(seconds=0))
    return [(int(numbers[at + 1]), -steps[at]) for at in places.tolist()]


def _repeated(rows: pd.DataFrame, target: str) -> tuple[list[tuple[int, int]], int]:
    """Find rows that are the same in all but the truth, which a careless join makes many of."""
    same = [name for name in rows if name != target]
    hashes = pd.util.hash_pandas_object(rows[same], index=False)
    first = pd.Series(rows.index, index=rows.index).groupby(hashes.to_numpy()).transform("first")
    late = first[first != first.index]
    pairs = list(zip(late.index.tolist(), late.tolist(), strict=True))
    if target not in rows:
        return pairs, 0
    truths = rows[target]
    return pairs, sum(
        pd.notna(truths[a]) and pd.notna(truths[b]) and truths[a] != truths[b] for a, b in pairs
    )


def _said(
    rows: pd.DataFrame, file: Path, known: Known, config: Config
) -> tuple[Predictions, np.ndarray]:
    classes = known.valid.classes
    columns = [log.PREDICTION, *(f"{log.PROBABILITY}{label}" for label in known.classes or [])]
    for name in columns:
        if rows[name].isna().any():
            number = rows.index[rows[name].isna()][0]
            raise DataError(f"{file}: row {number} has no '{name}': leave failed requests out")
    truth = rows.get(config.data.target, pd.Series(np.nan, rows.index))
    there = truth.notna().to_numpy()
    if classes is None:
        made = rows[log.PREDICTION].to_numpy(dtype=float)
        return Predictions(truth.to_numpy(dtype=float), made), there
    for name, cells in ((config.data.target, truth[there]), (log.PREDICTION, rows[log.PREDICTION])):
        strange = ~cells.astype(str).isin(known.classes or [])
        if strange.any():
            number = strange.index[strange][0]
            raise DataError(
                f"{file}: row {number} has '{name}' {shown(cells[number])}, and the model knows "
                f"{', '.join(known.classes or [])}: correct it, or train on such rows"
            )
    proba = rows[columns[1:]].to_numpy(dtype=float)
    decided = np.array(rows[log.PREDICTION].astype(str).tolist(), dtype=classes.dtype)
    # As a list: NumPy cuts the names of classes short where some cells are missing.
    true = np.array(truth.where(there, "").astype(str).tolist())
    return Predictions(true, decided, proba, classes), there
