"""What a tracker is told of a search for hyperparameters."""

from typing import Any

import pandas as pd

from ..config import Config
from ..provenance import plain
from .record import Record

_AXIS = "trial"
# Lists and times, which no tracker keeps in a table.
_OF_FOLDS, _TIMES = ("scores", "seconds"), ("started", "ended")


def studied(found: dict[str, Any], trials: pd.DataFrame, config: Config) -> Record:
    """Make the record of a study: what it found, and every trial.

    Parameters
    ----------
    found
        As `tuning.verdict.verdict` lays it out, with the study's id.
    trials
        What `report.trials.write_trials` wrote.
    config
        What was searched.
    """
    as_text = {name: trials[name].map(lambda cell: str(list(cell))) for name in _OF_FOLDS}
    as_text |= {name: trials[name].astype(str) for name in _TIMES}
    return Record(
        id=f"tune-{found['study']}",
        name=f"tune-{found['winner']}-{found['study'][:6]}",
        group="tune",
        status="finished",
        params=plain(config) | {"study": found["study"]},
        metrics={
            f"tune/{one['model']}/{name}".replace(" ", "_"): float(value)
            for one in found["families"]
            for name, value in (
                (f"best_{found['metric']}", one["best"]["value"]),
                ("trials", one["trials"]),
                ("pruned", one["pruned"]),
            )
        },
        series={_AXIS: _values(trials)},
        tables={"trials": trials.assign(**as_text)},
        kind="tune",
    )


def _values(trials: pd.DataFrame) -> pd.DataFrame:
    wide = trials.pivot_table(index=_AXIS, columns="model", values="value")
    return wide.add_prefix("tune/value/").rename_axis(columns=None).reset_index()
