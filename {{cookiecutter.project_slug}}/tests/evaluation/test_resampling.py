"""Resamples are the same bits whoever draws them, and their spread is the known one."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from project.config import Backend, Compute, Kernel
from project.evaluation import resampling
from project.evaluation.resampling import resample
from project.parallel import each

LOCAL = Compute(
    threads=1, kernel=Kernel.haswell, workers=2, backend=Backend.local, address="", options={}
)
ROWS = 200
CELLS = np.random.default_rng(3).normal(size=(ROWS, 2))


def test_many_blocks_are_drawn_by_workers_and_few_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []

    def counted(*given: Any) -> Iterator[Any]:
        sent.append(len(given[1]))
        return each(*given)

    monkeypatch.setattr(resampling, "each", counted)
    resample(CELLS, resamples=1000, seed=5, compute=LOCAL)
    assert sent == []
    monkeypatch.setattr(resampling, "_CELLS_AT_ONCE", 10 * ROWS)
    alone = resample(CELLS, resamples=404, seed=5)
    together = resample(CELLS, resamples=404, seed=5, compute=LOCAL)
    assert sent == [41]
    assert together.shape == (404, 2)
    assert together.tobytes() == alone.tobytes()
    assert len(np.unique(together[:, 0])) == 404, "blocks must not repeat each other's draws"


def test_means_of_resamples_spread_as_theory_says() -> None:
    found = resample(CELLS, resamples=4000, seed=7)
    expected = CELLS.std(axis=0) / np.sqrt(ROWS)
    # The relative error of a standard deviation of 4000 draws is 1.1 %.
    np.testing.assert_allclose(found.std(axis=0), expected, rtol=0.05)
    np.testing.assert_allclose(found.mean(axis=0), CELLS.mean(axis=0), atol=4 * expected.max() / 63)
