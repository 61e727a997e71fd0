"""Pin what would let the processor or the number of cores move a bit of a result.

    python -m project.compute pytest -q      a command with the pins of conf/compute/local.yaml

Which settings agree on which processors was measured; see decision 0006 of the template.
"""

import os
import platform
import sys
from pathlib import Path

from .config import Compute, Kernel
from .errors import MachineError
from .paths import PROJECT
from .typed import read

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
    """Set the pins; start the process anew where it is too late for them to work in this one.

    It is too late when NumPy is loaded already: a configuration may name a class of the user's, or
    hold a table, whose reading needs it.

    Raises
    ------
    MachineError
        When the processor lacks the instructions of the wanted kernel.
    """
    if platform.machine() == "x86_64":
        lacking = _NEEDED_FLAGS[compute.kernel] - processor_flags()
        if lacking:
            raise MachineError(
                f"compute.kernel={compute.kernel.value} needs a processor with "
                f"{', '.join(sorted(lacking))}: use ARGS='compute=portable'"
            )
    wanted = pins(compute)
    # Remembered in the environment, since it must outlive the start of a new process.
    if os.environ.setdefault("PINNED", repr(wanted)) != repr(wanted):
        raise MachineError(
            "compute can't change between the jobs of one multirun: NumPy is loaded once, with one "
            "kernel; run `make train` once for each"
        )
    read = (*wanted, *_AT_START) if "numpy" in sys.modules else _AT_START
    stale = {key for key in read if os.environ.get(key, "") != wanted.get(key, "")}
    os.environ.update(wanted)
    if stale:
        for key in sorted(stale - wanted.keys()):
            del os.environ[key]
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def processor_flags() -> set[str]:
    """Return what the processor can do, in the words of Linux; empty where it says none."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("flags"):
            return set(line.partition(":")[2].split())
    return set()


def processor_name() -> str | None:
    """Return the processor's name; Arm's has none in Linux's file."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return None


def _main() -> None:
    file = PROJECT.conf / "compute" / "local.yaml"
    compute: Compute = read(Compute, file, f"conf/compute/{file.name}")
    os.environ.update(pins(compute))
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    _main()
