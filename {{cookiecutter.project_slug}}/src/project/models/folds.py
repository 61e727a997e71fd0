"""Cut the training split into folds the way the splits themselves were cut.

Groups stay whole and time stays in order where conf/data.yaml says so; elsewhere rows are shuffled,
with the classes in equal shares.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import (
    GroupKFold,
    RepeatedKFold,
    RepeatedStratifiedKFold,
    StratifiedGroupKFold,
    TimeSeriesSplit,
)

from ..config import Config
from ..data.config import Data, SplitMethod, Task
from ..data.load import target
from ..errors import DataError

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Fold:
    """Positions of the rows to fit on and of those to score on.

    Attributes
    ----------
    train, test
        Shapes (n,) and (m,); no row is in both.
    """

    train: Positions
    test: Positions

    @property
    def test_share(self) -> float:
        """Rows for testing per row for training."""
        return len(self.test) / len(self.train)


def configured(
    config: Config, rows: pd.DataFrame, along: np.ndarray | None, *, repeats: int | None = None
) -> list[Fold]:
    """Cut rows into `evaluation.folds` folds, `evaluation.repeats` times unless told otherwise."""
    how = config.evaluation
    return cut(
        rows,
        config.data,
        along,
        count=how.folds,
        repeats=how.repeats if repeats is None else repeats,
        seed=config.seed,
    )


def cut(
    rows: pd.DataFrame,
    data: Data,
    along: np.ndarray | None,
    *,
    count: int,
    repeats: int,
    seed: int,
) -> list[Fold]:
    """Cut rows into folds, several times over.

    Parameters
    ----------
    rows
        Shape (n, features + 1), as `load` returns them.
    data
        The task, and the method of the split.
    along
        What `data.load.along` returns for the same rows.
    count, repeats, seed
        Folds of each round, rounds, and the seed of the shuffle. Time can be cut in one way only,
        so that there is one round.

    Returns
    -------
    list of Fold
        `count` for each round, one round after the other.

    Raises
    ------
    DataError
        When there are fewer groups, rows or rows of a class than folds.
    ValueError
        When the split goes by something, and `along` does not say what.
    """
    if along is None and data.split.method in (SplitMethod.group, SplitMethod.time):
        # Cut one by one, rows that belong together would be on both sides.
        raise ValueError(f"rows go by {data.split.method.value}, and `along` was not given")
    y = target(rows, data)
    _check(y, data, along, count)
    if data.split.method is SplitMethod.time:
        order = np.argsort(np.asarray(along), kind="stable")
        return [
            Fold(order[train], order[test]) for train, test in TimeSeriesSplit(count).split(order)
        ]
    if data.split.method is SplitMethod.group:
        return [
            Fold(train, test)
            for round_ in range(repeats)
            for train, test in _by_group(data.task, count, seed + round_).split(rows, y, along)
        ]
    kind = RepeatedStratifiedKFold if data.task is Task.classification else RepeatedKFold
    splitter = kind(n_splits=count, n_repeats=repeats, random_state=seed)
    return [Fold(train, test) for train, test in splitter.split(rows, y)]


def _by_group(task: Task, count: int, seed: int) -> StratifiedGroupKFold | GroupKFold:
    kind = StratifiedGroupKFold if task is Task.classification else GroupKFold
    return kind(count, shuffle=True, random_state=seed)


def _check(y: np.ndarray, data: Data, along: np.ndarray | None, count: int) -> None:
    least, of = len(y), "rows"
    if data.split.method is SplitMethod.group:
        least, of = len(np.unique(np.asarray(along))), "groups"
    elif data.split.method is not SplitMethod.time and data.task is Task.classification:
        labels, sizes = np.unique(y, return_counts=True)
        least, of = int(sizes.min()), f"rows of class '{labels[sizes.argmin()]}'"
    if least < count + (data.split.method is SplitMethod.time):
        raise DataError(
            f"{data.source}: the training split has {least} {of}, too few for {count} folds: add "
            "rows, or lower evaluation.folds"
        )
