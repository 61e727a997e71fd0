"""Find draws that no seed reaches.

NumPy's global generator is left to ruff, whose rule NPY002 finds it.
"""

import ast
from collections.abc import Iterator

from .finding import Finding
from .names import SEEDS, Names, unseeded

# Made without an argument, these take their seed from the operating system.
_BITS = ("SeedSequence", "PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")
_GENERATORS = frozenset(
    {"random.Random", *(f"numpy.random.{name}" for name in ("default_rng", "RandomState", *_BITS))}
)
# What these return is another at every call.
_MOVING = ("time.", "datetime.", "uuid.", "secrets.", "os.urandom", "os.getpid")
# Methods of tables and distributions that draw; Python's own `sample` takes two arguments.
_METHODS = frozenset({"sample", "rvs"})


def draws(tree: ast.Module, names: Names) -> Iterator[Finding]:
    """Find every call that draws, or makes what will draw, without a seed."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (found := _call(node, names)):
            yield Finding(node.lineno, node.end_lineno or node.lineno, *found)


def _call(node: ast.Call, names: Names) -> tuple[str, str] | None:
    name = names.full(node.func)
    given = {word.arg: _value(word.value) for word in node.keywords if word.arg}
    if any(given.get(seed, ...) is None for seed in SEEDS):
        seed = next(seed for seed in SEEDS if given.get(seed, ...) is None)
        return f"{ast.unparse(node.func)}({seed}=None) takes a new seed every time", _give(seed)
    if name in _GENERATORS:
        return _generator(node, names, name)
    if name.startswith("random."):
        return (
            f"{name} draws from a generator that the whole process shares",
            "draw from np.random.default_rng(seed)",
        )
    if any(isinstance(part, ast.Starred) for part in node.args) or _splat(node):
        return None  # what these hold is known only when the program runs
    if name and (parameter := unseeded(name, given, len(node.args))):
        return f"{name} takes a seed and got none", _give(parameter)
    return None if name else _method(node, given)


def _generator(node: ast.Call, names: Names, name: str) -> tuple[str, str] | None:
    seeds = [*node.args, *(word.value for word in node.keywords)]
    if not seeds or _value(seeds[0]) is None:
        return f"{name} takes a new seed every time", "give it one that follows from config.seed"
    inner = [names.full(part.func) for part in ast.walk(seeds[0]) if isinstance(part, ast.Call)]
    moving = next((found for found in inner if found.startswith(_MOVING)), None)
    if moving:
        return f"the seed of {name} comes from {moving}", "let it follow from config.seed"
    return None


def _method(node: ast.Call, given: dict[str, object]) -> tuple[str, str] | None:
    """Judge a method by its name alone, since the type of its owner is not known."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in _METHODS:
        return None
    if len(node.args) > 1 or given.keys() & set(SEEDS):
        return None
    return f".{node.func.attr}() without a seed", _give("random_state")


def _splat(node: ast.Call) -> bool:
    return any(word.arg is None for word in node.keywords)


def _give(parameter: str) -> str:
    return f"give {parameter}= a value that follows from config.seed"


def _value(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else ...
