"""Sets, intervals and abstaining as they were logged, against those that the model's limits make.

Each follows from an answer and a limit. It is wrong where it follows neither from the logged answer
nor from the model's own: where these two differ, skew tells, and what follows is not blamed again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ..config import Config
from ..evaluation.conformal import outside
from ..evaluation.metrics import Floats, Predictions
from ..report.numbers import significant
from ..serving.limits import Limits, calibrate
from .known import Known
from .served import Served
from .skew import DIGITS, Skew
from .stated import Stated

Mask = np.ndarray
_ALIKE = 1e-6  # of each other, relative to their size: limits that are the same but for rounding


@dataclass(frozen=True)
class Uncertainty:
    """What was logged beside the decisions.

    Attributes
    ----------
    said, differ
        How many rows state a set, an interval or an abstention, by its name; and how many of them
        another than the model's limits make. Only what was said, and what differs, is there.
    first
        The number of the first row that differs; 0 where none does.
    cause
        What would explain it.
    """

    said: dict[str, int]
    differ: dict[str, int]
    first: int
    cause: str


def uncertainty(served: Served, skew: Skew, known: Known, config: Config) -> Uncertainty:
    """Hold what was said beside the decisions to the model's limits, row by row.

    Parameters
    ----------
    served, skew
        The log, and how its answers compare with the model's own.
    known, config
        The run; coverage, risk, and the tolerance of answers.
    """
    limits = calibrate(known.valid, config.data.task, config.methods)
    tolerance = DIGITS if skew.rounded else config.backtest.tolerance
    said: dict[str, int] = {}
    differ: dict[str, int] = {}
    wrong = np.zeros(len(served), dtype=bool)
    for name, there, other in _kinds(served.stated, limits, tolerance):
        if there.any():
            bad = there & other(served.said) & other(skew.own)
            said[name], wrong = int(there.sum()), wrong | bad
            differ |= {name: int(bad.sum())} if bad.any() else {}
    return Uncertainty(
        said=said,
        differ=differ,
        first=int(served.rows.index[wrong][0]) if wrong.any() else 0,
        cause=_cause(served, limits, known) if wrong.any() else "",
    )


def _kinds(
    stated: Stated, limits: Limits, tolerance: float
) -> Iterator[tuple[str, Mask, Callable[[Predictions], Mask]]]:
    """Yield what may be stated, where it is, and what tells where answers make another."""

    def other_sets(made: Predictions) -> Mask:
        scores = 1.0 - np.asarray(made.proba)
        return _others(stated.inside, scores, limits.reach, tolerance).any(axis=1)

    def other_ends(made: Predictions) -> Mask:
        if limits.reach is None:
            return np.ones(len(stated.ends), dtype=bool)
        middle = np.asarray(made.y_pred, dtype=float)[:, None]
        gaps = np.abs(stated.ends - (middle + np.array([-limits.reach, limits.reach])))
        size = np.maximum(np.abs(middle), max(limits.reach, 1.0))
        return np.asarray(~(gaps <= tolerance * size).all(axis=1))

    def other_abstentions(made: Predictions) -> Mask:
        doubts = -np.asarray(made.proba).max(axis=1)
        # Above the limit the model decides: it abstains where its doubt is no lower than that.
        sure = None if limits.sure is None else -limits.sure
        return _others(1.0 - stated.abstain, doubts, sure, tolerance)

    yield "sets", ~np.isnan(stated.inside).all(axis=1), other_sets
    yield "intervals", ~np.isnan(stated.ends).all(axis=1), other_ends
    yield "abstentions", ~np.isnan(stated.abstain), other_abstentions


def _others(said: Floats, scores: Floats, limit: float | None, tolerance: float) -> Mask:
    """Tell what is not as scores up to a limit make it; on its edge the last bit decides."""
    if limit is None:
        return np.ones(said.shape, dtype=bool)
    return np.asarray((said != (scores <= limit)) & (np.abs(scores - limit) > tolerance))


def _cause(served: Served, limits: Limits, known: Known) -> str:
    """Say which one limit would make all sets or intervals; empty where none would."""
    if limits.reach is None:
        return f"the model has none, since {limits.rows:,} validation rows are too few"
    found = _reach(served)
    if found is None or abs(found - limits.reach) <= _ALIKE * max(limits.reach, 1.0):
        return ""
    share = float((outside(known.valid) <= found + _ALIKE * max(found, 1.0)).mean())
    return (
        f"one limit makes all that are logged, {significant(found)} where the model's own is "
        f"{significant(limits.reach)}: it is that of a coverage of about {share:.0%}, and "
        f"methods.conformal.coverage is {limits.coverage:.0%}"
    )


def _reach(served: Served) -> float | None:
    """Return the limit that makes all logged sets or intervals from the logged answers, if any."""
    stated, said = served.stated, served.said
    if said.proba is None:
        there = ~np.isnan(stated.ends).any(axis=1)
        away = np.abs(stated.ends[there] - np.asarray(said.y_pred, dtype=float)[there, None])
        low, high = (away.min(), away.max()) if away.size else (0.0, np.inf)
        return float(np.median(away)) if high - low <= _ALIKE * max(high, 1.0) else None
    scores = 1.0 - said.proba
    inside, out = scores[stated.inside == 1.0], scores[stated.inside == 0.0]
    if not inside.size or (out.size and inside.max() > out.min() + _ALIKE):
        return None
    return float(inside.max())
