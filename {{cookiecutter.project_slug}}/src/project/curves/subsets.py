"""Cut ever fewer training rows out of each fold, so that the fewer are always among the more."""

import numpy as np
import pandas as pd

from ..config import Config
from ..data.config import SplitMethod, Task
from ..data.load import target
from ..errors import DataError
from ..models.folds import Fold, Positions, configured

_FEWEST = 10
_SEED = 19  # apart from that of the folds


def folds_of(config: Config, rows: pd.DataFrame, along: np.ndarray | None) -> list[Fold]:
    """Cut the training split as `evaluation.folds` and `.repeats` say.

    Where rows go by time, folds with less than half of the rows before them are left out: at their
    sizes there would be no curve.
    """
    folds = configured(config, rows, along)
    if config.data.split.method is SplitMethod.time:
        folds = [fold for fold in folds if len(fold.train) >= len(rows) // 2]
    return folds


def growing(
    config: Config, rows: pd.DataFrame, along: np.ndarray | None, folds: list[Fold]
) -> tuple[list[int], list[list[Fold]]]:
    """Cut subsets of geometric sizes out of the training rows of each fold.

    Rows are drawn with the classes in equal shares; whole groups where groups stay whole; the rows
    just before those to test where rows go by time.

    Returns
    -------
    list of int
        Numbers of rows, rising; the largest is that of the smallest fold.
    list of list of Fold
        For each size the folds with so many rows to train on; with groups, about so many.

    Raises
    ------
    DataError
        When there are too few rows for a curve.
    """
    orders = [_order(config, rows, along, fold, at) for at, fold in enumerate(folds)]
    most = min(len(order) for order in orders)
    least = max(_FEWEST, *(_enough(config, rows, order) for order in orders))
    if 2 * least > most:
        raise DataError(
            f"{config.data.source}: {most} training rows in a fold are too few for a curve that "
            f"begins at {least}: add rows, or lower curves.least_per_class"
        )
    steps = np.geomspace(least, most, config.curves.sizes).round().astype(int)
    sizes = [int(size) for size in np.unique(steps)]
    return sizes, [
        [
            Fold(_first(order, size, along, config), fold.test)
            for order, fold in zip(orders, folds, strict=True)
        ]
        for size in sizes
    ]


def _order(
    config: Config, rows: pd.DataFrame, along: np.ndarray | None, fold: Fold, at: int
) -> Positions:
    """Return the training rows of a fold in the order in which they are taken."""
    method = config.data.split.method
    if method is SplitMethod.time:
        return fold.train[::-1]
    draw = np.random.default_rng([config.seed, _SEED, at])
    if method is SplitMethod.group and along is not None:
        groups, member = np.unique(along[fold.train], return_inverse=True)
        return fold.train[np.argsort(draw.permutation(len(groups))[member], kind="stable")]
    order = draw.permutation(fold.train)
    if config.data.task is Task.regression:
        return order
    # A row's place within its class, as a share: the classes then keep their shares throughout.
    y = pd.Series(target(rows, config.data)[order])
    place = (y.groupby(y).cumcount() + draw.random(len(y))) / y.groupby(y).transform("size")
    return np.asarray(order[np.argsort(place.to_numpy(), kind="stable")])


def _enough(config: Config, rows: pd.DataFrame, order: Positions) -> int:
    """Return how many rows it takes until each class of the fold is there often enough."""
    if config.data.task is Task.regression:
        return _FEWEST
    y = target(rows, config.data)[order]
    least = config.curves.least_per_class
    places = [np.flatnonzero(y == label) for label in np.unique(y)]
    return 1 + max(int(found[min(least, len(found)) - 1]) for found in places)


def _first(order: Positions, size: int, along: np.ndarray | None, config: Config) -> Positions:
    if config.data.split.method is SplitMethod.group and along is not None:
        # The group that row `size` is of comes whole, or it would be no fold of groups.
        size = int(np.flatnonzero(along[order] == along[order[size - 1]])[-1]) + 1
    return order[:size]
