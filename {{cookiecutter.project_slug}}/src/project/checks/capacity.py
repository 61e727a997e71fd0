"""Let an estimator memorise, so that a batch which it can't fit shows a defect and no prudence."""

import inspect
from typing import Any

from hydra.utils import get_class

_TREE = {"min_samples_leaf": 1, "min_samples_split": 2, "max_depth": None, "ccp_alpha": 0.0}
# Arguments without which even a sound implementation of these would not memorise a few rows.
_FREE: dict[str, dict[str, Any]] = {
    "HistGradientBoosting": {
        "min_samples_leaf": 1,
        "l2_regularization": 0.0,
        "early_stopping": False,
    },
    "GradientBoosting": {**_TREE, "subsample": 1.0},
    "RandomForest": {**_TREE, "bootstrap": False},
    "ExtraTrees": {**_TREE, "bootstrap": False},
    "DecisionTree": _TREE,
    "KNeighbors": {"n_neighbors": 1},
    "MLP": {"alpha": 0.0, "max_iter": 2000, "early_stopping": False},
    "LGBM": {"min_child_samples": 1, "min_data_in_bin": 1, "reg_lambda": 0.0, "reg_alpha": 0.0},
    "XGB": {"min_child_weight": 0.0, "reg_lambda": 0.0, "reg_alpha": 0.0, "gamma": 0.0},
}


def freed(arguments: dict[str, Any]) -> dict[str, Any] | None:
    """Take away what keeps an estimator from memorising.

    Parameters
    ----------
    arguments
        Of an estimator, with its `_target_`.

    Returns
    -------
    dict or None
        The arguments with which it can memorise. None where it can't, as linear models, or where
        that is not known.
    """
    name = arguments["_target_"].rsplit(".", 1)[-1]
    name = name.removesuffix("Classifier").removesuffix("Regressor")
    if name not in _FREE:
        return None
    known = inspect.signature(get_class(arguments["_target_"])).parameters
    open_ended = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in known.values())
    return arguments | {k: v for k, v in _FREE[name].items() if k in known or open_ended}
