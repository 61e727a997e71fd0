"""Append lines to a file for good: one write for each, and a full disk stops nobody."""

import os
import sys
import threading
from pathlib import Path


class Journal:
    """An append-only file of lines.

    Parameters
    ----------
    path
        The file, or "-" for what the process prints; None keeps nothing.
    """

    def __init__(self, path: str | None) -> None:
        self.failures = 0
        self._lock = threading.Lock()
        self._name = "standard output" if path == "-" else path
        self._file: int | None = 1 if path == "-" else None
        if path and path != "-":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o640)

    @property
    def kept(self) -> bool:
        """Whether lines go anywhere."""
        return self._file is not None

    def write(self, lines: bytes) -> None:
        """Append whole lines by one write; where that fails it is counted, and told once.

        Parameters
        ----------
        lines
            Each with its newline.
        """
        if self._file is None:
            return
        with self._lock:
            try:
                written = os.write(self._file, lines)
                if written == len(lines):
                    return
                # A disk that fills up takes a part; half a line would spoil the next one, too.
                os.ftruncate(self._file, os.fstat(self._file).st_size - written)
                problem = "there was no room for all of it"
            except OSError as error:
                problem = error.strerror or type(error).__name__
            self.failures += 1
            first = self.failures == 1
        if first:
            print(
                f"error: lines can't be appended to {self._name}: {problem}; answers still go out",
                file=sys.stderr,
                flush=True,
            )
