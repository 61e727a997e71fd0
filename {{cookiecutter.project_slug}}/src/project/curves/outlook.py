"""What learning curves foretell: twice the data, rows for a score, the model that wins later."""

from dataclasses import dataclass, replace

import numpy as np

from ..evaluation.intervals import Estimate
from ..evaluation.metrics import Floats, Metric
from ..evaluation.paired import compare
from .measure import Scores
from .power import FEWEST, Law, doubt, first_half, fitted, spread

FAR = 100  # times the rows there are: further than anybody should look


@dataclass(frozen=True)
class Curve:
    """A model's learning curve.

    Attributes
    ----------
    name
        Of the model.
    scores
        As measured.
    law
        As fitted, whether it tells anything or not.
    doubt
        Why there is too little data to continue the curve; empty where there is enough.
    """

    name: str
    scores: Scores
    law: Law
    doubt: str

    @property
    def told(self) -> bool:
        """Whether the curve can be continued."""
        return not self.doubt


@dataclass(frozen=True)
class Check:
    """The score with all the rows, as the sizes up to half of them would have foretold it."""

    sizes: int
    foretold: Estimate
    measured: float


@dataclass(frozen=True)
class Crossing:
    """Whether a model that is behind overtakes the one that leads.

    Attributes
    ----------
    leads, behind
        Names.
    now, twice
        How much better the leading model is, with all the rows and with twice as many.
    rows
        From how many rows on the other one is better; infinite for never within `FAR` times.
    share
        Of the draws in which it overtakes by `FAR` times the rows; None where the curves do not
        tell enough.
    """

    leads: str
    behind: str
    now: Estimate
    twice: Estimate
    rows: Estimate | None
    share: float | None


def losses_of(scores: Floats, metric: Metric) -> Floats:
    """Return scores as losses that fall towards 0 or above."""
    return 1.0 - scores if metric.higher_is_better else scores


def as_score(loss: Estimate, metric: Metric) -> Estimate:
    """Return an estimated loss as a score."""
    if not metric.higher_is_better:
        return loss
    return Estimate(1.0 - loss.value, 1.0 - loss.high, 1.0 - loss.low)


def continued(
    name: str, scores: Scores, metric: Metric, *, mixing: Floats, confidence: float
) -> Curve:
    """Fit a power law to a learning curve."""
    losses = losses_of(scores.held_out, metric)
    law = fitted(scores.rows, losses, test_share=scores.test_share, mixing=mixing)
    why = doubt(
        scores.rows,
        losses,
        law,
        test_share=scores.test_share,
        mixing=mixing,
        confidence=confidence,
    )
    return Curve(name, scores, law, why)


def foretell(curve: Curve, rows: float, metric: Metric, confidence: float) -> Estimate:
    """Foretell the score at a number of rows."""
    return as_score(spread(curve.law.at(rows)[:, 0], confidence), metric)


def rows_for(curve: Curve, score: float, metric: Metric, confidence: float) -> Estimate:
    """Foretell how many rows a score takes; infinity for more than any number."""
    return spread(curve.law.rows_for(float(losses_of(np.array(score), metric))), confidence)


def check(curve: Curve, metric: Metric, *, mixing: Floats, confidence: float) -> Check | None:
    """Foretell the last size from those up to half of it; None where too few are."""
    scores = curve.scores
    early = first_half(scores.rows)
    if early.sum() < FEWEST:
        return None
    part = replace(scores, rows=scores.rows[early], held_out=scores.held_out[early])
    before = continued(curve.name, part, metric, mixing=mixing, confidence=confidence)
    foretold = foretell(before, float(scores.rows[-1]), metric, confidence)
    return Check(int(early.sum()), foretold, float(scores.held_out[-1].mean()))


def crossings(
    curves: list[Curve], metric: Metric, rows: int, *, confidence: float
) -> list[Crossing]:
    """Compare the model that leads with each of the others, now and later.

    Parameters
    ----------
    curves
        Drawn with the same mixing of the same folds.
    metric, rows
        The score, and the rows of the training split.
    confidence
        Of all intervals together: each is wider the more models there are.
    """
    if len(curves) < 2:
        return []
    finals = [losses_of(curve.scores.held_out[-1], metric).mean() for curve in curves]
    leader = curves[int(np.argmin(finals))]
    others = [curve for curve in curves if curve is not leader]
    sure = 1.0 - (1.0 - confidence) / len(others)
    return [_crossing(leader, other, metric, rows, sure) for other in others]


def _crossing(
    leader: Curve, other: Curve, metric: Metric, rows: int, confidence: float
) -> Crossing:
    one, two = (losses_of(c.scores.held_out[-1], metric) for c in (other, leader))
    now = compare(one, two, test_share=leader.scores.test_share, confidence=confidence).difference
    grid = np.geomspace(leader.scores.rows[-1], FAR * rows, 200)
    ahead = other.law.at(grid) < leader.law.at(grid)
    first = np.where(ahead.any(axis=1), grid[ahead.argmax(axis=1)], np.inf)
    enough = leader.told and other.told
    twice = spread(other.law.at(2 * rows)[:, 0] - leader.law.at(2 * rows)[:, 0], confidence)
    return Crossing(
        leads=leader.name,
        behind=other.name,
        now=now,
        twice=twice if enough else replace(twice, low=np.nan, high=np.nan),
        rows=spread(first, confidence) if enough else None,
        share=float(np.isfinite(first[1:]).mean()) if enough else None,
    )
