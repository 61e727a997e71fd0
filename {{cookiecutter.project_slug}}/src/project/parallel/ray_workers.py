"""A cluster of Ray's, or one of this machine that lives as long as the command: compute=ray."""

import logging
import os
from collections.abc import Iterator
from typing import Any

import ray
from ray.exceptions import RayTaskError, WorkerCrashedError

from ..config import Compute
from ..errors import MachineError, first_line
from .work import Call, Work

# What Ray would send home, and the dashboard's page, are not wanted here.
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
ATTEMPTS = 3


def each(work: Work, compute: Compute) -> Iterator[Any]:
    """Do all pieces by the workers that the cluster has.

    Raises
    ------
    MachineError
        When the cluster can't be reached, or a piece ends its workers.
    """
    _connect(compute)
    try:
        blob = ray.put(work.blob)
        call = ray.put(work.call)
        one = ray.remote(num_cpus=1, max_retries=ATTEMPTS)(_one)
        for number, future in enumerate([one.remote(call, piece, blob) for piece in work.pieces]):
            try:
                yield ray.get(future)
            except RayTaskError as error:
                # Its own error, as from any other place.
                raise error.cause from None
            except WorkerCrashedError:
                raise MachineError(
                    f"compute=ray: piece {number + 1} of {len(work.pieces)} ended every worker "
                    "that took it: look at their logs; most often the memory was not enough"
                ) from None
    finally:
        ray.shutdown()


def _connect(compute: Compute) -> None:
    alone = {
        "num_cpus": compute.workers,
        "include_dashboard": False,
        "_temp_dir": "/tmp/ray",  # noqa: S108 -- in a container, which nobody shares
    }
    try:
        ray.init(
            address=compute.address or "local",
            logging_level=logging.ERROR,
            log_to_driver=False,
            configure_logging=False,
            **({} if compute.address else alone),
        )
    except (ConnectionError, ValueError) as error:
        raise MachineError(
            f"compute=ray: no cluster answers at {compute.address}: {first_line(error)}"
        ) from error


def _one(call: Call, piece: Any, blob: bytes) -> Any:
    return call(piece, lambda: blob)
