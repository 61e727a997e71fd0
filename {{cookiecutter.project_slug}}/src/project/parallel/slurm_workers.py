"""Jobs of Slurm's, one for each piece, in one array: compute=slurm.

Works where sbatch is, with the project on a file system that all nodes have.
"""

import logging
import math
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from submitit import AutoExecutor
from submitit.core.utils import FailedJobError, UncompletedJobError

from ..compute import pins
from ..config import Compute
from ..errors import ConfigError, MachineError, first_line
from ..paths import PROJECT
from .work import Call, Work


def each(work: Work, compute: Compute) -> Iterator[Any]:
    """Do all pieces, as many at a time as `compute.workers` says.

    Raises
    ------
    MachineError
        When there is no sbatch, Slurm refuses the jobs, or one ended without a result.
    """
    if shutil.which("sbatch") is None:
        raise MachineError(
            "compute=slurm finds no sbatch here: run it where jobs are submitted, in the project's "
            "environment"
        )
    PROJECT.cache.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="slurm-", dir=PROJECT.cache) as name:
        folder = Path(name)
        blob = folder / "shared.pickle"
        blob.write_bytes(work.blob)
        jobs = _submit(work, blob, compute, folder)
        try:
            for number, job in enumerate(jobs):
                yield _result(job, number)
        finally:
            for job in jobs:
                if not job.done():
                    job.cancel()


def _submit(work: Work, blob: Path, compute: Compute, folder: Path) -> list[Any]:
    # A Slurm without accounting is asked in vain at every look; results come by files.
    logging.getLogger("submitit").setLevel(logging.ERROR)
    executor = AutoExecutor(folder=folder / "%j", cluster="slurm")
    setup = [f"export {key}='{value}'" for key, value in sorted(pins(compute).items())]
    try:
        executor.update_parameters(
            name="ml-project",
            slurm_array_parallelism=compute.workers,
            slurm_setup=setup,
            **compute.options | asked(compute),
        )
    except (TypeError, NameError) as error:
        raise ConfigError(f"compute.options: {first_line(error)}") from None
    calls = [work.call] * len(work.pieces)
    try:
        jobs: list[Any] = executor.map_array(_one, calls, work.pieces, [blob] * len(calls))
    except FailedJobError as error:
        raise MachineError(f"compute=slurm: Slurm took no job: {first_line(error)}") from None
    return jobs


def asked(compute: Compute) -> dict[str, Any]:
    """Return what a job asks for by the limits of `compute`, in submitit's words.

    They go before what `compute.options` says; where there is no limit, that stands.
    """
    asked: dict[str, Any] = {}
    if compute.memory_gb is not None:
        asked["mem_gb"] = compute.memory_gb
    if compute.cpus is not None:
        # Slurm gives whole ones.
        asked["cpus_per_task"] = math.ceil(compute.cpus)
    return asked


def _result(job: Any, number: int) -> Any:
    try:
        return job.results()[0]
    except UncompletedJobError as error:
        raise MachineError(
            f"compute=slurm: job {job.job_id}, piece {number + 1}, ended without a result "
            f"({job.state}): {first_line(error)}; run the command again"
        ) from None


def _one(call: Call, piece: Any, blob: Path) -> Any:
    return call(piece, blob.read_bytes)
