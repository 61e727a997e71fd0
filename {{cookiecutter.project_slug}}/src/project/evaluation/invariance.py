"""Invariance tests: whether decisions follow from what they must not follow from.

A category is turned into each of its other levels, one after the other, and a quantity is dealt out
anew among the rows; a row counts when any of that changes its decision.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..config import Config
from ..data.config import Task
from ..data.schema import ColumnType
from .changes import Change, Permuted, Turned
from .intervals import Estimate, share
from .metrics import Floats, Predictions
from .probing import Probe
from .subject import seeded

HOLDS, FAILS, UNKNOWN = "holds", "fails", "too little data to tell"
UNSEEN = "not seen by the model"
_TURNS = 8  # of a category with many levels
_PERMUTATIONS = 3  # of a quantity


@dataclass(frozen=True)
class Invariant:
    """Whether decisions follow from a column.

    Attributes
    ----------
    column, protected
        The column, and whether it is an attribute of people.
    how
        What was done to it.
    changed
        Share of the rows whose decision changed, with Wilson's interval.
    moved
        By how much the likeliest class's probability, or the quantity, moved on average, at most
        of all that was done.
    verdict
        `HOLDS`, `FAILS` or `UNKNOWN` against the allowed share; `UNSEEN` for no feature.
    """

    column: str
    protected: bool
    how: str
    changed: Estimate
    moved: float
    verdict: str


def invariants(probe: Probe, spread: float, config: Config) -> list[Invariant]:
    """Test all the columns that are declared.

    Parameters
    ----------
    probe
        The model and its rows.
    spread
        Standard deviation of the training target; a quantity that moves by less than the
        configured share of it has not changed.
    config
        The columns.
    """
    methods = config.methods.invariance
    names = list(dict.fromkeys([*methods.protected, *methods.columns]))
    seen = [name for name in names if name in config.data.features(*ColumnType)]
    plans = {name: _changes(name, probe, config) for name in seen}
    answers = iter(probe.ask([change for _, changes in plans.values() for change in changes]))
    found = []
    for name in names:
        protected = name in methods.protected
        if name not in plans:
            none = Estimate(0.0, 0.0, 0.0)
            found.append(Invariant(name, protected, "nothing", none, 0.0, UNSEEN))
            continue
        how, changes = plans[name]
        made = [next(answers) for _ in changes]
        found.append(_judge(name, protected, how, made, probe, spread, config))
    return found


def _changes(name: str, probe: Probe, config: Config) -> tuple[str, Sequence[Change]]:
    if name in config.data.features(ColumnType.category):
        levels = tuple(sorted(probe.x[name].dropna().unique().tolist(), key=str))
        turns = range(1, min(len(levels), _TURNS + 1))
        how = "each other level" if len(levels) <= _TURNS + 1 else f"{_TURNS} other levels"
        return how, [Turned(name, levels, places) for places in turns]
    seeds = [seeded(config.seed, "invariance", name, turn) for turn in range(_PERMUTATIONS)]
    return "other rows' values", [Permuted(name, seed) for seed in seeds]


def _judge(
    name: str,
    protected: bool,
    how: str,
    made: list[Predictions],
    probe: Probe,
    spread: float,
    config: Config,
) -> Invariant:
    methods = config.methods.invariance
    least = methods.tolerance_sd * spread
    flips = [_flipped(probe.base, one, least, config.data.task) for one in made]
    count = int(np.any(flips, axis=0).sum()) if flips else 0
    changed = share(count, len(probe.y), config.evaluation.confidence)
    moved = max((float(np.abs(_shift(probe.base, one)).mean()) for one in made), default=0.0)
    return Invariant(
        column=name,
        protected=protected,
        how=how if flips else "nothing: it holds a single level",
        changed=changed,
        moved=moved,
        verdict=against(changed, methods.allowed_share) if flips else UNKNOWN,
    )


def against(found: Estimate, allowed: float) -> str:
    """Hold a share to what is allowed, by its interval."""
    if found.low > allowed:
        return FAILS
    return HOLDS if found.high <= allowed else UNKNOWN


def _flipped(base: Predictions, made: Predictions, least: float, task: Task) -> np.ndarray:
    if task is Task.classification:
        return np.asarray(base.y_pred != made.y_pred)
    return np.asarray(np.abs(_shift(base, made)) > least)


def _shift(base: Predictions, made: Predictions) -> Floats:
    """Return by how much a prediction moved: the quantity, or the probability of the decision."""
    if base.proba is None or made.proba is None:
        return np.asarray(np.asarray(made.y_pred, float) - np.asarray(base.y_pred, float))
    each, top = np.arange(len(base.proba)), base.proba.argmax(axis=1)
    return np.asarray(made.proba[each, top] - base.proba[each, top])
