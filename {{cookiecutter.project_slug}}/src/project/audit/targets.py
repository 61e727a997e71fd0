"""Find models in the configuration that take a seed and are given none."""

from collections.abc import Iterator

import yaml

from .finding import Finding
from .names import unseeded


def targets(text: str) -> Iterator[Finding]:
    """Look at every mapping with a `_target_` in a YAML text.

    Parameters
    ----------
    text
        The file's contents. An interpolation such as `${seed}` counts as a seed.
    """
    root = yaml.compose(text, yaml.SafeLoader)
    yield from _walk(root)


def _walk(node: yaml.Node | None) -> Iterator[Finding]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _walk(item)
    if not isinstance(node, yaml.MappingNode):
        return
    given = {key.value: _value(value) for key, value in node.value}
    for key, value in node.value:
        if key.value == "_target_" and "_args_" not in given:
            seed = unseeded(value.value, {k: v for k, v in given.items() if k != "_target_"})
            if seed:
                line = key.start_mark.line + 1
                what = f"{value.value} takes a seed and is given none"
                yield Finding(line, line, what, f"add `{seed}: ${{seed}}`")
        yield from _walk(value)


def _value(node: yaml.Node) -> object:
    if node.tag == "tag:yaml.org,2002:null":
        return None
    if node.tag == "tag:yaml.org,2002:bool":
        return node.value.lower() in {"true", "yes", "on"}
    return ...
