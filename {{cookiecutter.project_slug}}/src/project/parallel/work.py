"""Cut work so that what many pieces have in common travels to each worker once."""

import hashlib
import pickle
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..config import Compute
from . import handshake

# Not worth a place of their own, and shared by identity for no reason of ours.
_SMALL = (str, bytes, int, float, bool, Enum, type(None))
# What this process has unpacked: the last set of shared objects, by its hash.
_unpacked: dict[str, list[Any]] = {}


@dataclass(frozen=True)
class Shared:
    """Stands in a piece for an object that travels apart."""

    place: int


@dataclass(frozen=True)
class Call:
    """What a worker needs for any of the pieces, but for what they share.

    Attributes
    ----------
    function
        To be called with the piece.
    key
        Hash of what the pieces share.
    wanted
        What the worker must be like; None where it is a child of this process.
    """

    function: Callable[[Any], Any]
    key: str
    wanted: handshake.Facts | None

    def __call__(self, piece: Any, read: Callable[[], bytes]) -> Any:
        """Put a piece together again and do it; `read` is asked once in a process."""
        if self.wanted is not None:
            handshake.check(self.wanted)
        if self.key not in _unpacked:
            _unpacked.clear()
            _unpacked[self.key] = pickle.loads(read())  # noqa: S301 -- made by whoever sends the work
        shared = _unpacked[self.key]
        if type(piece) is tuple:
            piece = tuple(shared[p.place] if isinstance(p, Shared) else p for p in piece)
        return self.function(piece)


@dataclass(frozen=True)
class Work:
    """Pieces without what they share, and that by itself.

    Attributes
    ----------
    call
        For the worker.
    pieces
        In order; tuples with `Shared` in them, or as they were given.
    blob
        The shared objects, pickled.
    """

    call: Call
    pieces: list[Any]
    blob: bytes

    @classmethod
    def of(cls, function: Callable[[Any], Any], pieces: Sequence[Any], compute: Compute) -> "Work":
        """Take out of pieces that are tuples the objects that stand in more than one."""
        tuples = [piece for piece in pieces if type(piece) is tuple]
        large = [[p for p in piece if not isinstance(p, _SMALL)] for piece in tuples]
        counts = Counter(number for piece in large for number in sorted({id(p) for p in piece}))
        common = {id(p): p for piece in large for p in piece if counts[id(p)] > 1}
        places = {number: Shared(place) for place, number in enumerate(common)}
        slim = [
            tuple(places.get(id(p), p) for p in piece) if type(piece) is tuple else piece
            for piece in pieces
        ]
        blob = pickle.dumps(list(common.values()), protocol=pickle.HIGHEST_PROTOCOL)
        call = Call(function, hashlib.sha256(blob).hexdigest(), handshake.wanted(compute))
        return cls(call, slim, blob)
