"""conf/data.yaml, which says what the data is, with what conf/schema.yaml says of its columns."""

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path, PurePosixPath

from omegaconf import MISSING

from ..errors import ConfigError
from ..typed import read
from .schema import Column, ColumnType, Role, Schema, load_schema

SCHEMA = "schema.yaml"


class Task(Enum):
    """What is predicted: a class or a quantity."""

    classification = "classification"
    regression = "regression"


class MissingTarget(Enum):
    """What happens to rows whose target is missing."""

    refuse = "refuse"
    drop = "drop"


class SplitMethod(Enum):
    """What decides to which split a row goes."""

    hash = "hash"
    group = "group"
    time = "time"
    stratify = "stratify"


@dataclass
class Split:
    """How rows are dealt out: shares, method, and the salt of the hash."""

    valid: float = MISSING
    test: float = MISSING
    method: SplitMethod = MISSING
    seed: int = MISSING


@dataclass
class Data:
    """conf/data.yaml; `key` and `columns` come from conf/schema.yaml."""

    source: str = MISSING  # the table: a file, a folder of Parquet parts, or an address
    target: str = MISSING  # the column to predict
    task: Task = MISSING
    missing_target: MissingTarget = MISSING
    split: Split = field(default_factory=Split)
    key: list[str] = field(default_factory=list)
    columns: dict[str, Column] = field(default_factory=dict)

    def features(self, *kinds: ColumnType) -> list[str]:
        """Return the names of the input columns of some types, in the table's order."""
        return [n for n, c in self.columns.items() if c.role is Role.feature and c.type in kinds]

    def with_role(self, role: Role) -> list[str]:
        """Return the names of the columns that have a role."""
        return [name for name, column in self.columns.items() if column.role is role]


def load_data(path: Path) -> Data:
    """Read `conf/data.yaml` and the schema beside it as the data stages do, without Hydra.

    Parameters
    ----------
    path
        conf/data.yaml. Where conf/schema.yaml is not there yet, the data has no columns.

    Raises
    ------
    ConfigError
        When a file can't be read, breaks its rules or contradicts the other.
    """
    data: Data = read(Data, path, f"conf/{path.name}")
    if data.key or data.columns:
        raise ConfigError(f"conf/{path.name}: key and columns belong into conf/{SCHEMA}")
    check_data(data)
    schema = path.with_name(SCHEMA)
    return with_schema(data, load_schema(schema)) if schema.exists() else data


def with_schema(data: Data, schema: Schema) -> Data:
    """Give a data configuration its columns.

    Raises
    ------
    ConfigError
        When the schema's target is not that of the configuration, or its type does not fit the
        task, or the split's method has no column to go by.
    """
    data.key = list(schema.key)
    data.columns = {name: Column(rule.type, rule.role) for name, rule in schema.columns.items()}
    if data.target not in data.columns:
        known = ", ".join(data.columns)
        raise ConfigError(
            f"conf/data.yaml: target '{data.target}' is not among the columns of conf/{SCHEMA} "
            f"({known}): name one"
        )
    targets = data.with_role(Role.target)
    if targets != [data.target]:
        named = ", ".join(targets) or "no column"
        raise ConfigError(
            f"conf/{SCHEMA} gives the role target to {named}, but conf/data.yaml names "
            f"'{data.target}': make them agree"
        )
    kind = data.columns[data.target].type
    if kind.numeric is not (data.task is Task.regression):
        wanted = "number" if data.task is Task.regression else "category"
        raise ConfigError(
            f"conf/{SCHEMA}: target '{data.target}' is {kind.value}, but the task is "
            f"{data.task.value}: set its type to {wanted}, or the task in conf/data.yaml"
        )
    _check_method(data)
    return data


def check_data(data: Data) -> None:
    """Check the place of the source and the shares of the splits.

    Raises
    ------
    ConfigError
        When the source lies outside of the project, or the shares leave nothing for training.
    """
    place = PurePosixPath(data.source)
    if "://" not in data.source and (place.is_absolute() or ".." in place.parts):
        raise ConfigError(
            f"conf/data.yaml: source {data.source} lies outside of the project, where a container "
            "does not reach: copy the table into data/source/ and name it there"
        )
    split = data.split
    if not (split.valid > 0 and split.test > 0 and split.valid + split.test < 1):
        raise ConfigError(
            f"conf/data.yaml: split.valid {split.valid} and split.test {split.test} must be above "
            "0 and leave a share for training"
        )


def _check_method(data: Data) -> None:
    method = data.split.method
    if method in (SplitMethod.group, SplitMethod.time):
        found = data.with_role(Role(method.value))
        if not found:
            raise ConfigError(
                f"conf/data.yaml: split.method is {method.value}, but no column of conf/{SCHEMA} "
                f"has that role: set `role: {method.value}` on one"
            )
        if method is SplitMethod.time and len(found) > 1:
            raise ConfigError(
                f"conf/{SCHEMA}: {', '.join(found)} all have the role time, and the split can go "
                "by one: set the others to ignore"
            )
