"""See, before anything is searched, that a model has the parameters that its space names."""

import difflib
from dataclasses import fields
from typing import Any

from ..config import Config, Preprocessing
from ..errors import ConfigError
from ..models.pipeline import build_pipeline
from ..paths import Paths
from .space import Parameters, space_file


def defaults(config: Config, space: Parameters, paths: Paths) -> dict[str, Any]:
    """Return what each searched parameter is when nothing is tuned.

    Parameters
    ----------
    config
        With the model.
    space
        What is searched of it.
    paths
        The project.

    Raises
    ------
    ConfigError
        When the model has no such parameter.
    """
    estimator = build_pipeline(config.model, config.data)["model"].get_params(deep=True)
    steps = [one.name for one in fields(Preprocessing)]
    where = space_file(config.model.name, paths).relative_to(paths.root).as_posix()
    found: dict[str, Any] = {}
    for key in space:
        _, section, name = key.split(".", 2)
        if section == "preprocessing":
            known, value = steps, getattr(config.model.preprocessing, name, None)
        else:
            known = sorted(one.replace("__", ".") for one in estimator)
            value = estimator.get(name.replace(".", "__"))
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"it has {', '.join(known)}"
            raise ConfigError(
                f"{where}: {section}.{name} is no parameter of {config.model.name}: {hint}"
            )
        _reachable(config, section, name, where)
        found[key] = value
    return found


def _reachable(config: Config, section: str, name: str, where: str) -> None:
    """See that a nested parameter's parent is written in the model's file, where it can be set."""
    inner: Any = getattr(config.model, section)
    for step in name.split(".")[:-1]:
        inner = inner.get(step) if isinstance(inner, dict) else None
        if not isinstance(inner, dict):
            raise ConfigError(
                f"{where}: {section}.{name} lies below '{step}', which "
                f"conf/model/{config.model.name}.yaml does not write out: write it there first"
            )
