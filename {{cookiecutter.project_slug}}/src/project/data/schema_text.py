"""Read the YAML of conf/schema.yaml as it is written: `no` is a category, and 01 a name."""

from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from ..errors import ConfigError
from ..typed import read_yaml

_SHAPE = "`name: {type: number, role: feature}` lines under `columns:`"


class _AsWritten(yaml.CSafeLoader):
    """Leaves every scalar the text that it is, but for a null without quotes."""

    yaml_implicit_resolvers = {  # noqa: RUF012 -- PyYAML's types have it of an instance
        first: [(tag, pattern) for tag, pattern in known if tag == "tag:yaml.org,2002:null"]
        for first, known in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise yaml.MarkedYAMLError(
                problem=f"'{twice[0]}' stands twice", problem_mark=node.start_mark
            )
        return super().construct_mapping(node, deep)


def read_rules(path: Path, where: str) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """Read the key and the rules of every column.

    Parameters
    ----------
    path, where
        The file, and its name in messages.

    Returns
    -------
    list of str, dict
        The key's columns; column name to what is written of it, all as text.

    Raises
    ------
    ConfigError
        When the file is not YAML of that shape.
    """
    tree = read_yaml(path, where, _AsWritten)
    strange = [name for name in tree if name not in ("key", "columns")]
    if strange:
        raise ConfigError(f"{where} has '{strange[0]}' beside key and columns: take it out")
    columns = tree.get("columns")
    if not columns:
        raise ConfigError(f"{where} lists no columns: delete the file to have it made anew")
    if not isinstance(columns, dict):
        raise ConfigError(f"{where}: columns is no list of rules: write {_SHAPE}")
    rules = {str(name): _rule(name, rule, where) for name, rule in columns.items()}
    return _names(tree.get("key"), f"{where}: key"), rules


def _rule(name: object, rule: object, where: str) -> dict[str, Any]:
    if not isinstance(name, str) or not isinstance(rule, dict):
        said = "null" if name is None else name
        raise ConfigError(f"{where}: column '{said}' has no rule: write {_SHAPE}")
    plain = {str(key): value for key, value in rule.items()}
    if plain.get("categories") is not None:
        plain["categories"] = _names(plain["categories"], f"{where}: column '{name}': categories")
    return plain


def _names(written: object, where: str) -> list[str]:
    """Take a list of names; one name alone is a list of one."""
    if written is None:
        return []
    names = [written] if isinstance(written, str) else written
    if not isinstance(names, list) or not all(isinstance(n, str | None) for n in names):
        raise ConfigError(f"{where} is no list of names: write it like [one, other]")
    if None in names:
        raise ConfigError(
            f"{where} holds null: take it out, and set `nullable: true` where cells may be "
            "missing; a category that is called so stands in quotes"
        )
    return names
