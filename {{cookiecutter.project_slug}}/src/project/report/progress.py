"""Show how far long work has come: a bar on a terminal, plain lines elsewhere."""

import io
import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

LONG = 100_000_000  # bytes, below which nobody waits
_EVERY_S = 10.0
_counted: list[str] = []  # what is being counted in this process, the outermost first


@contextmanager
def reading(path: Path, label: str) -> Iterator[io.BufferedIOBase | None]:
    """Open a file whose reading is shown; None where it is too short for that.

    Parameters
    ----------
    path
        The file; a folder is never shown.
    label
        What is being done, such as "freezing table.csv".
    """
    size = path.stat().st_size if path.is_file() else 0
    if size < LONG:
        yield None
        return
    with path.open("rb") as file, moving(label, size) as show:
        yield _Watched(file, show)


@contextmanager
def moving(label: str, size: int) -> Iterator[Callable[[int], None]]:
    """Give a function that shows how many of some bytes have been moved, where they are many."""
    if size < LONG:
        yield lambda done: None
    elif sys.stderr.isatty():
        with _bar(DownloadColumn()) as bar:
            task = bar.add_task(label, total=size)
            yield lambda done: bar.update(task, completed=done)
    else:
        yield _lines(label, size)


@contextmanager
def counting(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Give a function to call with how many more of some pieces are done: folds, trials and such.

    `with counting("tuning", 50) as done:` and `done(1)` after each trial. What is counted inside of
    something that is being counted shows nothing of its own: the time left is that of the whole.

    Parameters
    ----------
    label
        What is being done.
    total
        How many pieces there are; a count of one shows nothing.
    """
    if _counted or total < 2:
        yield lambda more: None
        return
    _counted.append(label)
    try:
        if sys.stderr.isatty():
            with _bar(MofNCompleteColumn()) as bar:
                task = bar.add_task(label, total=total)
                yield lambda more: bar.advance(task, more)
        else:
            yield _summing(_lines(label, total))
    finally:
        _counted.pop()


def _summing(show: Callable[[int], None]) -> Callable[[int], None]:
    so_far = 0

    def add(more: int) -> None:
        nonlocal so_far
        so_far += more
        show(so_far)

    return add


def written(count: int) -> str:
    """Write a number of bytes for people."""
    step = min(int(math.log10(max(count, 1)) // 3), 3)
    return f"{count / 1000**step:.3g} {['bytes', 'kB', 'MB', 'GB'][step]}"


def _bar(amount: ProgressColumn) -> Progress:
    from rich.console import Console

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        amount,
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _lines(label: str, size: int) -> Callable[[int], None]:
    start = last = time.monotonic()

    def show(done: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _EVERY_S and done:
            last = now
            left = (now - start) * (size - done) / done
            print(f"{label}: {done / size:.0%}, {left:.0f} s left", file=sys.stderr, flush=True)

    return show


class _Watched(io.BufferedIOBase):
    """A file that tells how many bytes have been read."""

    def __init__(self, file: Any, told: Callable[[int], None]) -> None:
        self._file, self._told = file, told

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        data: bytes = self._file.read(size)
        self._told(self._file.tell())
        return data
