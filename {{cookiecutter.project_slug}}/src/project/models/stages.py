"""Ask a model that boosts what it predicts after its first stages, one, two and so on.

scikit-learn's estimators tell it of themselves (`staged_predict_proba`); XGBoost's and LightGBM's
predict with as many of their trees as they are asked to.
"""

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from .labels import NumberedClasses


def stages(estimator: BaseEstimator) -> int | None:
    """Return how many stages a fitted estimator has; None for one that does not boost."""
    inner: Any = _inner(estimator)
    if hasattr(inner, "staged_predict"):
        return int(inner.n_iter_) if hasattr(inner, "n_iter_") else len(inner.estimators_)
    keywords = _keywords(inner)
    if "iteration_range" in keywords:
        return int(inner.get_booster().num_boosted_rounds())
    return int(inner.booster_.current_iteration()) if "num_iteration" in keywords else None


def staged(
    estimator: BaseEstimator, x: Any, steps: set[int]
) -> Iterator[tuple[int, np.ndarray | None, np.ndarray | None]]:
    """Predict rows by the first stages of an estimator that boosts.

    Parameters
    ----------
    estimator
        Fitted; one of which `stages` tells a number.
    x
        What the estimator takes, shape (n, inputs).
    steps
        The numbers of stages to predict with, from 1.

    Yields
    ------
    tuple
        The number of stages, the values of shape (n,) or None, and the probabilities of shape
        (n, classes) or None: one of the two is there.
    """
    inner: Any = _inner(estimator)
    probable = hasattr(inner, "predict_proba")
    for step, values in _told(inner, x, sorted(steps), probable):
        if step in steps:
            yield (step, None, np.asarray(values)) if probable else (step, np.asarray(values), None)


def _told(inner: Any, x: Any, steps: list[int], probable: bool) -> Iterator[tuple[int, Any]]:
    if hasattr(inner, "staged_predict"):
        yield from enumerate(
            (inner.staged_predict_proba if probable else inner.staged_predict)(x), 1
        )
        return
    ask = inner.predict_proba if probable else inner.predict
    ranged = "iteration_range" in _keywords(inner)
    for step in steps:
        yield (
            step,
            ask(x, **({"iteration_range": (0, step)} if ranged else {"num_iteration": step})),
        )


def _inner(estimator: BaseEstimator) -> BaseEstimator:
    return estimator.estimator_ if isinstance(estimator, NumberedClasses) else estimator


def _keywords(estimator: Any) -> set[str]:
    return set(inspect.signature(estimator.predict).parameters)
