"""Keep commands out of each other's way, by locks that the kernel gives back whatever happens."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from .paths import Paths


@contextmanager
def staging(paths: Paths) -> Iterator[None]:
    """Be alone with the data stages and DVC."""
    with _held(paths, "project"):
        yield


@contextmanager
def reading(paths: Paths) -> Iterator[None]:
    """Keep rows from being forgotten while a command works on them; many commands may at once."""
    with _held(paths, "rows", fcntl.LOCK_SH):
        yield


@contextmanager
def forgetting(paths: Paths) -> Iterator[None]:
    """Be alone with all the rows, after every command that works on some has ended."""
    with _held(paths, "rows"), _held(paths, "project"):
        yield


@contextmanager
def searching(paths: Paths, study: str) -> Iterator[None]:
    """Be alone with one study of hyperparameters."""
    with _held(paths, f"study-{study}"):
        yield


@contextmanager
def promoting(paths: Paths) -> Iterator[None]:
    """Be alone with the versions of models."""
    with _held(paths, "models"):
        yield


def clear_stale(paths: Paths) -> None:
    """Remove DVC's own lock of a process that was killed; for whoever is alone with DVC.

    DVC recognises its holder by process id, which means nothing across containers.
    """
    for name in ("rwlock", "rwlock.lock", "lock"):
        (paths.dvc_tmp / name).unlink(missing_ok=True)


@contextmanager
def _held(paths: Paths, name: str, kind: int = fcntl.LOCK_EX) -> Iterator[None]:
    paths.dvc_tmp.mkdir(parents=True, exist_ok=True)
    with (paths.dvc_tmp / f"{name}.flock").open("w") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another command of this project to end", file=sys.stderr, flush=True)
            fcntl.flock(file, kind)
        yield
