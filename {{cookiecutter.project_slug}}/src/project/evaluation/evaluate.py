"""Evaluate a model on some rows: the same before deployment and after it.

`evaluate` reads no file and writes none. With the same model, rows and configuration it gives the
same bits, by however many workers; what predictions cost is measured, and left out of that.
"""

from typing import Any

import numpy as np
import pandas as pd

from ..config import Config
from ..data.config import Task
from ..data.load import features
from . import (
    calibrators,
    confidence,
    conformal,
    cost,
    direction,
    distribution,
    invariance,
    perturbation,
    slices,
    slicing,
)
from .declared import check_expectations
from .importance import Dependence, Importance, dependences, importances
from .intervals import Estimate, estimate_by
from .metrics import Predictions, metrics_of, take
from .probing import Probe, probe
from .result import MODEL, Evaluation
from .scores import ZERO_RULE
from .subject import Subject, Table, ask, sample, spreads

_FEWEST = 10  # rows, on either side, below which nothing is calibrated


def evaluate(model: Subject, table: Table, config: Config) -> Evaluation:
    """Evaluate a model by every method of conf/methods/.

    Parameters
    ----------
    model
        With its baselines, and the rows that calibrators and thresholds are fitted on.
    table
        The rows to evaluate on.
    config
        Task and columns, methods, seed, workers.

    Raises
    ------
    ConfigError
        When an expectation names a class that is not there.
    """
    check_expectations(config, model.pipeline)
    cells = pd.concat([table.rows, table.beside], axis=1)
    made = ask(model.pipeline, table.rows, config.data)
    figures, gains = against_baselines(model, table.rows, made, config)
    drawn = sample(table.rows, config.methods.sample_rows, config.seed)
    asked = probe(model.pipeline, drawn, config)
    spread = spreads(model.train, config.data)
    matters = importances(asked, config)
    columns = [one.column for one in matters][: config.methods.most_columns]
    zero = ask(model.baselines[ZERO_RULE], drawn, config.data)
    single = slicing.cut(cells, config, paired=False).slices
    calibrated = _calibrated(model, table, made, single, config)
    notes = calibrated.pop("notes") + _notes(table, drawn, matters, config)
    return Evaluation(
        rows=len(table.rows),
        calibration_rows=len(model.calibration),
        sample_rows=len(drawn),
        figures=figures,
        gains=gains,
        perturbation=perturbation.perturb(asked, zero, columns, spread, config),
        invariance=invariance.invariants(asked, _target_spread(model.train, config), config),
        direction=direction.directions(asked, spread, config),
        slices=_sliced(made, cells, config),
        importance=matters,
        dependence=_dependence(asked, matters, config),
        cost=cost.measure(model.pipeline, features(table.rows, config.data), model.facts, config),
        notes=notes,
        **calibrated,
    )


def against_baselines(
    model: Subject, rows: pd.DataFrame, made: Predictions, config: Config
) -> tuple[dict[str, dict[str, Estimate]], dict[str, dict[str, Estimate]]]:
    """Estimate every metric of the model and its baselines, and what it gains over each of them."""
    metrics = metrics_of(config.data.task)
    others = {name: ask(one, rows, config.data) for name, one in model.baselines.items()}
    figures, behind = estimate_by(config, metrics, {MODEL: made, **others}, MODEL)
    better = {metric.name: metric.higher_is_better for metric in metrics}
    # `behind` is baseline less model: turned around where more is better.
    return figures, {
        name: {
            metric: Estimate(-d.value, -d.high, -d.low) if better[metric] else d
            for metric, d in differences.items()
        }
        for name, differences in behind.items()
    }


def _calibrated(
    model: Subject, table: Table, made: Predictions, single: list[slicing.Slice], config: Config
) -> dict[str, Any]:
    """Do what needs calibration rows, and judge it by rows that are not among these."""
    fresh = ~table.rows.index.isin(model.calibration.index)
    found: dict[str, Any] = {
        "fresh_rows": int(fresh.sum()),
        "reliability": [],
        "distribution": None,
        "conformal": None,
        "confidence": None,
        "notes": [],
    }
    if min(found["fresh_rows"], len(model.calibration)) < _FEWEST:
        found["notes"] = [
            f"Too little data to calibrate, to predict sets or to abstain: {fresh.sum()} rows "
            f"judge and {len(model.calibration)} calibrate, and it takes {_FEWEST} of each."
        ]
        return found
    judged, known = take(made, fresh), ask(model.pipeline, model.calibration, config.data)
    inner = [slicing.Slice(s.name, s.mask[fresh]) for s in single]
    found["conformal"] = conformal.conform(judged, known, inner, config)
    if config.data.task is Task.regression:
        trained = ask(model.pipeline, model.train, config.data)
        found["distribution"] = distribution.distribute(
            judged, distribution.errors(trained), distribution.errors(known), config
        )
        return found
    found["confidence"] = confidence.abstain(judged, known, config)
    found["reliability"], why = calibrators.judge(
        table.rows[fresh], model.pipeline, model.calibration, config
    )
    found["notes"] = [f"No calibrator was fitted: {why}."] if why else []
    return found


def _sliced(made: Predictions, cells: pd.DataFrame, config: Config) -> slices.SliceTest:
    """Test slices, in large tables of a sample: pairs of columns make thousands of them."""
    kept = sample(cells.reset_index(drop=True), slices.ROWS, config.seed)
    return slices.by_slice(take(made, kept.index.to_numpy()), slicing.cut(kept, config), config)


def _dependence(asked: Probe, matters: list[Importance], config: Config) -> list[Dependence]:
    drawn = [one.column for one in matters][: config.methods.explanation.drawn]
    return dependences(asked, drawn, config)


def _target_spread(train: pd.DataFrame, config: Config) -> float:
    if config.data.task is Task.classification:
        return 1.0
    return float(np.std(train[config.data.target].to_numpy(dtype=float)))


def _notes(
    table: Table, drawn: pd.DataFrame, matters: list[Importance], config: Config
) -> list[str]:
    notes = []
    if len(drawn) < len(table.rows):
        notes.append(
            f"Perturbation, invariance, direction and explanations are of an even sample of "
            f"{len(drawn):,} rows (methods.sample_rows); all else is of all of them."
        )
    left = len(matters) - config.methods.most_columns
    if left > 0:
        notes.append(
            f"The {left:,} least important columns were not perturbed (methods.most_columns)."
        )
    return notes
