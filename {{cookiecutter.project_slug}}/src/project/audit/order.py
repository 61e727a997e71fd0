"""Find results that may follow the order of a set, a folder's entries or a salted hash.

A set of texts is walked in another order in every process, unless PYTHONHASHSEED is pinned; a
folder's entries come as the file system happens to keep them.
"""

import ast
from collections.abc import Iterator
from typing import TypeGuard

from .finding import Finding
from .names import Names

# What these make of their argument is the same in every order.
_FREE = frozenset({"sorted", "set", "frozenset", "len", "any", "all", "min", "max"})
# These hand the order on.
_KEEP = frozenset({"list", "tuple", "enumerate", "iter", "zip", "map", "filter", "reversed", "sum"})
_SET_METHODS = frozenset({"union", "intersection", "difference", "symmetric_difference"})
_LISTINGS = frozenset({"os.listdir", "os.scandir", "os.walk", "glob.glob", "glob.iglob"})
_LISTING_METHODS = frozenset({"iterdir", "glob", "rglob", "walk"})
_SORT = "wrap it in sorted()"


def order(tree: ast.Module, names: Names) -> Iterator[Finding]:
    """Find every place where the order of a set or of a folder can reach a result."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    sets = _Sets(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _lists(node, names) and not _free(node, parents):
            text = ast.unparse(node.func)
            yield _at(node, f"{text}() comes in the order of the file system", _SORT)
        if _is_hash(node) and not _inside(node, parents, "__hash__"):
            yield _at(node, "hash() of a text differs between processes", "use hashlib")
        if isinstance(node, ast.expr) and sets.holds(node) and _walked(node, parents):
            yield _at(node, f"{_short(node)} is walked in the order of a hash", _SORT)


class _Sets:
    """Know which expressions are sets: by what they say, or by what their name was given."""

    def __init__(self, tree: ast.Module) -> None:
        self._names: set[str] = set()
        given: dict[str, list[bool]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        given.setdefault(target.id, []).append(self.holds(node.value))
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                given.setdefault(node.target.id, []).append(_is_set_type(node.annotation))
            elif isinstance(node, ast.arg):
                given.setdefault(node.arg, []).append(_is_set_type(node.annotation))
            elif isinstance(node, ast.For | ast.comprehension):
                for part in ast.walk(node.target):
                    if isinstance(part, ast.Name):
                        given.setdefault(part.id, []).append(False)
        # A name that is now a set and now a list is given the benefit of the doubt.
        self._names = {name for name, kinds in given.items() if all(kinds)}

    def holds(self, node: ast.expr) -> bool:
        """Tell whether an expression is a set."""
        if isinstance(node, ast.Set | ast.SetComp):
            return True
        if isinstance(node, ast.Name):
            return node.id in self._names
        if isinstance(node, ast.BinOp) and isinstance(
            node.op, ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor
        ):
            return any(self.holds(side) or _is_keys(side) for side in (node.left, node.right))
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                return node.func.id in {"set", "frozenset"}
            if isinstance(node.func, ast.Attribute) and node.func.attr in _SET_METHODS:
                return self.holds(node.func.value)
        return False


def _walked(node: ast.expr, parents: dict[ast.AST, ast.AST]) -> bool:
    """Tell whether an expression is walked one by one, where the order can matter."""
    parent = parents[node]
    if isinstance(parent, ast.For):
        return parent.iter is node
    if isinstance(parent, ast.comprehension):
        return parent.iter is node and not _free_comprehension(parents[parent], parents)
    if isinstance(parent, ast.Starred):
        above = parents[parent]
        return not isinstance(above, ast.Set) and not _free(parent, parents)
    if isinstance(parent, ast.Call) and node in parent.args:
        if isinstance(parent.func, ast.Name):
            return parent.func.id in _KEEP and not _free(parent, parents)
        return isinstance(parent.func, ast.Attribute) and parent.func.attr == "join"
    return False


def _free(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Tell whether what an expression yields goes straight into something that has no order."""
    parent = parents[node]
    if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name):
        return parent.func.id in _FREE
    if isinstance(parent, ast.comprehension):
        return parent.iter is node and _free_comprehension(parents[parent], parents)
    return False


def _free_comprehension(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    return isinstance(node, ast.SetComp) or _free(node, parents)


def _lists(node: ast.Call, names: Names) -> bool:
    full = names.full(node.func)
    if full:
        return full in _LISTINGS
    return isinstance(node.func, ast.Attribute) and node.func.attr in _LISTING_METHODS


def _is_hash(node: ast.AST) -> TypeGuard[ast.Call]:
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Name) and called.id == "hash"


def _is_keys(node: ast.expr) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr == "keys"


def _is_set_type(annotation: ast.expr | None) -> bool:
    kind = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return isinstance(kind, ast.Name) and kind.id in {"set", "frozenset"}


def _inside(node: ast.AST, parents: dict[ast.AST, ast.AST], function: str) -> bool:
    while node in parents:
        node = parents[node]
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return True
    return False


def _short(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _at(node: ast.expr, what: str, mend: str) -> Finding:
    return Finding(node.lineno, node.end_lineno or node.lineno, what, mend)
