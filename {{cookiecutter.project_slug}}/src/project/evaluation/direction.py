"""Directional expectation tests: a prediction goes where it must when a column is raised."""

from dataclasses import dataclass

import numpy as np

from ..config import Config
from .changes import Raised
from .config import Effect, Expectation
from .intervals import Estimate, share
from .invariance import UNKNOWN, against
from .metrics import Floats, Predictions
from .probing import Probe

_WORST = 5  # rows that are shown
_ROUNDING = 1e-9  # of a prediction, that is no movement


@dataclass(frozen=True)
class Against:
    """A row whose prediction goes the wrong way."""

    row_id: int
    cell: float
    raised: float
    before: float
    after: float


@dataclass(frozen=True)
class Directed:
    """Whether an expectation is met.

    Attributes
    ----------
    column, effect, of
        The expectation.
    step
        By how much the column was raised, in its own unit.
    rows
        How many rows have a value there.
    violations
        Share of them whose prediction went the other way, with Wilson's interval.
    worst
        The rows where it went farthest.
    verdict
        Against the allowed share.
    """

    column: str
    effect: str
    of: str | None
    step: float
    rows: int
    violations: Estimate
    worst: list[Against]
    verdict: str


def directions(probe: Probe, spreads: dict[str, float], config: Config) -> list[Directed]:
    """Test all expectations.

    Parameters
    ----------
    probe
        The model and its rows.
    spreads
        Training standard deviations, by column; one that never varies can't be tested.
    config
        The expectations.
    """
    wanted = config.methods.direction.expectations
    steps = [config.methods.direction.step_sd * spreads.get(one.column, 0.0) for one in wanted]
    changes = [Raised(one.column, step) for one, step in zip(wanted, steps, strict=True)]
    answers = probe.ask(changes)
    return [
        _judge(one, step, made, probe, config)
        for one, step, made in zip(wanted, steps, answers, strict=True)
    ]


def _judge(
    wanted: Expectation, step: float, made: Predictions, probe: Probe, config: Config
) -> Directed:
    cells = probe.x[wanted.column].to_numpy(dtype=float)
    known = ~np.isnan(cells) & (step > 0)
    before, after = said(probe.base, wanted.of), said(made, wanted.of)
    sign = 1.0 if wanted.effect is Effect.rises else -1.0
    wrong = np.where(known, sign * (before - after), 0.0)
    bad = wrong > _ROUNDING * np.maximum(1.0, np.abs(before))
    rows = int(known.sum())
    found = share(int(bad.sum()), rows, config.evaluation.confidence)
    order = np.argsort(-wrong, kind="stable")[: min(_WORST, int(bad.sum()))]
    return Directed(
        column=wanted.column,
        effect=wanted.effect.value,
        of=wanted.of,
        step=step,
        rows=rows,
        violations=found,
        worst=[
            Against(
                int(probe.x.index[at]),
                float(cells[at]),
                float(cells[at] + step),
                float(before[at]),
                float(after[at]),
            )
            for at in order
        ],
        verdict=against(found, config.methods.direction.allowed_share) if rows else UNKNOWN,
    )


def said(made: Predictions, of: str | None) -> Floats:
    """Return the quantity that was predicted, or the probability of a class; shape (n,)."""
    if made.proba is None or made.classes is None:
        return np.asarray(made.y_pred, dtype=float)
    return np.asarray(made.proba[:, list(made.classes).index(of)])
