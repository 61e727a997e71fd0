"""Look inside a fitted ensemble: who its members are, what each says, and how they are combined."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, is_classifier
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    BaggingRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.pipeline import Pipeline

from ..errors import RunError

VOTING = (VotingClassifier, VotingRegressor)
STACKING = (StackingClassifier, StackingRegressor)
BAGGING = (BaggingClassifier, BaggingRegressor)
FORESTS = (
    RandomForestClassifier,
    RandomForestRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
)
BOOSTING = (
    AdaBoostClassifier,
    AdaBoostRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
_BOOSTED = ("XGBClassifier", "XGBRegressor", "LGBMClassifier", "LGBMRegressor")  # extras


@dataclass(frozen=True)
class Member:
    """One model of an ensemble.

    Attributes
    ----------
    name
        As the configuration names it, or its number.
    estimator
        Fitted; it takes what the pipeline's preprocessing gives.
    columns
        Those of the prepared features that it takes; None for all.
    """

    name: str
    estimator: BaseEstimator
    columns: npt.NDArray[np.intp] | None = None

    def inputs(self, prepared: np.ndarray) -> np.ndarray:
        """Return its part of the prepared features, shape (n, its columns)."""
        return prepared if self.columns is None else prepared[:, self.columns]


def members(pipeline: Pipeline) -> list[Member]:
    """List the members of a fitted ensemble, each of which can predict by itself.

    Parameters
    ----------
    pipeline
        Preprocessing and, last, the ensemble.

    Raises
    ------
    RunError
        When the model has no members with a vote: a single model, or boosting, whose stages
        predict what the stages before them have left over.
    """
    whole = pipeline[-1]
    if isinstance(whole, VOTING + STACKING):
        names = [name for name, estimator in whole.estimators if estimator != "drop"]
        return [Member(n, e) for n, e in zip(names, whole.estimators_, strict=True)]
    if isinstance(whole, BAGGING):
        parts = zip(whole.estimators_, whole.estimators_features_, strict=True)
        return [Member(str(i), e, np.asarray(c)) for i, (e, c) in enumerate(parts, 1)]
    if isinstance(whole, FORESTS):
        return [Member(str(i), tree) for i, tree in enumerate(whole.estimators_, 1)]
    name = type(whole).__name__
    if isinstance(whole, BOOSTING) or name in _BOOSTED:
        raise RunError(
            f"{name} has no members with a vote: each stage of boosting is fitted to what the "
            "stages before it got wrong, and means nothing without them; `make ensemble` explains "
            "forests, bagging, voting and stacking: choose a run of one"
        )
    raise RunError(
        f"{name} is a single model, no ensemble: choose by RUN=<id> a run of a forest, bagging, "
        "voting or stacking"
    )


def say(pipeline: Pipeline, rows: pd.DataFrame) -> np.ndarray:
    """Let each member of an ensemble predict some rows by itself.

    Parameters
    ----------
    pipeline
        Fitted.
    rows
        Features, shape (n, features).

    Returns
    -------
    numpy.ndarray
        Shape (members, n): labels as the ensemble knows them, or quantities.
    """
    whole, prepared = pipeline[-1], pipeline[:-1].transform(rows)
    said = []
    for member in members(pipeline):
        answer = np.asarray(member.estimator.predict(member.inputs(prepared)))
        # Members of an ensemble are mostly fitted on the positions of the labels, not on them.
        if is_classifier(whole) and answer.dtype.kind in "iuf":
            answer = whole.classes_[answer.astype(np.intp)]
        said.append(answer)
    return np.array(said)


def alike(pipeline: Pipeline) -> bool:
    """Tell whether all members are of one recipe, so that the best of them is best by luck."""
    return isinstance(pipeline[-1], BAGGING + FORESTS)


def combined(pipeline: Pipeline) -> str:
    """Say in words how an ensemble makes one answer of many."""
    whole = pipeline[-1]
    if isinstance(whole, STACKING):
        return f"a {type(whole.final_estimator_).__name__} learns from what the members say"
    weights = getattr(whole, "weights", None)
    how = "" if weights is None else f", weighted {', '.join(f'{w:g}' for w in weights)}"
    if not is_classifier(whole):
        return f"the mean of what the members say{how}"
    if getattr(whole, "voting", "soft") == "hard":
        return f"the label that most members say{how}"
    return f"the label with the highest mean probability over the members{how}"
