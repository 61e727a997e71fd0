"""How old the model was when it answered, and whether its quality falls with age."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..config import Config
from ..data.config import Task
from ..evaluation.conformal import outside
from ..evaluation.intervals import Estimate, percentiles
from ..evaluation.metrics import Floats, Predictions
from ..evaluation.subject import seeded
from .finding import corrected

_FEWEST = 20  # rows with truth


@dataclass(frozen=True)
class Age:
    """Age and quality.

    Attributes
    ----------
    first, last
        Days from the end of training to the first and the last row.
    loss
        What is followed: "error", or 1 less the probability of the true class.
    rise
        By how much its mean rises from the first row to the last, by a straight line.
    trend
        Spearman's correlation of loss and time.
    p_value
        That it neither rises nor falls, corrected for the families; NaN with too little data.
    """

    first: float
    last: float
    loss: str
    rise: Estimate
    trend: float
    p_value: float


def age(
    made: Predictions,
    time: pd.DatetimeIndex,
    ends: pd.DatetimeIndex,
    finished: pd.Timestamp,
    config: Config,
) -> Age:
    """Follow the loss of rows with truth as the model grows older.

    Parameters
    ----------
    made, time
        What was served to these n rows, and when, shape (n,).
    ends
        Times of the first and the last row of the whole log.
    finished
        When the model was made.
    config
        Task and seed.
    """
    day = pd.Timedelta(days=1)
    first, last = ((one - finished) / day for one in ends)
    loss, name = losses(made, config.data.task)
    nothing = Age(first, last, name, Estimate(np.nan, np.nan, np.nan), np.nan, np.nan)
    when = (time - ends[0]) / max(ends[1] - ends[0], pd.Timedelta(1))
    at = np.asarray(when, dtype=float)
    if len(loss) < _FEWEST or len(np.unique(at)) < 3 or np.ptp(loss) == 0:
        return nothing
    found = stats.spearmanr(at, loss)
    return Age(
        first, last, name, _rise(at, loss, config), float(found.statistic),
        *corrected([float(found.pvalue)]),
    )  # fmt: skip


def losses(made: Predictions, task: Task) -> tuple[Floats, str]:
    """Return how far each answer is from the truth, shape (n,), and its name."""
    name = "error" if task is Task.regression else "probability that the truth lacks"
    return outside(made), name


def _rise(at: Floats, loss: Floats, config: Config) -> Estimate:
    def slope(x: Floats, y: Floats) -> float:
        centred = x - x.mean()
        return float(centred @ y) / max(float(centred @ centred), 1e-300)

    draw = np.random.default_rng(seeded(config.seed, "age"))
    drawn = [
        slope(at[rows], loss[rows])
        for rows in (
            draw.integers(len(at), size=len(at)) for _ in range(config.evaluation.resamples)
        )
    ]
    return Estimate(slope(at, loss), *percentiles(np.array(drawn), config.evaluation.confidence))
