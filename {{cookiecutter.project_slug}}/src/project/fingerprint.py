"""Reduce a fitted model, its predictions and its metrics to one hash each: equal bits, equal hash.

The hash covers values and not how they happen to be stored: the order of keys, the memory layout
of an array, sharing between objects and the padding inside records move nothing; one bit of one
number does. What changes no result (the number of workers, verbosity) is left out.
"""

import hashlib
import struct
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from .provenance import NO_RESULT


def fingerprint(value: Any) -> str:
    """Hash a value by what it holds.

    Parameters
    ----------
    value
        A fitted estimator, an array of any shape, or containers and scalars of such.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    return _Walk().digest(value).hex()


class _Walk:
    """One pass over a value; it knows where it is, since a model may refer to itself."""

    def __init__(self) -> None:
        self._path: list[int] = []

    def digest(self, value: Any) -> bytes:
        if value is None or isinstance(value, bool | int | str | bytes):
            return _hash("scalar", type(value).__name__, repr(value))
        if isinstance(value, float):
            return _hash("float", struct.pack("<d", value))
        if isinstance(value, np.ndarray | np.generic):
            return self._array(np.asarray(value))
        if isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
            return _hash("name", value.__module__, value.__qualname__)
        if id(value) in self._path:
            return _hash("above", str(len(self._path) - self._path.index(id(value))))
        self._path.append(id(value))
        try:
            return self._container(value)
        finally:
            self._path.pop()

    def _array(self, array: np.ndarray) -> bytes:
        head = ("array", str(array.dtype.kind), str(array.shape))
        if array.dtype.names:
            # Field by field, since the gaps between fields hold whatever was in memory.
            return _hash(*head, *(self.digest(array[name]) for name in array.dtype.names))
        if array.dtype == object:
            return _hash(*head, *(self.digest(item) for item in array.ravel()))
        return _hash(*head, array.dtype.str, np.ascontiguousarray(array).tobytes())

    def _container(self, value: Any) -> bytes:
        if isinstance(value, BaseEstimator):
            state = {k: v for k, v in vars(value).items() if k not in NO_RESULT}
            return _hash("estimator", self.digest(type(value)), self._mapping(state))
        if isinstance(value, dict):
            return _hash("dict", self._mapping(value))
        if isinstance(value, list | tuple):
            return _hash("list", *(self.digest(item) for item in value))
        if isinstance(value, set | frozenset):
            return _hash("set", *sorted(self.digest(item) for item in value))
        if isinstance(value, np.random.RandomState):
            # What it will draw; what it was once seeded by is lost when it is stored.
            return _hash("generator", self.digest(value.get_state(legacy=False)))
        booster = _trees(value)
        if booster is not None:
            return _hash("booster", booster)
        # Whatever else is in a fitted model says of itself how it can be built again.
        parts = value.__reduce_ex__(4)
        items = [list(part) for part in parts[3:5] if part is not None]
        return _hash("object", self.digest([*parts[:3], *items]))

    def _mapping(self, mapping: dict[Any, Any]) -> bytes:
        pairs = sorted((self.digest(key), self.digest(item)) for key, item in mapping.items())
        return _hash("pairs", *(part for pair in pairs for part in pair))


def _trees(value: Any) -> bytes | None:
    """Return what XGBoost or LightGBM has learnt, without its settings such as threads."""
    if type(value).__name__ != "Booster":
        return None
    match type(value).__module__.partition(".")[0]:
        case "xgboost":
            return bytes(value.save_raw("ubj"))
        case "lightgbm":
            text: str = value.model_to_string()
            return text.partition("\nparameters:")[0].encode()
    return None


def _hash(*parts: str | bytes) -> bytes:
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(struct.pack("<Q", len(data)) + data)
    return total.digest()
