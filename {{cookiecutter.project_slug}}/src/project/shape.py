"""See that a tree of JSON has what its readers look for, since anybody may have written it."""

import re
import sys
from typing import Any

_ABSENT = object()
Kind = type | re.Pattern[str]
Wanted = dict[str, Kind | tuple[Kind, ...]]


def misshapen(tree: Any, wanted: Wanted) -> str | None:
    """Name the first part of a tree that is not as wanted; None where all are.

    Parameters
    ----------
    tree
        As JSON is read.
    wanted
        Dotted name to type, to the pattern of a text, or to several of which one must fit. A last
        "*" stands for every value; what ends with "?" may be missing.
    """
    for name, kind in wanted.items():
        plain = name.removesuffix("?").removesuffix(".*")
        found = tree
        for step in plain.split("."):
            found = found.get(step, _ABSENT) if isinstance(found, dict) else _ABSENT
        if found is _ABSENT:
            if name.endswith("?"):
                continue
            return f"has no {plain}"
        values = [found]
        if ".*" in name:
            if not isinstance(found, dict):
                return f"has no mapping as {plain}"
            values = list(found.values())
        if not all(fits(value, kind) for value in values):
            return f"has an odd value in {plain}"
    return None


def fits(value: Any, kind: Kind | tuple[Kind, ...]) -> bool:
    """Tell whether a value is of a kind; a number must be one that a figure can be."""
    if isinstance(kind, tuple):
        return any(fits(value, one) for one in kind)
    if isinstance(kind, re.Pattern):
        return isinstance(value, str) and kind.fullmatch(value) is not None
    # Python reads more from JSON than runs write: NaN, Infinity, integers of any length.
    if isinstance(value, int | float) and not abs(value) <= sys.float_info.max:
        return False
    # A truth value is an integer to Python, and to nobody else.
    return isinstance(value, kind) and (not isinstance(value, bool) or kind is bool)
