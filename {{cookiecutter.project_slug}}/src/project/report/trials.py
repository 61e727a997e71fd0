"""Write the trials of a study as a table."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ..files import replacing

if TYPE_CHECKING:
    from ..tuning.study import Family

FILE = "trials.parquet"


def write_trials(families: "Sequence[Family]", folder: Path) -> None:
    """Write one row for each trial: parameters, the score of each fold, times, and how it ended.

    Parameters
    ----------
    families
        The searched models; their parameters are columns, empty for trials of another model.
    folder
        Of the study.
    """
    rows = [
        {
            "model": family.problem.config.model.name,
            "trial": trial.number,
            "state": trial.state.name.lower(),
            "value": trial.value,
            **{key.removeprefix("model."): value for key, value in trial.params.items()},
            **{name: trial.user_attrs["folds"][name] for name in ("scores", "seconds", "warnings")},
            "started": trial.datetime_start,
            "ended": trial.datetime_complete,
        }
        for family in families
        for trial in family.trials
    ]
    with replacing(folder / FILE) as scratch:
        pd.DataFrame(rows).to_parquet(scratch, index=False)
