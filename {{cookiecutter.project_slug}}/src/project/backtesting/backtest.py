"""Hold a production log to what its model promised: pure; reads no file and writes none."""

import math

import numpy as np
import pandas as pd

from ..config import Config
from ..data.config import Task
from ..evaluation.declared import beside, with_beside
from ..evaluation.evaluate import evaluate
from ..evaluation.metrics import take
from ..evaluation.result import Evaluation
from ..evaluation.subject import Table
from . import age as ageing
from . import invariants as rules
from . import slices as parts
from .drift import answers, drifts
from .known import Known, quantities
from .periods import Period, periods
from .quality import Change, changes
from .related import lost, related
from .result import ALL, Backtested
from .served import Served
from .skew import skew
from .truth import truth
from .uncertainty import uncertainty
from .units import Unit, unit_of, units


def backtest(known: Known, served: Served, config: Config) -> Backtested:
    """Go through a log.

    Parameters
    ----------
    known
        The run, and the rows that it was made of.
    served
        What it answered.
    config
        With the columns of the run; `backtest` says how sure an alarm must be.

    Raises
    ------
    ConfigError
        When the periods or the methods don't fit the log.
    """
    settings, there = config.backtest, served.known
    cut = periods(served.time, settings)
    enough = [one for one in cut if len(one.places) >= settings.min_rows]
    large = _with_all(enough, len(served), settings.min_rows)
    judged = _with_all(_among(cut, there, settings.min_rows), int(there.sum()), settings.min_rows)
    single = [one for one in judged if one.name != ALL] or judged
    features = [str(name) for name in served.rows if name != config.data.target]
    inputs = drifts(
        known.seen[features], served.rows[features], quantities(config), large, settings.level
    )
    said = answers(served.said)
    numeric = [str(name) for name in said if pd.api.types.is_numeric_dtype(said[name].dtype)]
    broken, cautions = rules.invariants(known, served, cut, config)
    moved = changes(served.judged, judged, known.valid, config)
    found, loss = _slices(known, served, config) if judged else ([], "")
    skewed = skew(served, known.own(served.rows, config), known, config)
    evaluations, notes = _evaluated(known, served, judged, config)
    return Backtested(
        run=known.run,
        finished=known.finished,
        served=served,
        cut=cut,
        small=[one.name for one in cut if len(one.places) < settings.min_rows],
        evaluations=evaluations,
        inputs=inputs,
        predictions=drifts(answers(known.valid), said, numeric, large, settings.level),
        units=units(inputs, known.seen, served),
        broken=broken,
        cautions=cautions,
        skew=skewed,
        uncertainty=uncertainty(served, skewed, known, config),
        changes=moved,
        truth=truth(served, cut, single, _spread(known, config), settings.min_rows),
        related=_related(known, served, judged),
        lost=lost(served, known.valid, _worse(moved, judged), features),
        truth_unit=_truth_unit(known, served, moved, config),
        age=ageing.age(
            served.judged, served.time[there], served.time[[0, -1]], known.finished, config
        ),
        slices=found,
        slice_loss=loss,
        notes=notes,
    )


def _among(cut: list[Period], there: np.ndarray, min_rows: int) -> list[Period]:
    """Return the periods with enough truth, as positions among the rows that have it."""
    place = np.cumsum(there) - 1
    found = [Period(p.name, p.start, p.end, place[p.places[there[p.places]]]) for p in cut]
    return [one for one in found if len(one.places) >= min_rows]


def _with_all(cut: list[Period], rows: int, min_rows: int) -> list[Period]:
    """Add all rows, which show what is too little in each period, where that is more than one."""
    if rows < min_rows or (len(cut) == 1 and len(cut[0].places) == rows):
        return cut
    return [*cut, Period(ALL, pd.Timestamp(0), pd.Timestamp(0), np.arange(rows))]


def _spread(known: Known, config: Config) -> float:
    if config.data.task is Task.classification:
        return math.nan
    return float(known.subject.train[config.data.target].std())


def _related(known: Known, served: Served, judged: list[Period]) -> dict[str, tuple[float, float]]:
    found = {one.name: related(take(served.judged, one.places)) for one in judged}
    return {"before": related(known.valid), **found}


def _worse(moved: list[Change], judged: list[Period]) -> list[Period]:
    names = {one.period for one in moved if one.worse}
    return [one for one in judged if one.name in names]


def _truth_unit(known: Known, served: Served, moved: list[Change], config: Config) -> Unit | None:
    if config.data.task is Task.classification or not any(one.worse for one in moved):
        return None
    name = config.data.target
    there = served.known
    return unit_of(name, known.seen[name], served.rows[name][there], served.time[there])


def _slices(known: Known, served: Served, config: Config) -> tuple[list[parts.Moved], str]:
    return parts.moved(
        (known.subject.calibration, known.valid),
        (served.rows[served.known], served.judged),
        with_beside(config, []),
    )


def _evaluated(
    known: Known, served: Served, judged: list[Period], config: Config
) -> tuple[dict[str, Evaluation], list[str]]:
    """Evaluate each period as a run is evaluated before it is deployed."""
    names = [name for name in beside(config) if name in served.beside]
    left = [name for name in beside(config) if name not in names]
    slim = with_beside(config, names)
    rows, more = served.rows[served.known], served.beside[served.known][names]
    kind = object if known.classes else float
    rows = rows.astype({config.data.target: kind})
    found = {
        one.name: evaluate(known.subject, Table(rows.iloc[one.places], more.iloc[one.places]), slim)
        for one in judged
    }
    notes = [
        f"The log has no column '{name}', which slices go by: they are left out." for name in left
    ]
    return found, notes
