"""Ask NVIDIA's management library, where there is one, how busy the first graphics card is."""

import ctypes
from math import nan

_LIBRARY = "libnvidia-ml.so.1"


class _Utilization(ctypes.Structure):
    _fields_ = (("gpu", ctypes.c_uint), ("memory", ctypes.c_uint))


class _Memory(ctypes.Structure):
    _fields_ = (
        ("total", ctypes.c_ulonglong),
        ("free", ctypes.c_ulonglong),
        ("used", ctypes.c_ulonglong),
    )


class Gpu:
    """The first graphics card, or none.

    References
    ----------
    NVML API Reference: nvmlDeviceGetUtilizationRates, nvmlDeviceGetMemoryInfo.
    """

    def __init__(self) -> None:
        self._device = ctypes.c_void_p()
        try:
            self._library: ctypes.CDLL | None = ctypes.CDLL(_LIBRARY)
        except OSError:
            self._library = None
            return
        library = self._library
        if library.nvmlInit_v2() or library.nvmlDeviceGetHandleByIndex_v2(
            0, ctypes.byref(self._device)
        ):
            self._library = None

    def read(self) -> tuple[float, float]:
        """Return load (%) and memory in use (MB); NaN for what is not known."""
        if self._library is None:
            return nan, nan
        load, memory = _Utilization(), _Memory()
        library, device = self._library, self._device
        busy = library.nvmlDeviceGetUtilizationRates(device, ctypes.byref(load)) == 0
        told = library.nvmlDeviceGetMemoryInfo(device, ctypes.byref(memory)) == 0
        return float(load.gpu) if busy else nan, memory.used / 1e6 if told else nan
