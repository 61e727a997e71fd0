"""Pin what would let the processor or the number of cores move a bit of a result.

Which settings agree on which processors was measured; see decision 0006 of the template.
"""

import os
import platform
import sys
from pathlib import Path

from .config import Compute, Kernel
from .errors import MachineError

# NumPy and OpenBLAS read these once, when they are loaded. OpenBLAS cuts matrices by the size of
# the second-level cache (kB); left to ask a virtual processor it may be told none, and crash.
_KERNELS: dict[Kernel, dict[str, str]] = {
    Kernel.haswell: {
        "OPENBLAS_CORETYPE": "Haswell",
        "OPENBLAS_L2_SIZE": "256",
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    },
    Kernel.nehalem: {
        "OPENBLAS_CORETYPE": "Nehalem",
        "OPENBLAS_L2_SIZE": "256",
        "NPY_DISABLE_CPU_FEATURES": "X86_V3",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4",
    },
}
_NEEDED_FLAGS = {Kernel.haswell: {"avx2", "fma"}, Kernel.nehalem: {"sse4_2"}}
# These are read when the process starts, so that changing them needs a new one.
_AT_START = ("PYTHONHASHSEED", "GLIBC_TUNABLES")


def pins(compute: Compute) -> dict[str, str]:
    """Return the environment variables that hold a result still."""
    threads = str(compute.threads)
    same = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    return same | (_KERNELS[compute.kernel] if platform.machine() == "x86_64" else {})


def pin(compute: Compute) -> None:
    """Set the pins, before NumPy is imported; start the process anew where only that works.

    Raises
    ------
    MachineError
        When the processor lacks the instructions of the wanted kernel.
    """
    if platform.machine() == "x86_64":
        lacking = _NEEDED_FLAGS[compute.kernel] - _processor_flags()
        if lacking:
            raise MachineError(
                f"compute.kernel={compute.kernel.value} needs a processor with "
                f"{', '.join(sorted(lacking))}: use ARGS='compute=portable'"
            )
    wanted = pins(compute)
    # Remembered in the environment, since it must outlive the start of a new process.
    if os.environ.setdefault("PINNED", repr(compute)) != repr(compute):
        raise MachineError(
            "compute can't change between the jobs of one multirun: NumPy is loaded once, with one "
            "kernel; run `make train` once for each"
        )
    stale = {k for k in _AT_START if os.environ.get(k, "") != wanted.get(k, "")}
    os.environ.update(wanted)
    if stale:
        for key in stale - wanted.keys():
            del os.environ[key]
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def _processor_flags() -> set[str]:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("flags"):
            return set(line.partition(":")[2].split())
    return set()
