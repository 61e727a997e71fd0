"""Refuse a worker whose results could be other bits than ours: other pins, code or packages."""

import functools
import platform
import socket
from dataclasses import dataclass, replace
from pathlib import Path

from ..compute import pins
from ..config import Backend, Compute
from ..errors import MachineError
from ..paths import PROJECT
from ..provenance import code_hash, lock_hash, packages


@dataclass(frozen=True)
class Facts:
    """What results follow from beside their inputs.

    Attributes
    ----------
    pins
        Variables that a process must have been started with.
    code, lock
        Hashes of src/project/ and of the locks, as a run's id has them.
    packages
        Name to version of what is installed; without those of the extras that only connect.
    python
        The interpreter's version.
    """

    pins: dict[str, str]
    code: str
    lock: str
    packages: dict[str, str]
    python: str


def wanted(compute: Compute) -> Facts | None:
    """Say what workers must be like; None where they are children that inherit it."""
    if compute.backend is Backend.local:
        return None
    # Empty is how a variable is wanted that only the other kernel sets.
    return replace(_here(), pins={"GLIBC_TUNABLES": ""} | pins(compute))


@functools.cache
def started_with() -> dict[str, str]:
    """Return the environment that this process was started with, whatever was set since.

    The order of hashing, glibc's tunables, NumPy's and OpenBLAS's kernels are read only then.
    """
    entries = Path("/proc/self/environ").read_text(errors="replace").split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


def check(expected: Facts) -> None:
    """Compare this process with what a worker must be like.

    Raises
    ------
    MachineError
        When they differ; it names in what.
    """
    differing = differences(expected, started_with(), _here())
    if differing:
        raise MachineError(
            f"the worker on {socket.gethostname()} can't give the same bits: "
            f"{'; '.join(differing)}; stop the workers and start them anew from this project and "
            "its image (`make cluster` does)"
        )


def differences(expected: Facts, environment: dict[str, str], here: Facts) -> list[str]:
    """Name what differs between a worker and what it must be like.

    Parameters
    ----------
    expected
        What is wanted.
    environment
        The variables that the worker was started with.
    here
        Its code, locks, packages and interpreter.
    """
    found = [
        f"it was started with {key}={environment.get(key, '')!r}, wanted is {value!r}"
        for key, value in sorted(expected.pins.items())
        if environment.get(key, "") != value
    ]
    if here.python != expected.python:
        found.append(f"its Python is {here.python}, ours {expected.python}")
    if here.code != expected.code:
        found.append("its code in src/project/ is another, or was when it started")
    if here.lock != expected.lock:
        found.append("its requirements/*.lock or extras.txt are others")
    theirs, ours = set(here.packages.items()), set(expected.packages.items())
    if theirs != ours:
        names = sorted({name for name, _ in theirs ^ ours})
        shown = ", ".join(
            f"{name} {here.packages.get(name, 'none')} (ours {expected.packages.get(name, 'none')})"
            for name in names[:3]
        )
        found.append(f"its packages are others: {shown}{', …' if len(names) > 3 else ''}")
    return found


@functools.cache
def _here() -> Facts:
    """Say what this process found when it was first asked: later edits are not in its imports."""
    return Facts(
        pins={},
        code=code_hash(PROJECT.code),
        lock=lock_hash(PROJECT),
        packages=packages(),
        python=platform.python_version(),
    )
