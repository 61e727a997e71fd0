"""Do many independent pieces of work: folds, trials, rungs of the ladder, bootstrap replicates.

Results are the same bits wherever they were worked out and however many workers there are: each
piece brings its own seed, each process is pinned as this one is (compute.py) and runs the same code
and packages or is refused (handshake.py), and what comes back is in the order of what went in.

`compute=` local: processes here · dask: a cluster of Dask's · slurm: jobs · ray: a cluster of Ray's
"""

import importlib
import importlib.util
from collections.abc import Callable, Iterator, Sequence

from .. import extras
from ..config import Backend, Compute
from .work import Work

_EXTRAS = {Backend.dask: "distributed", Backend.slurm: "submitit", Backend.ray: "ray"}


def each[T, R](function: Callable[[T], R], pieces: Sequence[T], compute: Compute) -> Iterator[R]:
    """Call a function with each piece, by the workers that `compute` names.

    Parameters
    ----------
    function
        Of a module, since another process must find it by its name. It changes no piece.
    pieces
        What is sent to the workers. What stands in several that are tuples, such as a table, is
        sent to each worker once.
    compute
        Where the workers are; for processes of this machine and jobs, how many.

    Yields
    ------
    object
        What the function returned for each piece, in their order, as soon as it is known.

    Raises
    ------
    MachineError
        When the workers can't be reached, or one is pinned otherwise or runs other code.
    Exception
        What the function raised, of several pieces for any of them; the rest is given up.
    """
    local = compute.backend is Backend.local
    if not pieces or (local and min(compute.workers, len(pieces)) < 2):
        yield from map(function, pieces)
        return
    # Imported here, since one worker needs none of it, and the rest stands in extras.
    if not local:
        require(compute.backend)
    place = importlib.import_module(f"{__name__}.{compute.backend.value}_workers")
    yield from place.each(Work.of(function, pieces, compute), compute)


def require(backend: Backend) -> None:
    """Refuse a backend whose packages are not in the image.

    Raises
    ------
    ConfigError
        It says how they get there.
    """
    if importlib.util.find_spec(_EXTRAS[backend]) is None:
        raise extras.missing(backend.value, f"compute={backend.value}")
