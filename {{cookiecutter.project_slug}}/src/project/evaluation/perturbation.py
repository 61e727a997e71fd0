"""Perturbation tests: how much noise, and how many lost cells, a model bears.

Each quantity gets normal noise in units of its training standard deviation, each category other
rows' contents, and each column missing cells; dose by dose, until a set share of what the model
gains over the zero rule is lost.
"""

import math
from dataclasses import dataclass

import numpy as np

from ..config import Config
from ..data.schema import ColumnType
from .changes import Change, Lost, Noise, Swapped
from .intervals import Estimate, percentiles
from .metrics import Floats, Predictions, metrics_of
from .probing import Probe
from .resampling import resample
from .subject import seeded

ALL = "all quantities"
REACHED, BEYOND = "reached", "beyond the largest dose"
UNKNOWN = "too little data to tell"


@dataclass(frozen=True)
class DoseCurve:
    """What one kind of perturbation of one column costs.

    Attributes
    ----------
    column, kind
        What is perturbed, and how: noise, missing, or swapped.
    doses
        Standard deviations of noise, or shares of the cells.
    losses
        What the first metric of the task loses at each dose; positive is worse.
    limit
        The dose that costs the set share of the gain over the zero rule; infinite where none does.
    verdict
        `REACHED`, `BEYOND` all doses, or `UNKNOWN`: the gain itself is too uncertain to take a
        share of.
    """

    column: str
    kind: str
    doses: list[float]
    losses: list[Estimate]
    limit: Estimate
    verdict: str


def perturb(
    probe: Probe,
    zero: Predictions,
    columns: list[str],
    spreads: dict[str, float],
    config: Config,
) -> list[DoseCurve]:
    """Perturb column by column, and all quantities at once.

    Parameters
    ----------
    probe
        The model and its rows.
    zero
        What the zero rule says of the same rows.
    columns, spreads
        The features to perturb; the training standard deviations of those that are quantities.
    config
        Doses, and how sure the figures must be.

    Returns
    -------
    list of DoseCurve
        Those with the smallest dose first.
    """
    plan = _plan(columns, spreads, config)
    answers = probe.ask([change for _, _, doses in plan for _, change in doses])
    metric = metrics_of(config.data.task)[0]
    cells = [metric.rows(made) for made in (probe.base, zero, *answers)]
    width = cells[0].shape[1]
    drawn = resample(
        np.hstack(cells),
        resamples=config.evaluation.resamples,
        seed=seeded(config.seed, "perturbation"),
        compute=config.compute,
    )
    means = np.vstack([np.hstack(cells).mean(axis=0), drawn])  # the figure itself comes first
    found = metric.combine(means.reshape(len(means), -1, width))
    sign = 1.0 if metric.higher_is_better else -1.0
    gain, falls = sign * (found[:, 0] - found[:, 1]), sign * (found[:, :1] - found[:, 2:])
    curves, at = [], 0
    for column, kind, doses in plan:
        part = falls[:, at : at + len(doses)]
        at += len(doses)
        curves.append(_curve(column, kind, [dose for dose, _ in doses], part, gain, config))
    return sorted(curves, key=lambda c: (math.isnan(c.limit.value), c.limit.value))


def _plan(
    columns: list[str], spreads: dict[str, float], config: Config
) -> list[tuple[str, str, list[tuple[float, Change]]]]:
    methods, seed = config.methods.perturbation, config.seed
    plan: list[tuple[str, str, list[tuple[float, Change]]]] = []
    groups = {name: {name: spreads[name]} for name in columns if name in spreads}
    if len(groups) > 1:
        groups = {ALL: {name: spreads[name] for name in groups}} | groups
    for name, scales in groups.items():
        doses: list[tuple[float, Change]] = [
            (dose, Noise({c: dose * s for c, s in scales.items()}, seeded(seed, "noise", name)))
            for dose in methods.noise_sd
        ]
        plan.append((name, "noise", doses))
    for name in columns:
        if name in config.data.features(ColumnType.category):
            key = seeded(seed, "swapped", name)
            plan.append(
                (name, "swapped", [(s, Swapped(name, s, key)) for s in methods.cell_shares])
            )
        key = seeded(seed, "missing", name)
        plan.append((name, "missing", [(s, Lost(name, s, key)) for s in methods.cell_shares]))
    return plan


def _curve(
    column: str, kind: str, doses: list[float], falls: Floats, gain: Floats, config: Config
) -> DoseCurve:
    confidence = config.evaluation.confidence
    losses = [Estimate(float(f[0]), *percentiles(f[1:], confidence)) for f in falls.T]
    low, _ = percentiles(gain[1:], confidence)
    if not low > 0:
        nan = math.nan
        return DoseCurve(column, kind, doses, losses, Estimate(nan, nan, nan), UNKNOWN)
    reached = crossing(doses, falls, config.methods.perturbation.lost_share * gain)
    limit = Estimate(float(reached[0]), *_ends(reached[1:], confidence))
    verdict = REACHED if math.isfinite(limit.value) else BEYOND
    return DoseCurve(column, kind, doses, losses, limit, verdict)


def crossing(doses: list[float], falls: Floats, limits: Floats) -> Floats:
    """Return the dose at which a fall reaches a limit, by linear interpolation from dose 0 on.

    Parameters
    ----------
    doses
        Rising, shape (d,).
    falls, limits
        Shapes (replicates, d) and (replicates,).

    Returns
    -------
    numpy.ndarray
        Shape (replicates,); infinite where no dose reaches it.
    """
    at = np.concatenate([[0.0], doses])
    curve = np.hstack([np.zeros((len(falls), 1)), falls])
    over = curve >= limits[:, None]
    right = np.maximum(over.argmax(axis=1), 1)
    each = np.arange(len(curve))
    low, high = curve[each, right - 1], curve[each, right]
    with np.errstate(invalid="ignore", divide="ignore"):
        inner = at[right - 1] + (limits - low) / (high - low) * (at[right] - at[right - 1])
    return np.where(over.any(axis=1), np.where(over[:, 0], 0.0, inner), np.inf)


def _ends(reached: Floats, confidence: float) -> tuple[float, float]:
    # Without interpolation between replicates, some of which may be infinite.
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(reached, [tail, 1.0 - tail], method="inverted_cdf")
    return float(low), float(high)
