"""What a process uses is seen while it uses it."""

import threading

import numpy as np
import psutil
import pytest

from project.resources import COLUMNS, EVERY_S, watching


def test_memory_that_came_and_went_leaves_its_peak() -> None:
    with watching() as watch:
        np.ones(100_000_000)  # held for a moment, and less than the time between two samples
    assert watch.peak_memory_mb > watch.table["memory_mb"].iloc[0] + 700
    assert tuple(watch.table.columns) == COLUMNS
    assert watch.table[["gpu_percent", "gpu_memory_mb"]].dtypes.eq("float64").all()


def test_a_process_that_is_taken_for_another_is_watched_without_its_children(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def reused(process: psutil.Process, recursive: bool) -> None:
        raise psutil.NoSuchProcess(process.pid, msg="its PID has been reused")

    monkeypatch.setattr(psutil.Process, "children", reused)
    with watching() as watch:
        pass
    assert len(watch.table) == 2
    assert watch.table["memory_mb"].min() > 10


def test_samples_are_taken_until_the_end_and_not_after() -> None:
    with watching() as watch:
        threading.Event().wait(2.5 * EVERY_S)
    count = len(watch.table)
    assert 3 <= count <= 5
    assert not any(thread.name.endswith("(follow)") for thread in threading.enumerate())
    assert watch.table["time_s"].iloc[-1] >= 2 * EVERY_S
