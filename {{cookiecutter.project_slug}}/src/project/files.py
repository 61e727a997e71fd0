"""Write files whole or not at all, and take their checksums."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield scratch
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
