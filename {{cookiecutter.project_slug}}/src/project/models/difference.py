"""Find the first place at which two fitted models part."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from ..fingerprint import fingerprint
from ..provenance import NO_RESULT

_DEEPEST = 30  # a model may refer to itself
_WHOLE = (str, bytes, int, float, np.generic, type, set, frozenset, type(None))


def first_difference(one: Any, two: Any) -> tuple[str, str, str] | None:
    """Name the first value that two objects don't share, as a path of attributes and indices.

    Parameters
    ----------
    one, two
        Fitted estimators, arrays, or containers and scalars of such.

    Returns
    -------
    tuple of str, or None
        Path, and the value on each side with every digit; None where fingerprints agree.
    """
    return _descend(one, two, "", 0)


def _descend(one: Any, two: Any, where: str, depth: int) -> tuple[str, str, str] | None:
    if fingerprint(one) == fingerprint(two):
        return None
    if type(one) is type(two) and depth < _DEEPEST:
        for name, mine, theirs in _parts(one, two):
            found = _descend(mine, theirs, where + name, depth + 1)
            if found:
                return found
    return where.lstrip("."), _text(one), _text(two)


def _parts(one: Any, two: Any) -> Iterator[tuple[str, Any, Any]]:
    """Pair what lies one step further down; nothing where the two don't have the same shape."""
    if isinstance(one, np.ndarray):
        yield from _cells(one, two)
    elif isinstance(one, BaseEstimator):
        keys = [key for key in vars(one) if key in vars(two) and key not in NO_RESULT]
        yield from ((f".{key}", getattr(one, key), getattr(two, key)) for key in keys)
    elif isinstance(one, dict):
        yield from ((f"[{key!r}]", one[key], two[key]) for key in one if key in two)
    elif isinstance(one, list | tuple):
        pairs = zip(one, two, strict=False)
        yield from ((f"[{i}]", mine, theirs) for i, (mine, theirs) in enumerate(pairs))
    elif not isinstance(one, _WHOLE):
        both = (list(value.__reduce_ex__(4)[1:3]) for value in (one, two))
        yield from (("", mine, theirs) for mine, theirs in zip(*both, strict=False))


def _cells(one: np.ndarray, two: np.ndarray) -> Iterator[tuple[str, Any, Any]]:
    if one.shape != two.shape or one.dtype != two.dtype or one.ndim == 0:
        return
    if one.dtype.names:
        yield from ((f"[{name!r}]", one[name], two[name]) for name in one.dtype.names)
        return
    if one.dtype == object:
        places = list(np.ndindex(one.shape))
    else:
        # By bytes, as the fingerprint goes: NaN is NaN, and a negative zero is none.
        mine, theirs = (
            np.ascontiguousarray(array).view(np.uint8).reshape(one.size, -1) for array in (one, two)
        )
        flat = int(np.flatnonzero((mine != theirs).any(axis=1))[0])
        places = [tuple(int(i) for i in np.unravel_index(flat, one.shape))]
    yield from ((f"[{', '.join(map(str, at))}]", one[at], two[at]) for at in places)


def _text(value: Any) -> str:
    value = value.item() if isinstance(value, np.generic) else value
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"
