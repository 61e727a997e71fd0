"""What the dataclasses of the project say of every configuration key, read without importing them.

The template's packages are in its image and not here, so the source is read as a tree.
"""

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Field:
    """A field of a dataclass: its type as written, its default if it has one, its comment."""

    name: str
    type: str
    default: str
    comment: str


@dataclass
class Class:
    """A dataclass with its fields, or an enum with its values."""

    name: str
    doc: str
    bases: list[str]
    fields: list[Field]
    values: list[str]


def read_classes(files: list[Path]) -> dict[str, Class]:
    """Read all classes of some modules, by name.

    Raises
    ------
    ValueError
        When two modules give a class the same name.
    """
    found: dict[str, Class] = {}
    for file in files:
        text = file.read_text(encoding="utf-8")
        comments = _comments(text)
        for node in ast.parse(text).body:
            if not isinstance(node, ast.ClassDef):
                continue
            if node.name in found:
                raise ValueError(f"{file}: a second class {node.name}")
            found[node.name] = _class(node, comments)
    return found


def _comments(text: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {
        token.start[0]: token.string.lstrip("# ")
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _class(node: ast.ClassDef, comments: dict[int, str]) -> Class:
    doc = ast.get_docstring(node) or ""
    described = _attributes(doc)
    fields, values = [], []
    for line in node.body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            name = line.target.id
            default = "" if line.value is None else ast.unparse(line.value)
            said = comments.get(line.lineno, "") or described.get(name, "")
            fields.append(Field(name, ast.unparse(line.annotation), default, said))
        elif isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
            values.append(str(line.value.value))
    summary = " ".join(doc.split("\n\n")[0].split())
    bases = [ast.unparse(base) for base in node.bases]
    return Class(node.name, summary, bases, fields, values)


def _attributes(doc: str) -> dict[str, str]:
    """Read numpydoc's section on attributes, where several may share a line."""
    _, _, section = doc.partition("Attributes\n----------\n")
    found: dict[str, str] = {}
    for names, text in re.findall(r"^(\w[\w, ]*)\n((?:    .*\n?)+)", section, re.MULTILINE):
        for name in names.split(", "):
            found[name] = " ".join(text.split())
    return found
