"""What the YAML of the template says of every configuration key: its value, and its comment."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass
class Values:
    """A file under conf/: what its head says, values and comments by dotted key."""

    head: str
    values: dict[str, Any]
    comments: dict[str, str]


def read_values(file: Path) -> Values:
    """Read a file of the template; answers of cookiecutter stay as they are written."""
    text = file.read_text(encoding="utf-8")
    head = [line.lstrip("# ") for line in _while_comment(text) if "@package" not in line]
    tree = yaml.safe_load(text) or {}
    return Values(_sentences(head), flat(tree), _comments(text))


def flat(tree: dict[str, Any], above: str = "") -> dict[str, Any]:
    """Name every leaf of a tree by its dotted key; an empty tree is a leaf."""
    found: dict[str, Any] = {}
    for key, value in tree.items():
        name = f"{above}{key}"
        if isinstance(value, dict) and value:
            found |= flat(value, f"{name}.")
        else:
            found[name] = value
    return found


def _sentences(head: list[str]) -> str:
    """Join the lines of a file's head; the first ends with how to select it, and without a stop."""
    if len(head) > 1 and not head[0].endswith((".", ",")):
        head = [f"{head[0]}.", *head[1:]]
    return " ".join(head)


def _while_comment(text: str) -> list[str]:
    lines = text.splitlines()
    end = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return lines[:end]


def _comments(text: str) -> dict[str, str]:
    """Find each key's comment: behind its value, or in the lines right above it."""
    found: dict[str, str] = {}
    path: list[tuple[int, str]] = []
    above: list[str] = []
    for line in text.splitlines()[len(_while_comment(text)) :]:
        if match := re.match(r" *# ?(.*)", line):
            above.append(match[1].strip())
            continue
        match = re.match(r"( *)([\w.]+):(.*)", line)
        if not match:
            above = []
            continue
        indent = len(match[1])
        path = [(depth, key) for depth, key in path if depth < indent] + [(indent, match[2])]
        behind = re.search(r"(?:^| )# (.*)$", match[3])
        said = behind[1] if behind else " ".join(above)
        if said:
            found[".".join(key for _, key in path)] = said
        above = []
    return found
