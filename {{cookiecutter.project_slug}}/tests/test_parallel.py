"""Pieces of work give the same bits wherever they are done, and what can't is refused."""

import os
import signal
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from project import extras
from project.config import Backend, Compute, Kernel
from project.data.config import Data
from project.errors import ConfigError, MachineError
from project.parallel import each, handshake
from project.parallel.work import Shared, Work, _unpacked
from project.paths import PROJECT, Paths
from project.provenance import inputs, run_id

from .conftest import configure

LOCAL = Compute(
    threads=1, kernel=Kernel.haswell, workers=2, backend=Backend.local, address="", options={}
)
Piece = tuple[pd.DataFrame, int]


def total(piece: Piece) -> tuple[float, int, bool]:
    """Return a draw over the table, the process, and whether it holds one copy of it."""
    table, seed = piece
    draw = np.random.default_rng(seed).random(len(table))
    alone = len(_unpacked) <= 1 and all(any(o is table for o in v) for v in _unpacked.values())
    return float(draw @ table["x"].to_numpy()), os.getpid(), alone


def refuse(piece: Piece) -> None:
    """Refuse one piece only: of several that are refused at once, any may be told."""
    if piece[1] == 3:
        raise ConfigError(f"piece {piece[1]} is refused")


@pytest.fixture
def pieces() -> list[Piece]:
    """Pieces that share one table."""
    table = pd.DataFrame({"x": np.random.default_rng(0).random(100_000)})
    return [(table, seed) for seed in range(6)]


@pytest.fixture
def serial(pieces: list[Piece]) -> list[float]:
    """What one worker finds, in a process that has one thread as `pin` would have it."""
    with threadpool_limits(1):
        return [value for value, _, _ in each(total, pieces, replace(LOCAL, workers=1))]


def test_results_are_the_same_bits_by_any_number_of_workers(
    pieces: list[Piece], serial: list[float]
) -> None:
    for workers in (2, 3):
        found = list(each(total, pieces, replace(LOCAL, workers=workers)))
        assert [value for value, _, _ in found] == serial
        assert os.getpid() not in {pid for _, pid, _ in found}
        assert all(alone for _, _, alone in found)


def test_what_pieces_share_is_packed_once_and_what_they_do_not_stays(pieces: list[Piece]) -> None:
    other = pd.DataFrame({"x": [1.0]})
    work = Work.of(total, [*pieces, (other, 7)], LOCAL)
    assert work.pieces[:2] == [(Shared(0), 0), (Shared(0), 1)]
    assert work.pieces[-1][0] is other
    assert 800_000 < len(work.blob) < 810_000


def test_workers_are_kept_for_later_work(pieces: list[Piece]) -> None:
    # One of the two may be quick enough to do all pieces of a call, so several calls are looked at.
    pids = {pid for _ in range(3) for _, pid, _ in each(total, pieces, LOCAL)}
    assert len(pids) <= LOCAL.workers


def test_a_sentence_for_the_user_comes_back_from_a_worker(pieces: list[Piece]) -> None:
    with pytest.raises(ConfigError, match="piece 3 is refused"):
        list(each(refuse, pieces, LOCAL))


def kill(piece: Piece) -> None:
    """Die as a process does that the kernel takes the memory of."""
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_was_killed_is_told_and_others_work_afterwards(pieces: list[Piece]) -> None:
    with pytest.raises(MachineError, match=r"2 worker processes was killed.*fewer compute.workers"):
        list(each(kill, pieces, LOCAL))
    assert len(list(each(total, pieces, LOCAL))) == len(pieces)


def test_where_and_by_how_many_pieces_are_done_does_not_name_a_run(
    data: Data, paths: Paths
) -> None:
    names = {
        run_id(inputs(configure(data, *overrides), {}, paths))
        for overrides in (
            (),
            ("compute.workers=7",),
            ("compute=dask", "compute.address=tcp://elsewhere:1"),
            ("compute=slurm", "compute.options={timeout_min: 3}"),
            ("compute=ray",),
            ("compute.memory_gb=2", "compute.cpus=1.5"),
        )
    }
    assert len(names) == 1
    assert names != {run_id(inputs(configure(data, "compute.threads=2"), {}, paths))}


@pytest.mark.parametrize("backend", [Backend.dask, Backend.slurm, Backend.ray])
def test_a_backend_that_is_not_built_in_says_how_to_have_it(
    backend: Backend, pieces: list[Piece]
) -> None:
    assert not extras.chosen(PROJECT)
    with pytest.raises(ConfigError, match=f"add the line {backend.value} to requirements/extras"):
        list(each(total, pieces, replace(LOCAL, backend=backend)))


def facts(kernel: Kernel = Kernel.haswell) -> handshake.Facts:
    found = handshake.wanted(replace(LOCAL, backend=Backend.dask, kernel=kernel))
    assert found is not None
    return found


def test_a_worker_like_this_process_is_taken() -> None:
    ours = facts()
    assert handshake.differences(ours, ours.pins, replace(ours, pins={})) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("PYTHONHASHSEED", "1"),
        ("OMP_NUM_THREADS", "2"),
        ("OPENBLAS_CORETYPE", "Nehalem"),
        ("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2"),
    ],
)
def test_a_worker_that_is_pinned_otherwise_is_refused(key: str, value: str) -> None:
    ours = facts()
    (told,) = handshake.differences(ours, ours.pins | {key: value}, ours)
    assert key in told
    assert repr(value) in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"code": "0"}, "its code in src/project/ is another"),
        ({"lock": "0"}, "its requirements/*.lock"),
        ({"python": "3.13.0"}, "its Python is 3.13.0"),
        ({"packages": {"numpy": "1.0"}}, "its packages are others: "),
    ],
)
def test_a_worker_with_other_code_or_packages_is_refused(
    change: dict[str, object], told: str
) -> None:
    ours = facts()
    (found,) = handshake.differences(ours, ours.pins, replace(ours, **change))  # type: ignore[arg-type]  # keys of any type
    assert told in found


def test_what_was_set_after_the_start_is_not_taken_for_a_pin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-FMA")
    assert handshake.started_with().get("GLIBC_TUNABLES", "") == ""
    with pytest.raises(MachineError, match=r"can't give the same bits.*GLIBC_TUNABLES"):
        handshake.check(facts(Kernel.nehalem))
