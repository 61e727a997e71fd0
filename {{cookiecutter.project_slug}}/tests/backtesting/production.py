"""A model that went into production, and logs of what it said there."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from project.backtesting.backtest import backtest
from project.backtesting.conclusions import conclude
from project.backtesting.finding import Finding
from project.backtesting.known import Known
from project.backtesting.result import Backtested
from project.backtesting.served import Served, sort_out
from project.config import Config
from project.data.load import features
from project.data.schema import ColumnType, Role, Rule, Schema
from project.evaluation import conformal
from project.evaluation.subject import Subject, Table, ask
from project.models.training import predict
from project.serving import log
from project.serving.limits import calibrate
from project.serving.lines import said
from project.serving.model import Model

from ..evaluation.models import fitted, fruit

RUN = "0123456789ab"
FINISHED = pd.Timestamp("2026-01-01")
FILE = Path("log.csv")
QUICK = (
    "methods.perturbation.noise_sd=[1.0]",
    "methods.perturbation.cell_shares=[0.5]",
    "methods.explanation.repeats=1",
    "methods.explanation.drawn=0",
    "methods.calibration.resamples=99",
    "methods.slices.permutations=199",
    "methods.conformal.coverage=0.9",
)


def configure(task: str, *overrides: str) -> Config:
    """Configure the fruit of tests/evaluation with quick methods."""
    return fruit(task, *QUICK, *overrides)


def fruits(rows: int, seed: int, target: str) -> pd.DataFrame:
    """Draw fruit: two kinds that overlap in size, weight and colour, with some cells missing."""
    draw = np.random.default_rng(seed)
    plum = draw.random(rows) < 0.4
    size = np.where(plum, 4.0, 6.0) + draw.normal(size=rows)
    frame = pd.DataFrame(
        {
            "size": size.round(3),
            "weight": (10 * size + 8 * draw.normal(size=rows)).round(3),
            "colour": np.where(draw.random(rows) < 0.4, "green", np.where(plum, "blue", "red")),
            "kind": np.where(plum, "plum", "apple"),
        }
    ).astype({"colour": object, "kind": object})
    gaps = [name for name in ("size", "colour") if name != target]
    for name in gaps:
        frame.loc[draw.random(rows) < 0.06, name] = np.nan
    return frame


def schema(config: Config) -> Schema:
    """Return the schema of the fruit."""
    rules = {
        "size": Rule(ColumnType.number, min=-5, max=20),
        "weight": Rule(ColumnType.number, min=-100, max=250),
        "colour": Rule(ColumnType.category, categories=["blue", "green", "red"]),
        "kind": Rule(ColumnType.category, nullable=False, categories=["apple", "plum"]),
    }
    rules[config.data.target].role = Role.target
    return Schema([], rules)


def model(config: Config, rows: int = 800, seed: int = 0) -> Known:
    """Fit the configured model on half of some fruit, and hold the other half as validation."""
    frame = fruits(rows, seed, config.data.target)
    subject = fitted(config, frame.iloc[: rows // 2], frame.iloc[rows // 2 :])
    subject.calibration.index = -1 - subject.calibration.index
    return Known(
        RUN,
        FINISHED,
        schema(config),
        subject,
        predict(subject.pipeline, subject.calibration, config),
    )


def logged(
    known: Known, config: Config, rows: pd.DataFrame, asked: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Write the log of some rows as the service does, a row each 90 minutes.

    Parameters
    ----------
    rows
        What the log says, with the truth.
    asked
        What the model was asked, where that is something else.
    """
    asked = rows if asked is None else asked
    limits = calibrate(known.valid, config.data.task, config.methods)
    model = Model(RUN, known.subject.pipeline, config.data, known.schema, limits)
    answers = said(model, model.answer(features(asked, config.data)))
    times = pd.date_range(FINISHED + pd.Timedelta(days=1), periods=len(rows), freq="90min")
    frame = pd.DataFrame(
        {
            log.ROW_ID: np.arange(len(rows)).astype(str),
            log.TIME: times.strftime("%Y-%m-%dT%H:%M:%SZ"),
            log.RUN: RUN,
            **{name: cells.to_numpy(zero_copy_only=False) for name, cells in answers.items()},
        }
    )
    whole = pd.concat([frame, rows.reset_index(drop=True)], axis=1)
    whole.index = pd.RangeIndex(1, len(whole) + 1)
    return whole


def clean(known: Known, config: Config, rows: int = 600, seed: int = 1) -> pd.DataFrame:
    """Write a log in which nothing is wrong."""
    return logged(known, config, fruits(rows, seed, config.data.target))


def served(whole: pd.DataFrame, known: Known, config: Config) -> Served:
    """Sort out a log."""
    return sort_out(whole, FILE, known, config)


def judged(
    whole: pd.DataFrame, known: Known, config: Config
) -> tuple[dict[str, Finding], Backtested]:
    """Go through a log, and return what was found by name."""
    found = backtest(known, served(whole, known, config), config)
    return {one.name: one for one in conclude(found, config)}, found


def only_coverage(subject: Subject, table: Table, config: Config) -> Any:
    """Evaluate what findings follow from, and leave out the methods that none does."""
    made, known = (
        ask(subject.pipeline, rows, config.data) for rows in (table.rows, subject.calibration)
    )
    return SimpleNamespace(conformal=conformal.conform(made, known, [], config))


def wrong(findings: dict[str, Finding]) -> set[str]:
    """Return the names of what is wrong."""
    return {name for name, one in findings.items() if one.wrong}
