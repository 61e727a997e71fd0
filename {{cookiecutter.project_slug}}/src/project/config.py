"""The types of everything under `conf/`; values stand in the YAML only.

`validate` is the one door from Hydra's untyped tree into the program.
"""

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import yaml
from omegaconf import MISSING, DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from .errors import ConfigError, first_line


class Task(Enum):
    """What is predicted: a class or a quantity."""

    classification = "classification"
    regression = "regression"


class ColumnType(Enum):
    """How a column is read and prepared."""

    number = "number"
    category = "category"
    ignore = "ignore"


class MissingTarget(Enum):
    """What happens to rows whose target is missing."""

    refuse = "refuse"
    drop = "drop"


class Mode(Enum):
    """Whether the tracker is used, and whether it may use the network."""

    disabled = "disabled"
    offline = "offline"
    online = "online"


class Kernel(Enum):
    """The instruction set that numerical libraries are pinned to."""

    haswell = "haswell"
    nehalem = "nehalem"


@dataclass
class Split:
    """Shares of the rows, and the salt of the hash that deals them out."""

    valid: float = MISSING
    test: float = MISSING
    seed: int = MISSING


@dataclass
class Data:
    """conf/data.yaml."""

    source: str = MISSING
    target: str = MISSING
    task: Task = MISSING
    missing_target: MissingTarget = MISSING
    split: Split = field(default_factory=Split)
    columns: dict[str, ColumnType] = field(default_factory=dict)

    def features(self, kind: ColumnType) -> list[str]:
        """Return the names of the input columns of one type, in the table's order."""
        return [name for name, t in self.columns.items() if t is kind and name != self.target]


@dataclass
class Preprocessing:
    """What comes before the estimator, inside the pipeline."""

    scale: bool = MISSING
    max_categories: int = MISSING


@dataclass
class Model:
    """conf/model/*.yaml: an estimator for each task, as `_target_` and its arguments."""

    name: str = MISSING
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    classification: dict[str, Any] = MISSING
    regression: dict[str, Any] = MISSING


@dataclass
class Tracking:
    """conf/tracking/*.yaml."""

    mode: Mode = MISSING
    project: str = MISSING
    entity: str = MISSING
    timeout_s: float = MISSING


@dataclass
class Evaluation:
    """conf/evaluation/*.yaml."""

    confidence: float = MISSING
    resamples: int = MISSING


@dataclass
class Compute:
    """conf/compute/*.yaml."""

    threads: int = MISSING
    kernel: Kernel = MISSING


@dataclass
class Config:
    """conf/config.yaml and the groups that it names."""

    seed: int = MISSING
    data: Data = field(default_factory=Data)
    model: Model = field(default_factory=Model)
    tracking: Tracking = field(default_factory=Tracking)
    evaluation: Evaluation = field(default_factory=Evaluation)
    compute: Compute = field(default_factory=Compute)


def validate(tree: DictConfig) -> Config:
    """Turn Hydra's composed tree into a typed `Config`.

    Raises
    ------
    ConfigError
        When a key is unknown or missing, or a value has the wrong type or lies out of range.
    """
    config: Config = _typed(Config, tree, where="conf/ or ARGS")
    categories = config.model.preprocessing.max_categories
    for key, value, low, high in (
        ("seed", config.seed, 0, 2**32 - 1),
        ("evaluation.resamples", config.evaluation.resamples, 100, 100_000),
        ("compute.threads", config.compute.threads, 1, 1024),
        ("model.preprocessing.max_categories", categories, 2, 10_000),
    ):
        if not low <= value <= high:
            raise ConfigError(f"{key} is {value}: give a whole number from {low} to {high}")
    share = config.evaluation.confidence
    if not 0.5 <= share < 1:
        raise ConfigError(f"evaluation.confidence is {share}: give a share such as 0.95")
    _check_data(config.data)
    return config


def load_data(path: Path) -> Data:
    """Read `conf/data.yaml` as the data stages do, without Hydra.

    Raises
    ------
    ConfigError
        When the file is not YAML, or breaks the rules that `validate` states.
    """
    try:
        tree = OmegaConf.create(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except yaml.YAMLError as error:
        raise ConfigError(f"{path.name} can't be read as YAML: {first_line(error)}") from None
    return _check_data(_typed(Data, tree, where=f"conf/{path.name}"))


def _check_data(data: Data) -> Data:
    split = data.split
    if not (split.valid > 0 and split.test > 0 and split.valid + split.test < 1):
        raise ConfigError(
            f"conf/data.yaml: split.valid {split.valid} and split.test {split.test} must be above "
            "0 and leave a share for training"
        )
    if data.columns and data.target not in data.columns:
        known = ", ".join(data.columns)
        raise ConfigError(
            f"conf/data.yaml: target '{data.target}' is not among columns ({known}): name one"
        )
    return data


def _typed(kind: type, tree: Any, where: str) -> Any:
    try:
        return OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(kind), tree))
    except OmegaConfBaseException as error:
        key = getattr(error, "full_key", None) or ""
        raise ConfigError(f"{where}: {key}: {first_line(error)}") from None
