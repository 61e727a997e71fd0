"""The page of all configuration keys, group by group of conf/; tools/reference.py writes it."""

from pathlib import Path

import yaml
from config_rows import keys, rule_rows, shown, table
from config_types import Class, read_classes
from config_values import Values, read_values

PROJECT = Path(__file__).resolve().parents[1] / "{{cookiecutter.project_slug}}"
CONF = PROJECT / "conf"
HEAD = ["key", "type", "default", "what"]
NOTE = "<!-- written by make reference -->"
# Files that are no choice of their group and no part of a run, with the class of each.
ALONE = {"evaluation/gates.yaml": "Gates"}


def classes() -> dict[str, Class]:
    """Read the dataclasses of the configuration and of the schema."""
    source = PROJECT / "src" / "project"
    rooms = sorted(source.glob("*/config.py"))
    return read_classes([source / "config.py", *rooms, source / "data" / "schema.py"])


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
    if group == "model":
        preprocessing = read_values(CONF / "model" / f"{chosen()['model']}.yaml")
        rows = keys(name, known, preprocessing, "model.")
        return f"{known[name].doc}\n\n{table(HEAD, rows)}\n\n{models()}"
    single = CONF / f"{group}.yaml"
    default = chosen().get(group, "")
    file = single if single.exists() else CONF / group / f"{default}.yaml"
    values = with_config(read_values(file), group, config)
    parts = [
        f"`conf/{file.relative_to(CONF)}`. {values.head}",
        table(HEAD, keys(name, known, values, f"{group}.")),
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
        f"# Every configuration key\n\n{NOTE}",
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
            parts.append(table(HEAD, [row]))
    parts += [part for name, kind in ALONE.items() for part in alone_part(name, kind, known)]
    parts += ["## experiment", others("experiment", "", Values("", {}, {})), schema_part(known)]
    return "\n\n".join(parts) + "\n"


def schema_part(known: dict[str, Class]) -> str:
    """Write the part of conf/schema.yaml: what may be said of a column."""
    return (
        "## conf/schema.yaml\n\n`key` names the columns that name a row, if there are any. "
        "`columns` holds, for each column, `{type: …, role: …}` and rules:\n\n"
        + table(HEAD, rule_rows(known))
    )


def alone_part(name: str, kind: str, known: dict[str, Class]) -> list[str]:
    """Write the part of a file that its own command reads."""
    values = read_values(CONF / name)
    rows = keys(kind, known, values, "")
    return [f"## conf/{name}", values.head, table(HEAD, rows)]
