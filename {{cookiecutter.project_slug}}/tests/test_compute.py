"""Pins: every kernel computes right on this processor, and they are set before NumPy is there."""

import os
import platform
import subprocess
import sys

import pytest

from project import compute
from project.config import Compute, Kernel
from project.errors import MachineError

EVERY_PIN = {"PINNED", "GLIBC_TUNABLES"}.union(
    *(compute.pins(Compute(threads=1, kernel=kernel)) for kernel in Kernel)
)
# The shape of a bootstrap of some hundred rows, at which a kernel misled about its cache crashed.
PRODUCT = """
import numpy as np
draw = np.random.default_rng(0)
for columns in (9, 15, 45) * 20:
    weights = draw.multinomial(669, np.full(669, 1 / 669), size=1000).astype(float)
    cells = draw.normal(size=(669, columns))
    assert np.allclose(weights @ cells, np.einsum("ij,jk->ik", weights, cells))
"""


@pytest.mark.parametrize("kernel", list(Kernel))
@pytest.mark.parametrize("threads", [1, 2])
def test_every_kernel_multiplies_right_on_this_processor(kernel: Kernel, threads: int) -> None:
    env = os.environ | compute.pins(Compute(threads=threads, kernel=kernel))
    done = subprocess.run(
        [sys.executable, "-c", PRODUCT], env=env, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("early", ["numpy", "os"])
def test_pins_are_there_before_numpy_whoever_loaded_it(early: str) -> None:
    code = f"""
import {early}, sys
from project.compute import pin
from project.config import Compute, Kernel
pin(Compute(threads=1, kernel=Kernel.haswell))
import numpy, threadpoolctl
(blas,) = threadpoolctl.threadpool_info()
at_start = "OPENBLAS_CORETYPE" in open("/proc/self/environ").read()
print(blas["architecture"], blas["num_threads"], at_start)
"""
    env = {key: value for key, value in os.environ.items() if key not in EVERY_PIN}
    env["PYTHONHASHSEED"] = "0"  # as the image sets it, so that nothing else starts a new process
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["Haswell", "1", str(early == "numpy")], done.stderr


def test_a_training_starts_without_numpy() -> None:
    code = "import sys, project.train; sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_number_of_threads_reaches_every_library() -> None:
    pins = compute.pins(Compute(threads=3, kernel=Kernel.haswell))
    assert (pins["OMP_NUM_THREADS"], pins["OPENBLAS_NUM_THREADS"]) == ("3", "3")


def test_a_processor_without_the_instructions_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(compute, "processor_flags", lambda: {"sse4_2"})
    with pytest.raises(MachineError, match="compute=portable"):
        compute.pin(Compute(threads=1, kernel=Kernel.haswell))


def test_no_kernel_is_forced_on_another_kind_of_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert "OPENBLAS_CORETYPE" not in compute.pins(Compute(threads=1, kernel=Kernel.haswell))
