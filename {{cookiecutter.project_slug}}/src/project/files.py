"""Write files whole or not at all, and take their checksums."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a scratch path beside `path` that takes its place when the block succeeds.

    Parameters
    ----------
    path
        The file to write. An old one stays as it is until the very end, and for good when the
        block raises.

    Yields
    ------
    Path
        Where to write meanwhile: same folder, so that the last step is one rename.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Process ids would not do: each container counts its own.
    scratch = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        yield scratch
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def remove_scratch(path: Path) -> None:
    """Remove what `replacing` left beside a file when its process was killed.

    Only for somebody who knows that nobody else is writing the file.
    """
    for scratch in sorted(path.parent.glob(f".{path.name}.*")):
        scratch.unlink(missing_ok=True)


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold a lock, which the kernel gives back whatever becomes of us.

    Parameters
    ----------
    path
        A file for this purpose; it is made where there is none.
    wait
        Whether to wait for somebody who holds it.

    Raises
    ------
    BlockingIOError
        When somebody holds it and we are not to wait.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield


def sha256(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def md5(path: Path) -> str:
    """Return a file's MD5 in hexadecimal, which is the name that DVC gives a content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
