"""A cluster of Dask's, on this machine by `make cluster` or any other: compute=dask.

What a lost worker had under way is done again by another, or by one that joins later.
"""

import logging
from collections.abc import Iterator
from typing import Any

from distributed import Client, KilledWorker
from distributed.client import FutureCancelledError

from ..config import Compute
from ..errors import MachineError, first_line
from .work import Call, Work

CONNECT_S = 10
# A worker may still be starting.
FIRST_WORKER_S = 60


def each(work: Work, compute: Compute) -> Iterator[Any]:
    """Do all pieces by all the workers that the cluster has, or gets meanwhile.

    Raises
    ------
    MachineError
        When the cluster can't be reached, has no worker, or a piece ends its workers.
    """
    # What its client tells of a lost worker is mended below.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with _connect(compute.address) as client:
        blob = client.scatter(work.blob, broadcast=True, hash=False)
        futures = _submit(client, work, blob, range(len(work.pieces)))
        for number in range(len(work.pieces)):
            try:
                result = futures[number].result()
            except FutureCancelledError:
                # The workers that held the shared objects are gone: these are sent once more.
                blob = client.scatter(work.blob, broadcast=True, hash=False)
                futures |= _submit(client, work, blob, range(number, len(work.pieces)))
                result = futures[number].result()
            except KilledWorker as error:
                raise MachineError(
                    f"compute=dask: piece {number + 1} of {len(work.pieces)} ended every worker "
                    f"that took it ({first_line(error)}): look at their logs; most often the "
                    "memory was not enough, which compute.memory_gb of `make cluster` may bound"
                ) from None
            yield result
            # The cluster may forget it.
            del futures[number]


def _connect(address: str) -> Client:
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise MachineError(
            f"compute=dask: no scheduler answers at {address}: `make cluster` starts one on this "
            "machine, ARGS='compute=dask compute.address=tcp://<host>:8786' names another"
        ) from error
    try:
        client.wait_for_workers(1, timeout=FIRST_WORKER_S)
    except TimeoutError:
        client.close()
        raise MachineError(
            f"compute=dask: the scheduler at {address} has had no worker for {FIRST_WORKER_S} "
            "seconds: `make cluster` starts some on this machine"
        ) from None
    return client


def _submit(client: Client, work: Work, blob: Any, numbers: range) -> dict[int, Any]:
    return {
        number: client.submit(_one, work.call, work.pieces[number], blob, pure=False)
        for number in numbers
    }


def _one(call: Call, piece: Any, blob: bytes) -> Any:
    return call(piece, lambda: blob)
