"""Watch processor, memory and graphics card while something runs, from a thread beside it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd
import psutil

from .nvml import Gpu

COLUMNS = ("time_s", "cpu_percent", "memory_mb", "gpu_percent", "gpu_memory_mb")
EVERY_S = 0.5
_MB = 1e6
Sample = tuple[float, float, float, float, float]


class Watch:
    """What was seen while something ran.

    Attributes
    ----------
    samples
        Seconds since the start, processor (100 is one core, busy all the time), resident memory
        (MB) of this process and its children, and the load and memory of the graphics card.
    """

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self._own = psutil.Process()
        self._seen: dict[int, psutil.Process] = {}
        self._start, self._ended, self._gpu = time.perf_counter(), threading.Event(), Gpu()
        self._peak, self._children_mb = _reset_peak(), 0.0

    @property
    def table(self) -> pd.DataFrame:
        """The samples, one a row; NaN where no graphics card answers."""
        return pd.DataFrame(self.samples, columns=list(COLUMNS), dtype="float64")

    @property
    def peak_memory_mb(self) -> float:
        """The most memory (MB) that was resident.

        Of this process by the kernel's own mark, where it keeps one; of its children as seen.
        """
        seen = max(sample[2] for sample in self.samples)
        return max(seen, _peak_mb() + self._children_mb) if self._peak else seen

    def look(self) -> None:
        """Take a sample."""
        busy = own = memory = 0.0
        for process in (self._own, *self._children()):
            process = self._seen.setdefault(process.pid, process)
            # A worker may end while it is asked.
            with suppress(psutil.Error):
                busy += process.cpu_percent()
                memory += process.memory_info().rss / _MB
            own = own or memory
        self._children_mb = max(self._children_mb, memory - own)
        self.samples.append((time.perf_counter() - self._start, busy, memory, *self._gpu.read()))

    def _children(self) -> list[psutil.Process]:
        try:
            found: list[psutil.Process] = self._own.children(recursive=True)
        except psutil.Error:
            # Where the clock is set, or an emulator counts, psutil takes this process for another.
            return []
        return found

    def follow(self) -> None:
        """Take samples until the end."""
        while not self._ended.wait(EVERY_S):
            self.look()

    def end(self) -> None:
        """Take no more samples."""
        self._ended.set()


@contextmanager
def watching() -> Iterator[Watch]:
    """Watch a block; there is a sample of its start and one of its end at least.

    Yields
    ------
    Watch
        Filled while the block runs.
    """
    watch = Watch()
    watch.look()
    thread = threading.Thread(target=watch.follow, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.end()
        thread.join()
        watch.look()


def _reset_peak() -> bool:
    """Set the kernel's mark back to what is resident now; False where that can't be done."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True


def _peak_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    marks = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    return float(marks[0]) * 1024 / _MB if marks else 0.0
