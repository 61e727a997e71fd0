"""Rows of the table of configuration keys: a key, its type, its default, what it is."""

import re
from typing import Any

import yaml
from config_types import Class, Field
from config_values import Values

# Values that a file of conf/model/ has, and no default for all of them.
PER_MODEL = ("model.name", "model.classification", "model.regression")


def cell(text: str) -> str:
    """Escape what would end a cell of a Markdown table, or begin an element outside of code."""
    text = text.replace("|", "\\|").replace("\n", " ")
    parts = re.split(r"(`[^`]*`)", text)
    kept = (p if p.startswith("`") else p.replace("<", "&lt;").replace(">", "&gt;") for p in parts)
    return "".join(kept)


def table(head: list[str], rows: list[list[str]]) -> str:
    """Lay rows out as a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell(text) for text in row) + " |" for row in lines)


def shown(value: Any) -> str:
    """Write a value as YAML in one line; an answer of cookiecutter by its name."""
    if isinstance(value, str) and (answer := re.search(r"cookiecutter\.(\w+)", value)):
        return f"your answer `{answer[1].lstrip('_')}`"
    text = yaml.safe_dump(value, default_flow_style=True, width=10_000).strip()
    return f"`{text.removesuffix('...').strip()}`"


def type_of(field: Field, known: dict[str, Class]) -> str:
    """Write a field's type; of an enum, what may be chosen."""
    kind = known.get(field.type)
    if kind and kind.values:
        return "one of " + ", ".join(f"`{value}`" for value in kind.values)
    return f"`{field.type}`"


def keys(
    name: str, known: dict[str, Class], values: Values, above: str, within: str = ""
) -> list[list[str]]:
    """List the rows of a dataclass and of those inside it: key, type, default, what it is."""
    rows = []
    for field in known[name].fields:
        key = f"{within}{field.name}"
        inner = known.get(field.type)
        if inner and inner.fields:
            rows += keys(inner.name, known, values, above, f"{key}.")
            continue
        whole = f"{above}{key}"
        if whole in ("data.key", "data.columns"):
            continue  # of the schema, which has a part of its own
        rows.append(
            [
                f"`{whole}`",
                type_of(field, known),
                default_of(whole, key, field, values),
                describe(key, field, known, values),
            ]
        )
    return rows


def default_of(whole: str, key: str, field: Field, values: Values) -> str:
    """Find a key's default: in the YAML, else in the dataclass."""
    if whole in PER_MODEL:
        return "of the model's file"
    if key in values.values:
        return shown(values.values[key])
    under = {k: v for k, v in values.values.items() if k.startswith(f"{key}.")}
    if under:
        return shown({k.removeprefix(f"{key}."): v for k, v in under.items()})
    if "default_factory=dict" in field.default:
        return "`{}`"
    if "default_factory=list" in field.default:
        return "`[]`"
    return f"`{field.default}`".replace("None", "null")


def describe(key: str, field: Field, known: dict[str, Class], values: Values) -> str:
    """Find what is said of a key: behind it in the YAML, in the dataclass, or of what it is in."""
    said = values.comments.get(key) or field.comment
    kind = known.get(field.type)
    if not said and kind and kind.values:
        said = kind.doc
    parent = key.rpartition(".")[0]
    return said or values.comments.get(parent, "")


def rule_rows(known: dict[str, Class]) -> list[list[str]]:
    """List what conf/schema.yaml may say of a column; its defaults are the dataclasses'."""
    return [
        [
            f"`{field.name}`",
            type_of(field, known),
            f"`{yaml_default(field)}`",
            field.comment or known[field.type].doc,
        ]
        for name in ("Column", "Rule")
        for field in known[name].fields
    ]


def yaml_default(field: Field) -> str:
    """Write a dataclass's default as YAML has it."""
    plain = {"True": "true", "False": "false", "None": "null", "": "must be given"}
    return plain.get(field.default, field.default.rpartition(".")[2])
