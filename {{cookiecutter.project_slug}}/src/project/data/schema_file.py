"""Write conf/schema.yaml so that people can read and correct it."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from ..files import replacing
from .schema import Role, Rule, Schema
from .violations import shown

_HEAD = """\
# What a valid table is. It was read from {source}: look at it once, and correct what you
# know better. `make data` holds every row to it. Delete this file to have it made anew.
#   type      number, integer, category, text or time
#   role      feature, target, id, group, time or ignore (only features reach the model)
#   nullable  whether cells may be missing;   unique  whether each value stands once
#   min, max  of numbers;   categories  that may stand there, with the share of rows in which
#   `unseen` ones do (they are warned of);   format  of times that are not ISO 8601
# key names the columns that name a row, for the split, for `make diff` and `make forget`; without
# one a row is named by all its cells.
"""


def write_schema(schema: Schema, path: Path, source: str) -> None:
    """Write a schema, one line for each column.

    Parameters
    ----------
    schema, path
        What to write, and where.
    source
        The table that it was read from, for the first line.
    """
    lines = [f"key: {_flow(schema.key)}", "columns:"]
    lines += [f"  {_flow(name)}: {_flow(_plain(rule))}" for name, rule in schema.columns.items()]
    with replacing(path) as scratch:
        text = _HEAD.format(source=shown(source)) + "\n".join(lines) + "\n"
        scratch.write_text(text, encoding="utf-8")


def _plain(rule: Rule) -> dict[str, Any]:
    plain: dict[str, Any] = {"type": rule.type.value, "role": rule.role.value}
    if rule.role is not Role.target:
        plain["nullable"] = rule.nullable
    if rule.unique:
        plain["unique"] = True
    for name in ("min", "max"):
        value = getattr(rule, name)
        if value is not None:
            plain[name] = int(value) if value == int(value) else value
    for name in ("categories", "format"):
        if getattr(rule, name) is not None:
            plain[name] = getattr(rule, name)
    if rule.unseen:
        plain["unseen"] = rule.unseen
    return plain


class _OneLine(yaml.SafeDumper):
    """Writes text with newlines and the like in double quotes, so that it takes one line."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if text.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_OneLine.add_representer(str, _text)


def _flow(value: Any) -> str:
    text: str = yaml.dump(
        value,
        Dumper=_OneLine,
        default_flow_style=True,
        width=10**6,
        allow_unicode=True,
        sort_keys=False,
    )
    return text.removesuffix("...\n").rstrip("\n")


def without_categories(text: str, categories: Mapping[str, Collection[str]]) -> str:
    """Take categories out of a schema, and leave everything else in it as people wrote it.

    Parameters
    ----------
    text
        conf/schema.yaml.
    categories
        Column to the categories to take out.
    """
    spans: list[tuple[int, int, bool]] = []
    columns = _value(yaml.compose(text), "columns")
    for name, rule in columns.value if columns else []:
        listed = _value(rule, "categories")
        if listed and name.value in categories:
            gone = (item for item in listed.value if item.value in categories[name.value])
            spans += [(i.start_mark.index, i.end_mark.index, listed.flow_style) for i in gone]
    for start, end, flow in reversed(spans):
        if flow:
            after = re.compile(r"\s*,\s*").match(text, end)
            before = re.compile(r"\s*,\s*$").search(text[:start]) if not after else None
            start, end = before.start() if before else start, after.end() if after else end
        else:
            start, end = text.rindex("-", 0, start), end
            start, end = text.rindex("\n", 0, start), text.index("\n", end)
        text = text[:start] + text[end:]
    return text


def _value(node: Any, key: str) -> Any:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)
