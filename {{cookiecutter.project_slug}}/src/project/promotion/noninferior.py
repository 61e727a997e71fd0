"""Compare a model with the one that serves: how much of that one's gain it keeps."""

import math

import numpy as np
from scipy import stats

from ..config import Config
from ..evaluation.intervals import Estimate, percentiles
from ..evaluation.metrics import Floats, Metric, Predictions
from ..evaluation.resampling import resample
from ..evaluation.result import MODEL
from ..evaluation.scores import ZERO_RULE
from ..evaluation.subject import seeded

OTHER = "incumbent"
_IN_TAILS = 20  # replicates beyond either end of the interval, at least


def kept_lead(
    metric: Metric,
    made: dict[str, Predictions],
    *,
    lost_share: float,
    level: float,
    config: Config,
) -> tuple[Estimate, Estimate]:
    """Estimate by how much a model is better than the incumbent, and how far from a bound that is.

    The bound is what the incumbent gains over the zero rule, less a share of it: a test of
    non-inferiority whose margin follows from the same rows.

    Parameters
    ----------
    metric
        What they are compared by.
    made
        Predictions of the same n rows by `MODEL`, `OTHER` and the zero rule.
    lost_share
        The share of the incumbent's gain that may be lost.
    level
        The chance that the slack's interval lies above zero although the model loses just that
        share; the same below zero.
    config
        Resamples and seed.

    Returns
    -------
    tuple of Estimate
        The lead over the incumbent, and the slack; both with intervals of two tails of `level`.

    References
    ----------
    Blackwelder (1982), "Proving the null hypothesis" in clinical trials; Hida and Tango (2011), on
    margins that are a share of the reference's effect.
    """
    cells = [metric.rows(made[name]) for name in (MODEL, OTHER, ZERO_RULE)]
    ends = np.cumsum([part.shape[1] for part in cells])[:-1]
    together = np.hstack(cells)
    sign = 1.0 if metric.higher_is_better else -1.0

    def differences(means: Floats) -> tuple[Floats, Floats]:
        ours, theirs, zero = (
            sign * metric.combine(part) for part in np.split(means, ends, axis=-1)
        )
        return ours - theirs, ours - theirs + lost_share * (theirs - zero)

    tail = _widened(level, len(together))
    drawn = resample(
        together,
        resamples=max(config.evaluation.resamples, math.ceil(_IN_TAILS / tail)),
        seed=seeded(config.seed, "incumbent"),
        compute=config.compute,
    )
    whole = differences(together.mean(axis=0))
    lead, slack = (
        Estimate(float(value), *percentiles(replicates, 1.0 - 2.0 * tail))
        for value, replicates in zip(whole, differences(drawn), strict=True)
    )
    return lead, slack


def _widened(level: float, rows: int) -> float:
    """Return the tail of the bootstrap that leaves out `level` where the rows are few.

    Percentiles are as narrow as normal intervals with the variance of the rows at hand; this makes
    them as wide as Student's.

    References
    ----------
    Hesterberg (2015), What teachers should know about the bootstrap, section 5.
    """
    reach = float(stats.t.ppf(level, rows - 1)) * math.sqrt(rows / (rows - 1))
    return float(stats.norm.cdf(reach))
