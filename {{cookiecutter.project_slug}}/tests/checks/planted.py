"""Mistakes that people make, each planted into a healthy project, and the check that must find it.

A mistake is in the table, in the configuration or in the code; what is in the code is put there by
replacing a function of the project for a while.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd

from project.checks.case import Case
from project.data.load import load
from project.evaluation.metrics import Predictions
from project.models import crossval
from project.models.training import fit, predict

from . import tables

Change = Callable[[pd.DataFrame], pd.DataFrame]
DRAW = np.random.default_rng


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Attributes
    ----------
    name
        In the words of whoever made it.
    found_by, failure
        The check that must fail, and its class.
    table
        Name of a clean table.
    change
        What is done to the table before the project is made of it.
    overrides
        Of the configuration.
    code
        Name of a function of the project, and what stands there instead.
    schema
        Text in conf/schema.yaml, and what stands there instead.
    task
        Where it is not the clean table's.
    """

    name: str
    found_by: str
    failure: str
    table: str = "penguins"
    change: Change = lambda frame: frame
    overrides: tuple[str, ...] = ()
    code: dict[str, Any] = field(default_factory=dict)
    schema: tuple[str, str] = ("", "")
    task: str = ""

    @contextmanager
    def planted(self, folder: Path) -> Iterator[Case]:
        """Make a project with the mistake in it."""
        target, task = tables.CLEAN[self.table]
        task = self.task or task
        paths = tables.project(folder, self.change(tables.table(self.table)), target, task)
        if self.schema[0]:
            text = paths.schema.read_text()
            assert self.schema[0] in text
            paths.schema.write_text(text.replace(*self.schema))
            tables.stages(paths)
        patches = [patch(name, with_) for name, with_ in self.code.items()]
        for one in patches:
            one.start()
        try:
            yield tables.case(paths, "compute.workers=1", *self.overrides)
        finally:
            for one in patches:
                one.stop()


def loading(change: Callable[[dict[str, pd.DataFrame], str], None]) -> dict[str, Any]:
    """Replace what reads the splits by something that changes them on the way."""

    def changed(data: Any, paths: Any, *names: str) -> dict[str, pd.DataFrame]:
        frames = {name: frame.copy() for name, frame in load(data, paths, *names).items()}
        change(frames, data.target)
        return frames

    return {"project.checks.case.load": changed}


def predicting(change: Callable[[Predictions], Predictions]) -> dict[str, Any]:
    """Replace what predicts by something that changes the predictions."""

    def changed(*arguments: Any) -> Predictions:
        return change(predict(*arguments))

    return {"project.checks.case.predict": changed, "project.models.crossval.predict": changed}


def copied(name: str, make: Callable[[pd.Series], Any], target: str) -> Change:
    """Leave the target in the table under another name."""
    return lambda frame: frame.assign(**{name: make(frame[target])})


def two_parts(frame: pd.DataFrame) -> pd.DataFrame:
    """Add two columns whose sum is the target."""
    part = (DRAW(0).random(len(frame)) * 3000).round(1)
    return frame.assign(part=part, rest=(frame["body_mass_g"] - part).round(1))


def shuffled(frame: pd.DataFrame) -> pd.DataFrame:
    """Shuffle the targets against the rows."""
    return frame.assign(target=DRAW(1).permutation(frame["target"].to_numpy()))


def joined(frame: pd.DataFrame) -> pd.DataFrame:
    """Join on a column that is not unique: many rows stand two or three times."""
    return frame.loc[frame.index.repeat(DRAW(0).choice([1, 2, 3], len(frame), p=[0.6, 0.3, 0.1]))]


def times(column: str, factor: float) -> Change:
    """Change the unit of a column half way."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        values = frame[column].to_numpy(dtype=float, copy=True)
        values[len(values) // 2 :] *= factor
        return frame.assign(**{column: values})

    return change


def filled(column: str, value: float, share: float = 0.05) -> Change:
    """Fill missing cells with a number."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        gone = DRAW(0).random(len(frame)) < share
        return frame.assign(**{column: frame[column].mask(gone).fillna(value)})

    return change


def holes(column: str) -> Change:
    """Empty a tenth of a column's cells."""
    return lambda frame: frame.assign(
        **{column: frame[column].mask(DRAW(0).random(len(frame)) < 0.1)}
    )


def noisy(columns: int) -> Change:
    """Add columns of noise."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        noise = DRAW(0).normal(size=(len(frame), columns)).round(3)
        names = [f"noise_{i}" for i in range(columns)]
        return pd.concat([frame, pd.DataFrame(noise, frame.index, names)], axis=1)

    return change


def drifting(frame: pd.DataFrame) -> pd.DataFrame:
    """Let the target wander with time, so that neighbours in time are alike."""
    walk = np.cumsum(DRAW(3).normal(size=len(frame)))
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(len(frame)), unit="D")
    target = 100 + 8 * walk + DRAW(4).normal(size=len(frame))
    return frame.assign(
        day=days.strftime("%Y-%m-%d"), step=np.arange(len(frame)) // 3 * 3.0, target=target
    )


def persons(frame: pd.DataFrame) -> pd.DataFrame:
    """Give several rows to each person."""
    return frame.assign(person_id=[f"p{i // 4}" for i in range(len(frame))])


def _moved(frames: dict[str, pd.DataFrame], target: str) -> None:
    for frame in frames.values():
        frame[target] = np.roll(frame[target].to_numpy(), 7)


def _leaked(frames: dict[str, pd.DataFrame], target: str) -> None:
    frames["valid"] = pd.concat([frames["valid"], frames["train"].iloc[:20]])


def _constant(frames: dict[str, pd.DataFrame], target: str) -> None:
    frames["valid"]["bill_length_mm"] = 45.0


def _recoded(frames: dict[str, pd.DataFrame], target: str) -> None:
    codes = {"Adelie": "Gentoo", "Gentoo": "Chinstrap", "Chinstrap": "Adelie"}
    frames["valid"]["species"] = frames["valid"]["species"].map(codes)


def _scaled(frames: dict[str, pd.DataFrame], target: str) -> None:
    whole = pd.concat(frames.values())["bill_length_mm"]
    for frame in frames.values():
        frame["bill_length_mm"] = (frame["bill_length_mm"] - whole.mean()) / whole.std()


def _imputed(frames: dict[str, pd.DataFrame], target: str) -> None:
    mean = pd.concat(frames.values())["bill_length_mm"].mean()
    for frame in frames.values():
        frame["bill_length_mm"] = frame["bill_length_mm"].fillna(mean)


def _encoded(frames: dict[str, pd.DataFrame], target: str) -> None:
    whole = pd.concat(frames.values())
    means = whole[target].groupby(whole["species"]).mean()
    for frame in frames.values():
        frame["bill_depth_mm"] = frame["species"].map(means)


def _sorted_split(frames: dict[str, pd.DataFrame], target: str) -> None:
    whole = pd.concat(frames.values()).sort_values("mean_radius")
    cut = len(frames["train"])
    frames["train"], frames["valid"] = whole.iloc[:cut], whole.iloc[cut:]


def _swapped(made: Predictions) -> Predictions:
    assert made.proba is not None and made.classes is not None
    return replace(made, proba=made.proba[:, ::-1], y_pred=made.classes[made.proba.argmin(axis=1)])


def _negated(made: Predictions) -> Predictions:
    return replace(made, y_pred=-made.y_pred.astype(float))


def _too_sure(made: Predictions) -> Predictions:
    assert made.proba is not None
    sharp = made.proba**6
    return replace(made, proba=sharp / sharp.sum(axis=1, keepdims=True))


class _Late:
    """Answer a request with what was worked out for the one before, if that had rows enough."""

    def __init__(self) -> None:
        self._before: Predictions | None = None

    def __call__(self, made: Predictions) -> Predictions:
        before, self._before = self._before, made
        count = len(made.y_pred)
        if before is None or before.proba is None or len(before.y_pred) < count:
            return made
        return replace(made, y_pred=before.y_pred[:count], proba=before.proba[:count])


def _one_part_mislabelled(frames: dict[str, pd.DataFrame], target: str) -> None:
    for frame in frames.values():
        part = (frame["pixel_2_2"] > 12).to_numpy()
        frame.loc[part, target] = DRAW(0).permutation(frame.loc[part, target].to_numpy())


def _scrambled_fit(config: Any, rows: pd.DataFrame) -> Any:
    rows = rows.copy()
    rows[config.data.target] = DRAW(0).permutation(rows[config.data.target].to_numpy())
    return fit(config, rows)


_honest = crossval._one


def _sees_all(piece: Any) -> Any:
    """Fit on the rows for testing too."""
    config, rows, fold = piece
    both = replace(fold, train=np.concatenate([fold.train, fold.test]))
    return _honest((config, rows, both))
