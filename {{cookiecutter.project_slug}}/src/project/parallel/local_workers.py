"""Processes of this machine, started once and kept for later work: compute=local."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError

from ..config import Compute
from ..errors import MachineError
from .work import Call, Work


def each(work: Work, compute: Compute) -> Iterator[Any]:
    """Do all pieces, by as many processes as `compute.workers` says.

    Raises
    ------
    MachineError
        When one of them was killed from outside.
    """
    workers = min(compute.workers, len(work.pieces))
    parallel = Parallel(n_jobs=workers, backend="loky", return_as="generator")
    with tempfile.NamedTemporaryFile() as file:
        file.write(work.blob)
        file.flush()
        name = Path(file.name)
        try:
            yield from parallel(delayed(_one)(work.call, piece, name) for piece in work.pieces)
        except TerminatedWorkerError:
            raise MachineError(
                f"one of {workers} worker processes was killed, most likely for want of memory: "
                "take fewer compute.workers, or raise compute.memory_gb where it is set; what "
                "there was is untouched"
            ) from None


def _one(call: Call, piece: Any, file: Path) -> Any:
    return call(piece, file.read_bytes)
