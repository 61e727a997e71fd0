"""Read YAML into dataclasses, and say in one sentence what does not fit."""

from pathlib import Path
from typing import Any

import yaml
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from .errors import ConfigError, first_line


def read(kind: type, path: Path, where: str) -> Any:
    """Read a YAML file as a dataclass.

    Parameters
    ----------
    kind
        The dataclass.
    path, where
        The file, and its name in messages.

    Raises
    ------
    ConfigError
        When the file is not YAML, a key is unknown or a value has the wrong type.
    """
    return typed(kind, read_yaml(path, where), where)


def read_yaml(path: Path, where: str, loader: type[yaml.CSafeLoader] = yaml.CSafeLoader) -> Any:
    """Read a YAML file that holds a mapping; an empty one is an empty mapping.

    Raises
    ------
    ConfigError
        When the file is not YAML, or no mapping.
    """
    try:
        # As bytes, so that what is not UTF-8 is an error of YAML like any other.
        tree = yaml.load(path.read_bytes(), loader) or {}  # noqa: S506 each makes plain values only
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}: " if mark else ""
        raise ConfigError(
            f"{where} can't be read as YAML: {place}{error.problem or error.context}; YAML is "
            "indented with blanks, no tabs, and brackets and quotes are closed"
        ) from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{where} can't be read as YAML: {first_line(error)}") from None
    if not isinstance(tree, dict):
        raise ConfigError(f"{where} holds no `key: value` lines: see README.md for what it says")
    return tree


def typed(kind: type, tree: Any, where: str) -> Any:
    """Turn an untyped tree into a dataclass.

    Raises
    ------
    ConfigError
        When a key is unknown, or a value has the wrong type.
    """
    try:
        return OmegaConf.to_object(
            OmegaConf.merge(OmegaConf.structured(kind), OmegaConf.create(tree))
        )
    except OmegaConfBaseException as error:
        key = getattr(error, "full_key", None) or ""
        raise ConfigError(f"{where}: {key}: {first_line(error)}") from None
