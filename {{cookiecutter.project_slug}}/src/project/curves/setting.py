"""One setting of a model: its key, its value, and others to try in its place."""

from typing import Any

import numpy as np

from ..config import Config
from ..errors import ConfigError


def setting(config: Config) -> tuple[str, Any]:
    """Return the whole key of `curves.over`, and the value that is configured.

    Raises
    ------
    ConfigError
        When it names nothing; the settings that have a number are listed.
    """
    task, over = config.data.task.value, config.curves.over
    model = config.model
    short = _numbers(getattr(model, task)) or ["model.preprocessing.max_categories"]
    if over is None:
        raise ConfigError(
            f"curves.over names no setting: give one in ARGS, such as curves.over={short[0]}; "
            f"model={model.name} has {', '.join(short)}"
        )
    key = over if over.startswith("model.") else f"model.{task}.{over}"
    found: Any = {"model": {**vars(model), "preprocessing": vars(model.preprocessing)}}
    for part in key.split("."):
        if not isinstance(found, dict) or part not in found:
            if key.startswith(f"model.{task}.") and key.count(".") == 2:
                return key, None  # an argument that conf/ leaves at the estimator's default
            raise ConfigError(
                f"curves.over={over}: '{key}' names no key of the model: "
                f"it has {', '.join(short)}, and model.<key> for others"
            )
        found = found[part]
    return key, found


def _numbers(arguments: dict[str, Any]) -> list[str]:
    return [
        key
        for key, value in arguments.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and key != "random_state"
    ]


def grid(key: str, now: Any, points: int) -> list[Any]:
    """Return values around the configured one, each the same factor above the one before.

    Parameters
    ----------
    key, now
        The setting and its value.
    points
        How many; fewer where whole numbers would repeat.

    Raises
    ------
    ConfigError
        When the value is no number above 0.
    """
    if isinstance(now, bool):
        return [False, True]
    if not isinstance(now, int | float) or now <= 0:
        raise ConfigError(
            f"{key} is {'not set' if now is None else now}, around which no values can be "
            "chosen: give them in ARGS, such as curves.values=[1,2,4]"
        )
    steps = np.arange(points) - points // 2
    if isinstance(now, int):
        return sorted({max(1, round(now * 2.0**step)) for step in steps.tolist()})
    return [float(f"{now * 10.0**step:.12g}") for step in steps.tolist()]
