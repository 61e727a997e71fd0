"""conf/schema.yaml: what a valid table is. Inferred once (infer.py), then edited by people."""

import math
import re
from dataclasses import dataclass, field, fields
from enum import Enum
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ..errors import ConfigError
from .schema_text import read_rules

EXACT = 1e15  # whole numbers below it are held exactly, and shown with all their digits


class ColumnType(Enum):
    """What the cells of a column are read as."""

    number = "number"
    integer = "integer"
    category = "category"
    text = "text"
    time = "time"

    @property
    def numeric(self) -> bool:
        """Whether the cells are quantities."""
        return self in (ColumnType.number, ColumnType.integer)


class Role(Enum):
    """What a column is for."""

    feature = "feature"
    target = "target"
    id = "id"
    group = "group"
    time = "time"
    ignore = "ignore"


@dataclass
class Column:
    """What training needs to know of a column."""

    type: ColumnType
    role: Role = Role.feature


@dataclass
class Rule(Column):
    """What `validate` holds a column's cells to; None where anything goes."""

    nullable: bool = True  # whether cells may be missing
    unique: bool = False  # whether no two cells may be equal
    min: float | None = None  # the smallest quantity
    max: float | None = None  # the largest
    categories: list[str] | None = None  # all that may stand in a category
    unseen: float = 0.0  # share of the rows that may hold another category, which is warned of
    format: str | None = None  # of times that are not ISO 8601, as strptime takes it


_KINDS = [field.name for field in fields(Rule)]


@dataclass
class Schema:
    """conf/schema.yaml."""

    key: list[str] = field(default_factory=list)
    columns: dict[str, Rule] = field(default_factory=dict)


def load_schema(path: Path) -> Schema:
    """Read and check `conf/schema.yaml`.

    Raises
    ------
    ConfigError
        When the file breaks a rule of its own.
    """
    where = f"conf/{path.name}"
    key, rules = read_rules(path, where)
    for name, written in rules.items():
        for strange in [kind for kind in written if kind not in _KINDS]:
            raise ConfigError(
                f"{where}: column '{name}' has '{strange}', which is no rule: use "
                f"{', '.join(_KINDS)}"
            )
    try:
        schema = TypeAdapter(Schema).validate_python({"key": key, "columns": rules})
    except ValidationError as errors:
        raise ConfigError(f"{where}: {_sentence(errors)}") from None
    for name, rule in schema.columns.items():
        problem = _problem(rule)
        if problem:
            raise ConfigError(f"{where}: column '{name}' {problem}")
    for name in schema.key:
        if name not in schema.columns:
            raise ConfigError(
                f"{where}: key names '{name}', which is not among columns: take it out, or write "
                "it as the column is"
            )
    return schema


def _sentence(errors: ValidationError) -> str:
    """Say where the first error is, what stands there, and what should."""
    error = errors.errors()[0]
    key = ".".join(map(str, error["loc"]))
    if error["type"] == "unexpected_keyword_argument":
        return f"{key} is no key of this file: take it out, or see its first lines for the keys"
    if error["type"] == "missing_argument":
        return f"{key} is missing: add it"
    hint = "; put it in quotes" if error["type"] == "string_type" else ""
    said = error["msg"][0].lower() + error["msg"][1:]
    return f"{key} is {error['input']!r}: {said}{hint}"


def _problem(rule: Rule) -> str:
    kind = rule.type.value
    if rule.role in (Role.feature, Role.target) and kind in ("text", "time"):
        return (
            f"is {kind}, which no model here takes: set its role to ignore, or its type to category"
        )
    if rule.role is Role.time and not (rule.type.numeric or rule.type is ColumnType.time):
        return f"has the role time but the type {kind}: set its type to time, number or integer"
    if (rule.min is not None or rule.max is not None) and not rule.type.numeric:
        return f"has a min or max but the type {kind}: take them out, or set its type to number"
    if not all(map(math.isfinite, (rule.min or 0, rule.max or 0))):
        return "has a min or max that is no finite number: take it out where anything goes"
    if rule.min is not None and rule.max is not None and rule.min > rule.max:
        return f"has min {rule.min:g} above max {rule.max:g}: swap them"
    if rule.categories is not None and rule.type is not ColumnType.category:
        return f"lists categories but has the type {kind}: take them out, or set it to category"
    if rule.categories == []:
        return "lists no category: take `categories` out, where any may stand there"
    if not 0 <= rule.unseen < 1:
        return f"has unseen {rule.unseen:g}: give a share of the rows, such as 0.01"
    if rule.format is not None:
        return _format_problem(rule.format, kind)
    return ""


def _format_problem(format_: str, kind: str) -> str:
    if kind != "time":
        return f"has a format but the type {kind}: take it out, or set its type to time"
    known = re.sub(r"%[aAbBdeHIjmMpSyYzTDFR]", "", format_)
    if known == format_ or "%" in known:
        return (
            f"has the format '{format_}': write it as strptime takes it, such as %d.%m.%Y %H:%M "
            "(fractions of a second can be read in ISO 8601 alone)"
        )
    return ""
