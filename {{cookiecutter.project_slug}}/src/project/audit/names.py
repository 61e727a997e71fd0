"""Follow a name in code to what it was imported as, and ask that whether it takes a seed."""

import ast
import importlib
import inspect
import sys
from functools import cache

SEEDS = ("random_state", "seed", "rng")


class Names:
    """The imports of one module.

    Parameters
    ----------
    tree
        The parsed module; imports inside functions count for all of it.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._imported: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    full = alias.name if alias.asname else alias.name.partition(".")[0]
                    self._imported[alias.asname or full] = full
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    self._imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def full(self, node: ast.expr) -> str:
        """Return the dotted name that an expression stands for, or "" where it is not imported."""
        if isinstance(node, ast.Name):
            return self._imported.get(node.id, "")
        if isinstance(node, ast.Attribute) and (owner := self.full(node.value)):
            return f"{owner}.{node.attr}"
        return ""


@cache
def signature(name: str) -> inspect.Signature | None:
    """Return the signature of something installed, by its dotted name.

    The standard library is left out, and so is what has no signature or is not there.
    """
    root = name.partition(".")[0]
    if root in sys.stdlib_module_names or root == "project":
        return None
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), attribute)
        return inspect.signature(found)
    except (ImportError, AttributeError, TypeError, ValueError):
        return None


def unseeded(name: str, arguments: dict[str, object], positional: int = 0) -> str | None:
    """Return the parameter by which a call should have got its seed, where it got none.

    Parameters
    ----------
    name
        Dotted name of what is called.
    arguments
        Keyword to value; what is only known when the program runs is any object but None or False.
    positional
        How many arguments are given by position.

    Returns
    -------
    str or None
        None when it takes no seed, has one, has a number as its default, or shuffles nothing.
    """
    found = signature(name)
    if found is None:
        return None
    parameters = found.parameters
    by_position = list(parameters)[:positional]
    for seed in SEEDS:
        if seed not in parameters or seed in by_position:
            continue
        # A splitter that shuffles nothing draws nothing.
        still = "shuffle" in parameters and "shuffle" not in by_position
        if still and arguments.get("shuffle", parameters["shuffle"].default) is False:
            continue
        if arguments.get(seed, parameters[seed].default) is None:
            return seed
    return None
