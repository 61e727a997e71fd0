"""Write docs/reference/: every configuration key, every model, and every command.

make reference

Reads the dataclasses and YAML files of the template and both Makefiles; imports none of it.
"""

import re
from pathlib import Path
from typing import Any

import yaml
from config_types import Class, Field, read_classes
from config_values import Values, read_values

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ROOT / "{{cookiecutter.project_slug}}"
CONF = PROJECT / "conf"
NOTE = "<!-- written by make reference -->"
# Files that are no choice of their group and no part of a run, with the class of each.
ALONE = {"evaluation/gates.yaml": "Gates"}
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


def classes() -> dict[str, Class]:
    """Read the dataclasses of the configuration and of the schema."""
    source = PROJECT / "src" / "project"
    rooms = sorted(source.glob("*/config.py"))
    return read_classes([source / "config.py", *rooms, source / "data" / "schema.py"])


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


def others(group: str, default: str, base: Values) -> str:
    """List the other files of a group, and what they set otherwise."""
    rows = []
    for file in sorted((CONF / group).glob("*.yaml")):
        if file.stem == default or file.relative_to(CONF).as_posix() in ALONE:
            continue
        there = read_values(file)
        changed = {
            key: value
            for key, value in there.values.items()
            if key != "defaults" and base.values.get(key) != value
        }
        listed = ", ".join(f"`{key}` {shown(value)}" for key, value in changed.items())
        rows.append([f"`{file.stem}`", there.head, listed])
    return table(["file", "what", "sets otherwise"], rows) if rows else ""


def chosen() -> dict[str, str]:
    """Read which file of each group conf/config.yaml chooses."""
    tree = yaml.safe_load((CONF / "config.yaml").read_text(encoding="utf-8"))
    pairs = [item for item in tree["defaults"] if isinstance(item, dict)]
    return {key: value for item in pairs for key, value in item.items() if value and " " not in key}


def with_config(values: Values, group: str, config: Values) -> Values:
    """Add what conf/config.yaml itself says of a group."""
    mine = f"{group}."
    for source, target in ((config.values, values.values), (config.comments, values.comments)):
        target |= {k.removeprefix(mine): v for k, v in source.items() if k.startswith(mine)}
    return values


def group_page(group: str, name: str, known: dict[str, Class], config: Values) -> str:
    """Write the part of one group: its keys, and its other files."""
    head = ["key", "type", "default", "what"]
    if group == "model":
        preprocessing = read_values(CONF / "model" / f"{chosen()['model']}.yaml")
        rows = keys(name, known, preprocessing, "model.")
        return f"{known[name].doc}\n\n{table(head, rows)}\n\n{models()}"
    single = CONF / f"{group}.yaml"
    default = chosen().get(group, "")
    file = single if single.exists() else CONF / group / f"{default}.yaml"
    values = with_config(read_values(file), group, config)
    parts = [
        f"`conf/{file.relative_to(CONF)}`. {values.head}",
        table(head, keys(name, known, values, f"{group}.")),
        "" if single.exists() else others(group, default, values),
    ]
    return "\n\n".join(part for part in parts if part)


def models() -> str:
    """Tabulate the files of conf/model/ and what is searched of each."""
    rows = []
    for file in sorted((CONF / "model").glob("*.yaml")):
        tree = yaml.safe_load(file.read_text(encoding="utf-8"))
        head = read_values(file).head.partition(": model=")[0]
        estimators = {
            tree[task]["_target_"].rpartition(".")[2] for task in tree if "_target_" in tree[task]
        }
        space = CONF / "tuning" / "space" / file.name
        searched = "–"
        if space.exists():
            ranges = yaml.safe_load(space.read_text(encoding="utf-8"))
            searched = ", ".join(
                f"`{key}`" for key in dict.fromkeys(k for part in ranges.values() for k in part)
            )
        rows.append(
            [f"`{file.stem}`", head, ", ".join(f"`{e}`" for e in sorted(estimators)), searched]
        )
    return table(["`model=`", "what", "estimator", "searched by `make tune`"], rows)


def config_page() -> str:
    """Write the page of all configuration keys."""
    known = classes()
    config = read_values(CONF / "config.yaml")
    parts = [
        "# Every configuration key\n\n" + NOTE,
        '`ARGS` overrides a key: `make train ARGS="model=forest seed=7"`. Keys of `data` are set '
        "in `conf/data.yaml` alone. A key that is not here is refused by name. Types are those of "
        "the dataclasses, defaults and descriptions those of the YAML files.",
    ]
    for field in known["Config"].fields:
        kind = known.get(field.type)
        parts.append(f"## {field.name}")
        if kind:
            parts.append(group_page(field.name, kind.name, known, config))
        else:
            row = [
                f"`{field.name}`",
                f"`{field.type}`",
                shown(config.values[field.name]),
                config.comments[field.name],
            ]
            parts.append(table(["key", "type", "default", "what"], [row]))
    parts += [part for name, kind in ALONE.items() for part in alone_part(name, kind, known)]
    parts += ["## experiment", others("experiment", "", Values("", {}, {})), schema_part(known)]
    return "\n\n".join(parts) + "\n"


def alone_part(name: str, kind: str, known: dict[str, Class]) -> list[str]:
    """Write the part of a file that its own command reads; nothing where it is not there yet."""
    if not (CONF / name).exists():
        return []
    values = read_values(CONF / name)
    rows = keys(kind, known, values, "")
    return [f"## conf/{name}", values.head, table(["key", "type", "default", "what"], rows)]


def schema_part(known: dict[str, Class]) -> str:
    """Write the part of conf/schema.yaml: what may be said of a column."""
    rows = [
        [
            f"`{field.name}`",
            type_of(field, known),
            f"`{yaml_default(field)}`",
            field.comment or _kind(field, known),
        ]
        for name in ("Column", "Rule")
        for field in known[name].fields
    ]
    return (
        "## conf/schema.yaml\n\n`key` names the columns that name a row, if there are any. "
        "`columns` holds, for each column, `{type: …, role: …}` and rules:\n\n"
        + table(["key", "type", "default", "what"], rows)
    )


def yaml_default(field: Field) -> str:
    """Write a dataclass's default as YAML has it."""
    plain = {"True": "true", "False": "false", "None": "null", "": "must be given"}
    return plain.get(field.default, field.default.rpartition(".")[2])


def _kind(field: Field, known: dict[str, Class]) -> str:
    return known[field.type].doc if field.type in known else ""


def commands_page() -> str:
    """Write the page of all commands, from the help of both Makefiles."""
    parts = [
        "# Every command\n\n" + NOTE,
        "`make help` prints this. `ARGS` holds overrides of the configuration.",
    ]
    for where, file in (
        ("In a project", PROJECT / "Makefile"),
        ("In this repository", ROOT / "Makefile"),
    ):
        parts.append(f"## {where}")
        rows: list[list[str]] = []
        for line in file.read_text(encoding="utf-8").splitlines():
            if match := re.match(r"##@ (.*)", line):
                if rows:
                    parts.append(table(["command", "what"], rows))
                parts.append(f"### {match[1]}")
                rows = []
            elif match := re.match(r"([a-z-]+):.*?  ## (.*)", line):
                rows.append([f"`make {match[1]}`", match[2]])
        parts.append(table(["command", "what"], rows))
    return "\n\n".join(parts) + "\n"


def pages() -> dict[Path, str]:
    """Compose all pages of the reference, by file."""
    folder = ROOT / "docs" / "reference"
    return {folder / "configuration.md": config_page(), folder / "commands.md": commands_page()}


if __name__ == "__main__":
    for file, text in pages().items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
