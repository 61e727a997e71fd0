"""The models of conf/model/: their names, those that this image can build, their settings."""

import importlib.util
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from omegaconf import OmegaConf

from ..command import composed
from ..config import Config, Model
from ..errors import ConfigError
from ..extras import missing
from ..paths import Paths
from ..provenance import plain
from ..typed import typed

# Extras that are packages of estimators, of the same name.
EXTRAS = ("xgboost", "lightgbm")


def names(paths: Paths) -> list[str]:
    """Return the names of all models, those of extras included."""
    return sorted(file.stem for file in (paths.conf / "model").glob("*.yaml"))


def built_in(paths: Paths) -> list[str]:
    """Return the names of the models whose packages the image has."""
    return [name for name in names(paths) if lacking(_tree(name, paths)) is None]


def lacking(tree: object) -> str | None:
    """Return the first extra that a configuration's `_target_`s need and the image lacks."""
    for package in _packages(tree):
        if package in EXTRAS and importlib.util.find_spec(package) is None:
            return package
    return None


def check_built_in(tree: object, wanted_by: str) -> None:
    """Refuse a configuration whose package the image lacks.

    Raises
    ------
    ConfigError
        It tells how to have it.
    """
    package = lacking(tree)
    if package is not None:
        raise missing(package, wanted_by)


def with_model(config: Config, name: str, paths: Paths, key: str) -> Config:
    """Return the configuration with a model of conf/model/; its own one keeps its overrides.

    Parameters
    ----------
    config, name, paths
        The configuration, the model and the project.
    key
        What names the model, for messages, such as "ladder.models".

    Raises
    ------
    ConfigError
        When there is no such file, or it is not a model's.
    """
    if name == config.model.name:
        return config
    where = f"conf/model/{name}.yaml"
    if name not in names(paths):
        raise ConfigError(f"{key}: there is no {where}: the models are {', '.join(names(paths))}")
    # The whole tree, so that references such as ${seed} find what they name.
    tree = OmegaConf.create(plain(config) | {"model": _tree(name, paths)})
    model: Model = typed(Model, OmegaConf.to_container(tree.model, resolve=True), where)
    return replace(config, model=model)


def _tree(name: str, paths: Paths) -> Any:
    return OmegaConf.to_container(composed(f"model/{name}", [], paths.conf).model)


def _packages(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        if "_target_" in tree:
            yield str(tree["_target_"]).partition(".")[0]
        for inner in tree.values():
            yield from _packages(inner)
    elif isinstance(tree, list):
        for inner in tree:
            yield from _packages(inner)
