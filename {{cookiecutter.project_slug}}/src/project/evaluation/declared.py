"""See that the columns, classes and slices which conf/methods/ names are there."""

from collections.abc import Collection
from copy import deepcopy
from typing import Any

import pandas as pd

from ..config import Config
from ..data.config import Task
from ..data.schema import ColumnType
from ..errors import ConfigError


def beside(config: Config) -> list[str]:
    """Return the columns that slices go by and a model does not see.

    Raises
    ------
    ConfigError
        When a method names a column that the table lacks.
    """
    methods = config.methods
    named = [name for conditions in methods.slices.named for name in conditions]
    for key, names in (
        ("invariance.columns", methods.invariance.columns),
        ("invariance.protected", methods.invariance.protected),
        ("slices.columns", methods.slices.columns),
        ("slices.named", named),
        ("direction.expectations", [one.column for one in methods.direction.expectations]),
    ):
        for name in names:
            if name not in config.data.columns:
                known = ", ".join(config.data.columns)
                raise ConfigError(
                    f"methods.{key} names column '{name}', which conf/schema.yaml lacks: name one "
                    f"of {known}"
                )
    wanted = dict.fromkeys([*methods.slices.columns, *methods.invariance.protected, *named])
    seen = {*config.data.features(*ColumnType), config.data.target}
    return [name for name in wanted if name not in seen]


def with_beside(config: Config, kept: Collection[str]) -> Config:
    """Return a configuration whose methods name no other columns beside the features than these."""
    lost = set(beside(config)) - set(kept)
    slim = deepcopy(config)
    methods = slim.methods
    methods.slices.columns = [name for name in methods.slices.columns if name not in lost]
    methods.slices.named = [one for one in methods.slices.named if not lost & one.keys()]
    methods.invariance.protected = [n for n in methods.invariance.protected if n not in lost]
    return slim


def check_expectations(config: Config, pipeline: Any) -> None:
    """See that each expectation is of a quantity that the model sees, and of a class it knows.

    Raises
    ------
    ConfigError
        When one is not.
    """
    where = "methods.direction.expectations"
    quantities = config.data.features(ColumnType.number, ColumnType.integer)
    for one in config.methods.direction.expectations:
        if one.column not in quantities:
            raise ConfigError(
                f"{where}: '{one.column}' is no quantity that the model sees, so it can't be "
                f"raised: name one of {', '.join(quantities) or 'none, there is none'}"
            )
        if config.data.task is Task.regression:
            if one.of is not None:
                raise ConfigError(
                    f"{where}: '{one.column}' names class '{one.of}', but "
                    f"'{config.data.target}' is a quantity: take `of` out"
                )
            continue
        classes = [str(label) for label in pipeline.classes_]
        if one.of not in classes:
            what = f"names class '{one.of}'" if one.of else "names no class"
            raise ConfigError(
                f"{where}: '{one.column}' {what}: set `of` to one that the model knows, "
                f"{', '.join(classes)}"
            )


def check_named(config: Config, table: pd.DataFrame) -> None:
    """See that the levels of named slices occur in the rows of training.

    Parameters
    ----------
    config
        The slices.
    table
        Shape (n, columns): features and what stands beside them.

    Raises
    ------
    ConfigError
        When one does not.
    """
    for conditions in config.methods.slices.named:
        for name, level in conditions.items():
            values = table[name].dropna().astype(str).value_counts()
            if level not in values.index:
                known = ", ".join(sorted(values.index[:10]))
                raise ConfigError(
                    f"methods.slices.named: no row has {name} = {level}: name a value that "
                    f"occurs, such as {known}"
                )
