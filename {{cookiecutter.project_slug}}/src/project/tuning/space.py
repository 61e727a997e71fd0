"""conf/tuning/space/<model>.yaml: which hyperparameters are searched, and within which bounds.

Keys are dotted paths below the model's task in conf/model/<model>.yaml, or below `preprocessing`.
"""

import copy
import math
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

from omegaconf import MISSING

from ..config import Config
from ..errors import ConfigError
from ..paths import Paths
from ..typed import read


class Kind(Enum):
    """What values a hyperparameter takes."""

    float = "float"
    int = "int"
    categorical = "categorical"


class Side(Enum):
    """An end of a range."""

    low = "low"
    high = "high"


@dataclass
class Parameter:
    """One hyperparameter: a range, or a list of choices.

    Attributes
    ----------
    type, low, high, log, step, choices
        As written; `log` says that ratios matter and not differences.
    natural
        Ends of the range beyond which nothing lies or nothing is gained, so that a best value there
        is no sign of a range that is too narrow.
    """

    type: Kind = MISSING
    low: float | None = None
    high: float | None = None
    log: bool = False
    step: float | None = None
    choices: list[Any] | None = None
    natural: list[Side] = field(default_factory=list)


@dataclass
class Space:
    """One file of conf/tuning/space/."""

    classification: dict[str, Parameter] = field(default_factory=dict)
    regression: dict[str, Parameter] = field(default_factory=dict)
    preprocessing: dict[str, Parameter] = field(default_factory=dict)


Parameters = dict[str, Parameter]  # by their keys in ARGS, such as model.classification.C


def load_space(config: Config, paths: Paths) -> Parameters:
    """Read what is searched of the configured model, for the data's task.

    Raises
    ------
    ConfigError
        When there is no such file, it searches nothing for this task, or a range is none.
    """
    model, task = config.model.name, config.data.task.value
    file = space_file(model, paths)
    where = file.relative_to(paths.root).as_posix()
    if not file.is_file():
        there = ", ".join(sorted(one.stem for one in file.parent.glob("*.yaml")))
        raise ConfigError(
            f"there is no {where}, so nothing of {model} can be searched: write it as its "
            f"neighbours are written, or choose one of {there}"
        )
    space: Space = read(Space, file, where)
    estimator = getattr(space, task)
    found = {f"model.{task}.{key}": parameter for key, parameter in estimator.items()}
    found |= {f"model.preprocessing.{key}": one for key, one in space.preprocessing.items()}
    if not found:
        raise ConfigError(f"{where} names nothing to search under {task}: give it a parameter")
    for key, parameter in found.items():
        _check(f"{where}: {key.removeprefix('model.')}", parameter)
    return found


def space_file(model: str, paths: Paths) -> Path:
    """Name the file that says what is searched of a model."""
    return paths.conf / "tuning" / "space" / f"{model}.yaml"


def _check(where: str, one: Parameter) -> None:
    if one.type is Kind.categorical:
        if not one.choices or len(one.choices) < 2 or (one.low, one.high) != (None, None):
            raise ConfigError(f"{where} is categorical: give two or more `choices`, and no range")
        if any(not isinstance(value, str | int | float | None) for value in one.choices):
            raise ConfigError(f"{where}: each of its `choices` must be a text, a number or null")
        return
    if one.low is None or one.high is None or one.choices is not None:
        raise ConfigError(f"{where} is a number: give `low` and `high`, and no `choices`")
    if not (math.isfinite(one.low) and math.isfinite(one.high) and one.low < one.high):
        raise ConfigError(f"{where}: low is {one.low:g} and high {one.high:g}; low must be below")
    if one.log and one.low <= 0:
        raise ConfigError(f"{where}: a range with `log: true` must begin above 0, not {one.low:g}")
    if one.step is not None and (one.log or one.step <= 0):
        raise ConfigError(f"{where}: `step` must be above 0, and can't stand beside `log: true`")
    whole = (one.low, one.high, one.step or 1.0)
    if one.type is Kind.int and any(value != round(value) for value in whole):
        raise ConfigError(f"{where} is an int: give whole numbers, or `type: float`")


def levels(one: Parameter, count: int) -> list[Any]:
    """Return the values of a parameter in a grid, evenly spread over its range."""
    if one.choices is not None:
        return list(one.choices)
    low, high = _scaled(one, _end(one.low)), _scaled(one, _end(one.high))
    values = [low + (high - low) * i / (count - 1) for i in range(count)]
    found = [min(max(math.exp(v) if one.log else v, _end(one.low)), _end(one.high)) for v in values]
    if one.step is not None:
        start, step = _end(one.low), one.step
        top = math.floor((_end(one.high) - start) / step + 1e-9)
        found = [start + step * min(round((v - start) / step), top) for v in found]
    if one.type is Kind.int:
        found = [round(v) for v in found]
    return sorted(set(found))


def at_bound(one: Parameter, value: Any, share: float = 0.1) -> Side | None:
    """Return the end of its range that a value is next to; None within, or at a natural end.

    Parameters
    ----------
    one, value
        The parameter and its best value.
    share
        Of the range, on the scale that it is searched on, that counts as next to an end.
    """
    if one.choices is not None:
        return None
    low, high = _scaled(one, _end(one.low)), _scaled(one, _end(one.high))
    place = (_scaled(one, float(value)) - low) / (high - low)
    side = Side.low if place < share else Side.high if place > 1 - share else None
    return None if side in one.natural else side


def _scaled(one: Parameter, value: float) -> float:
    return math.log(value) if one.log else value


def _end(bound: float | None) -> float:
    if bound is None:
        raise TypeError("a number without a range")  # `_check` has refused it
    return bound


def applied(config: Config, values: dict[str, Any]) -> Config:
    """Return a configuration with other values at some keys, such as model.classification.C."""
    model = copy.deepcopy(config.model)
    for key, value in values.items():
        _, section, *steps, last = key.split(".")
        inner: Any = getattr(model, section)
        for step in steps:
            inner = inner[step]
        if isinstance(inner, dict):
            inner[last] = value
        else:
            setattr(inner, last, value)
    return replace(config, model=model)
