"""Explanations: what a model loses without a column, and how its prediction follows one."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from ..config import Config
from ..data.schema import ColumnType
from .changes import Change, Fixed, Permuted
from .intervals import Estimate, mean, percentiles
from .metrics import Floats, Predictions, metrics_of
from .multiple import holm
from .probing import Probe
from .resampling import resample
from .subject import seeded


@dataclass(frozen=True)
class Importance:
    """What the first metric loses when a column is dealt out anew among the rows.

    Attributes
    ----------
    column
        The feature.
    loss
        Mean over the permutations, with an interval over the rows.
    p_value
        One-sided, that nothing is lost; corrected for the number of columns.
    matters
        Whether that is below the level.
    """

    column: str
    loss: Estimate
    p_value: float
    matters: bool


@dataclass(frozen=True)
class Dependence:
    """Mean prediction when a column is set to a value in all rows.

    Attributes
    ----------
    column, of
        The feature, and the class whose probability is meant; "" in regression.
    values, means
        The values, and what is predicted on average, with intervals over the rows.
    """

    column: str
    of: str
    values: list[Any]
    means: list[Estimate]


def importances(probe: Probe, config: Config) -> list[Importance]:
    """Permute each feature several times; the most important comes first.

    The first metric of both tasks is a mean over rows, so that each row has a loss of its own.

    References
    ----------
    Breiman (2001), Random forests, section 10; Fisher, Rudin and Dominici (2019), All models are
    wrong, but many are useful.
    """
    names, repeats = config.data.features(*ColumnType), config.methods.explanation.repeats
    seeds = [[seeded(config.seed, "importance", n, turn) for turn in range(repeats)] for n in names]
    changes = [Permuted(n, seed) for n, row in zip(names, seeds, strict=True) for seed in row]
    metric = metrics_of(config.data.task)[0]
    sign = 1.0 if metric.higher_is_better else -1.0
    base = metric.rows(probe.base)[:, 0]
    answers = np.array([metric.rows(made)[:, 0] for made in probe.ask(changes)])
    lost = sign * (base - answers.reshape(len(names), repeats, -1).mean(axis=1)).T
    drawn = resample(
        lost,
        resamples=config.evaluation.resamples,
        seed=seeded(config.seed, "importance"),
        compute=config.compute,
    )
    p_values = holm([_no_loss(column) for column in lost.T])
    found = [
        Importance(
            name,
            Estimate(
                float(lost[:, at].mean()), *percentiles(drawn[:, at], config.evaluation.confidence)
            ),
            p_values[at],
            p_values[at] < config.methods.level,
        )
        for at, name in enumerate(names)
    ]
    return sorted(found, key=lambda one: -one.loss.value)


def _no_loss(lost: Floats) -> float:
    """Return the one-sided p-value of Student's test that the mean of the rows is not above 0."""
    spread = float(lost.std(ddof=1)) if len(lost) > 1 else 0.0
    middle = float(lost.mean())
    if spread == 0.0:
        return 0.0 if middle > 0 else 1.0
    return float(stats.t.sf(middle / spread * math.sqrt(len(lost)), len(lost) - 1))


def dependences(probe: Probe, columns: list[str], config: Config) -> list[Dependence]:
    """Follow the prediction along some columns, all else as it is in the rows.

    References
    ----------
    Friedman (2001), Greedy function approximation, section 8.2.
    """
    grids = {name: grid(name, probe, config) for name in columns}
    changes: list[Change] = [Fixed(n, value) for n, values in grids.items() for value in values]
    answers = iter(probe.ask(changes))
    found = []
    for name, values in grids.items():
        made = [next(answers) for _ in values]
        if made:
            found += [
                Dependence(
                    name,
                    of,
                    values,
                    [mean(_of(one, at), config.evaluation.confidence) for one in made],
                )
                for at, of in _outputs(made[0])
            ]
    return found


def grid(name: str, probe: Probe, config: Config) -> list[Any]:
    """Return values to set a column to: evenly spread over its rows, or its commonest levels."""
    most = config.methods.explanation.grid
    cells = probe.x[name].dropna()
    if name in config.data.features(ColumnType.category):
        counts = cells.value_counts()
        return sorted(counts.index[:most].tolist(), key=str)
    if cells.empty:
        return []
    # Without the outermost values, where there are few rows to speak of.
    return [float(v) for v in np.unique(np.quantile(cells, np.linspace(0.02, 0.98, most)))]


def _outputs(made: Predictions) -> list[tuple[int, str]]:
    """Name what is predicted: of two classes the second, of more each, in regression the target."""
    if made.classes is None:
        return [(0, "")]
    labels = [(at, str(label)) for at, label in enumerate(made.classes)]
    return labels[1:] if len(labels) == 2 else labels


def _of(made: Predictions, at: int) -> Floats:
    return np.asarray(made.y_pred, dtype=float) if made.proba is None else made.proba[:, at]
