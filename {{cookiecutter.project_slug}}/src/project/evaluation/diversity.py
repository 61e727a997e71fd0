"""How an ensemble does beside its members, and how far its members err in different places."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..config import Config
from ..data.config import Task
from . import crowd
from . import disagreement as of
from .intervals import Estimate, estimate_by
from .metrics import Floats, Metric, Predictions

Combine = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Diversity:
    """An ensemble beside its members; gains are positive where the ensemble is better.

    Attributes
    ----------
    score, higher_is_better
        Accuracy, or the root of the mean squared error in the target's unit.
    figures
        Name to estimate: `ensemble`, `plain` (unweighted majority vote, or mean), `independent`
        (what that would be worth if errors were independent), `mean member`, `gain over mean`,
        `gain over best`, `correlation` of errors and `disagreement`.
    members
        Name to estimate of the score.
    best
        The member with the best score on these rows.
    bounds
        With more than two classes: accuracies between which any vote of independent members lies.
    ties
        Share of the rows in which several labels have most votes.
    effective
        The number of independent members whose mean would vary as much as that of these.
    correlations, disagreements
        Shape (members, members): of errors, NaN where a member always or never errs; and share of
        the rows with different labels, or root of the mean squared difference.
    ambiguity
        In regression: mean squared error of the plain mean, of the mean member, and the ambiguity,
        which is the difference of the two.
    """

    score: str
    higher_is_better: bool
    figures: dict[str, Estimate]
    members: dict[str, Estimate]
    best: str
    bounds: tuple[float, float] | None
    ties: float | None
    effective: float | None
    correlations: Floats
    disagreements: Floats
    ambiguity: tuple[float, float, float] | None


def study(
    said: np.ndarray, names: list[str], whole: Predictions, classes: int, config: Config
) -> Diversity:
    """Compare an ensemble with its members on some rows.

    Parameters
    ----------
    said
        Shape (members, n): what each member predicts.
    names
        Of the members.
    whole
        What the ensemble predicts, and the truth, of the same rows.
    classes
        Number of labels; ignored in regression.
    config
        Task, seed, and how sure intervals must be.

    References
    ----------
    Kuncheva and Whitaker (2003), Measures of diversity in classifier ensembles, Machine Learning
    51:181; Krogh and Vedelsby (1995), Neural network ensembles, NIPS 7:231.
    """
    labels = config.data.task is Task.classification
    errors = of.errors(said, whole.y_true, labels)
    losses = _losses(said, whole.y_true, labels)
    plain, ties = of.vote(said) if labels else (said.mean(axis=0), None)
    sides = _losses(np.array([whole.y_pred, plain]), whole.y_true, labels)
    best = int(np.argmax(losses.mean(axis=0) if labels else -losses.mean(axis=0)))
    metrics = [
        *_scores(losses, [f"#{name}" for name in names], labels),
        *_scores(sides, ["ensemble", "plain"], labels),
        *_gains(sides[:, :1], losses, best, labels),
        _metric("disagreement", of.disagreement(said, labels), _of_one(_shown(labels))),
        _metric("correlation", of.moments(errors), of.correlation),
        _independent(errors, labels, classes),
    ]
    figures, _ = estimate_by(config, metrics, {"ensemble": whole}, "ensemble")
    found = figures["ensemble"]
    rho, count = found["correlation"].value, len(names)
    return Diversity(
        score="accuracy" if labels else "RMSE",
        higher_is_better=labels,
        figures={name: value for name, value in found.items() if not name.startswith("#")},
        members={name: found[f"#{name}"] for name in names},
        best=names[best],
        bounds=_bounds(losses.mean(axis=0), classes) if labels and classes > 2 else None,
        ties=ties,
        effective=count / (1 + (count - 1) * rho) if 1 + (count - 1) * rho > 0 else None,
        correlations=of.correlations(errors),
        disagreements=of.pairs(said, labels),
        ambiguity=None if labels else of.ambiguity(said, whole.y_true.astype(float)),
    )


def _losses(said: np.ndarray, truth: np.ndarray, labels: bool) -> Floats:
    """Shape (n, members): 1 for a right label, or the squared error."""
    errors = of.errors(said, truth, labels)
    return 1.0 - errors if labels else errors**2


def _scores(losses: Floats, names: list[str], labels: bool) -> list[Metric]:
    """Score each column."""
    combine = _of_one(_shown(labels))
    return [
        Metric(name, labels, _fixed(losses[:, [i]]), combine, proportion=labels)
        for i, name in enumerate(names)
    ]


def _gains(whole: Floats, losses: Floats, best: int, labels: bool) -> list[Metric]:
    """Score the mean member, and take it and the best one from the ensemble."""
    sign, shown = (1 if labels else -1), _shown(labels)

    def gain(means: Floats) -> Floats:
        scores = shown(means)
        return np.asarray(sign * (scores[..., 0] - scores[..., 1:].mean(axis=-1)))

    return [
        _metric("mean member", losses, lambda means: shown(means).mean(axis=-1)),
        _metric("gain over mean", np.hstack([whole, losses]), gain),
        _metric("gain over best", np.hstack([whole, losses[:, [best]]]), gain),
    ]


def _metric(name: str, cells: Floats, combine: Combine) -> Metric:
    return Metric(name, True, _fixed(cells), combine)


def _fixed(cells: Floats) -> Callable[[Predictions], Floats]:
    return lambda _: cells


def _shown(labels: bool) -> Combine:
    """Return how mean losses become what is shown: shares as they are, squares as roots."""
    return (lambda means: means) if labels else (lambda means: np.asarray(np.sqrt(means)))


def _of_one(combine: Combine) -> Combine:
    return lambda means: combine(means[..., 0])


def _independent(errors: Floats, labels: bool, classes: int) -> Metric:
    """Score a plain vote or mean, as it would be if the members' errors were independent."""
    count = errors.shape[1]
    if labels:
        return _metric("independent", 1.0 - errors, lambda means: crowd.vote(means, classes))

    def combine(means: Floats) -> Floats:
        bias, square = means[..., :count], means[..., count:-2]
        variance = (square - bias**2).sum(axis=-1) / count**2
        return np.asarray(np.sqrt(bias.mean(axis=-1) ** 2 + variance))

    return _metric("independent", of.moments(errors), combine)


def _bounds(accuracies: Floats, classes: int) -> tuple[float, float]:
    count = len(accuracies)
    chances = crowd.number_correct(accuracies)
    wins = crowd.wins_together(count), crowd.wins_apart(count, classes)
    return float(chances @ wins[0]), float(chances @ wins[1])
