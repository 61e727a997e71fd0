"""What the determinism matrix varies: each of these must leave every bit of a result where it is.

Those marked `declared` are other configurations, with another run id, and may move bits.
"""

import platform
from dataclasses import dataclass, field

from .compute import pins, processor_flags
from .config import Compute, Kernel


@dataclass(frozen=True)
class Variation:
    """One way to run the same training differently.

    Attributes
    ----------
    how
        What is different, for the legend.
    cause
        What a difference most likely means, and what to do about it.
    env
        Variables set from the outside; the pins of `compute` must win over them.
    overrides
        Of the configuration.
    flags
        What the processor must be able to do.
    against
        The variation to compare with.
    workers
        `n_jobs` of the estimator, where it has one.
    one_core
        Whether the process may use one core only.
    emulated
        Name of the processor to emulate.
    declared
        Whether the configuration says that it is another run, so that a difference is no fault.
    """

    how: str
    cause: str = ""
    env: dict[str, str] = field(default_factory=dict)
    overrides: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    against: str = "reference"
    workers: int | None = None
    one_core: bool = False
    emulated: str | None = None
    declared: bool = False


_UNSEEDED = (
    "a draw without a seed, or an order that is another each time: `make lint` looks for both"
)
_PINNED = "a pin of src/project/compute.py does not reach this library: set what it reads there"
_THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "4")
_AVX512 = frozenset({"avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"})

VARIATIONS = {
    "reference": Variation("as shipped, in a fresh copy of the project"),
    "again": Variation("run twice: once more in the same folder, with warm caches", _UNSEEDED),
    "cold": Variation("another fresh copy, where DVC's cache is empty", _UNSEEDED),
    "hashseed": Variation(
        "PYTHONHASHSEED=1 from the outside",
        "an order of hashing reaches the result: wrap it in sorted()",
        env={"PYTHONHASHSEED": "1"},
    ),
    "workers": Variation(
        "2 workers: n_jobs=2 in the model's file, where it has that",
        "the estimator adds up what its workers did in the order in which they finish: take n_jobs "
        "out of the model's file",
        workers=2,
    ),
    "cores": Variation("one core only", _PINNED, one_core=True),
    "threads": Variation("4 threads, asked for from the outside", _PINNED, env=_THREADS),
    "nehalem": Variation(
        "OPENBLAS_CORETYPE=Nehalem from the outside",
        _PINNED,
        env={"OPENBLAS_CORETYPE": "Nehalem"},
        flags=frozenset({"sse4_2"}),
    ),
    "skylakex": Variation(
        "OPENBLAS_CORETYPE=SkylakeX from the outside",
        _PINNED,
        env={"OPENBLAS_CORETYPE": "SkylakeX"},
        flags=_AVX512,
    ),
    "uid": Variation("as another user", "something reads the user: find it in src/project"),
    "folder": Variation(
        "in a folder with blanks, signs and accents in its name",
        "a path reaches the result: find it in src/project",
    ),
    "image": Variation(
        "in an image built anew without cache",
        "the image is another one than before: compare its packages, `make sbom`",
    ),
    "podman": Variation(
        "Podman in place of Docker", "the engine reaches the result: compare both environments"
    ),
    "portable": Variation("compute=portable", overrides=("compute=portable",), declared=True),
    "twothreads": Variation("compute.threads=2", overrides=("compute.threads=2",), declared=True),
    "emulated": Variation(
        "compute=portable on an emulated Nehalem, against compute=portable here",
        "a library chooses its code by the processor: pin what it reads in src/project/compute.py",
        overrides=("compute=portable",),
        # Set before the start: a process that starts itself anew would leave the emulator.
        env=pins(Compute(threads=1, kernel=Kernel.nehalem)),
        against="portable",
        emulated="Nehalem",
    ),
}


def unavailable(name: str) -> str | None:
    """Return why this processor can't run a variation, or None where it can."""
    variation = VARIATIONS[name]
    if (variation.flags or variation.emulated) and platform.machine() != "x86_64":
        return "only on x86-64"
    lacking = sorted(variation.flags - processor_flags()) if variation.flags else []
    return f"the processor lacks {', '.join(lacking)}" if lacking else None
