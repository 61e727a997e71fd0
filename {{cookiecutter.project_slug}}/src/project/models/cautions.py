"""Keep every warning of a fit as a record, also those that worker processes keep to themselves.

A record has a stable `code`, the warning's `category` and `message`, and `where` it arose.
"""

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

Caution = dict[str, str]
NOT_CONVERGED = "not-converged"
_CODES = {"ConvergenceWarning": NOT_CONVERGED}


@contextmanager
def recording(where: str) -> Iterator[list[Caution]]:
    """Collect the warnings of a block, each once for every time that it was given.

    Parameters
    ----------
    where
        What is being done, such as "model".
    """
    records: list[Caution] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield records
    records.extend(caution(w.category.__name__, str(w.message), where) for w in caught)


def caution(category: str, message: str, where: str) -> Caution:
    """Make a record; its code is the category in lower case, with hyphens."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", category).lower()
    return {
        "code": _CODES.get(category, words),
        "category": category,
        "message": message,
        "where": where,
    }


def silent(fitted: BaseEstimator, heard: list[Caution], where: str) -> list[Caution]:
    """Record the members that stopped at their limit of iterations and were not heard of.

    What joblib's workers warn of stays in their processes, so that the members are asked.

    Parameters
    ----------
    fitted
        A fitted estimator, with members of any depth.
    heard
        What was recorded while it was fitted.
    where
        Goes before the place of the member.
    """
    found = [
        caution(
            "ConvergenceWarning",
            f"{type(member).__name__} stopped after max_iter={member.get_params()['max_iter']} "
            "iterations without converging",
            f"{where}: {place}" if place else where,
        )
        for place, member in members(fitted)
        if _at_its_limit(member)
    ]
    known = sum(record["code"] == NOT_CONVERGED for record in heard)
    return found if len(found) > known else []


def members(fitted: Any) -> Iterator[tuple[str, BaseEstimator]]:
    """Walk a fitted estimator and all the estimators in it, each with its place, depth first."""
    seen: set[int] = set()

    def walk(value: Any, place: str) -> Iterator[tuple[str, BaseEstimator]]:
        if id(value) in seen:
            return
        seen.add(id(value))
        inside: Iterator[tuple[Any, Any]]
        if isinstance(value, BaseEstimator):
            yield place, value
            # What is not fitted has no trailing underscore, but for the steps of a pipeline.
            fitted = (
                k for k in vars(value) if k.endswith("_") or k in ("steps", "_final_estimator")
            )
            inside = ((key, getattr(value, key)) for key in fitted)
        elif isinstance(value, Mapping):
            inside = iter(value.items())
        elif isinstance(value, list | tuple) or (
            isinstance(value, np.ndarray) and value.dtype == object
        ):
            inside = ((_name(part, number), part) for number, part in enumerate(value))
        elif hasattr(value, "estimator") and not isinstance(value, type):
            inside = iter([("estimator", value.estimator)])
        else:
            return
        for key, part in inside:
            if not isinstance(part, str | bytes | int | float):
                yield from walk(part, f"{place}.{key}" if place else str(key))

    yield from walk(fitted, "")


def _name(part: Any, number: int) -> str | int:
    named = isinstance(part, tuple) and part and isinstance(part[0], str)
    return part[0] if named else number


def _at_its_limit(estimator: BaseEstimator) -> bool:
    done, limits = getattr(estimator, "n_iter_", None), estimator.get_params(deep=False)
    most = limits.get("max_iter")
    # Boosting is to do all its iterations, and so is what has no tolerance to stop at.
    boosts = hasattr(estimator, "staged_predict")
    if done is None or not isinstance(most, int) or most < 1 or boosts:
        return False
    return limits.get("tol", 0.0) is not None and int(np.max(done)) >= most
