"""NVIDIA's management library by ctypes: the few entry points that are used, an answer or ``None``, never an exception."""

from __future__ import annotations

import ctypes
from typing import Any

from vatio.errors import MeterAbsent, MeterDenied, VatioError

LIBRARY = "libnvidia-ml.so.1"
_NO_PERMISSION = 4
_DRIVER_NOT_LOADED = 9
# MIG instances of one GPU, at most.
MOST_SLICES = 7
_MOST_PROCESSES = 1024
_TEXT_BYTES = 96
SM_CLOCK = 1  # nvmlClockType_t
_CORE_SENSOR = 0  # nvmlTemperatureSensors_t


class Rates(ctypes.Structure):
    """nvmlUtilization_t: percent of time that a kernel ran, and that memory was used."""

    _fields_ = (("gpu", ctypes.c_uint), ("memory", ctypes.c_uint))


class Memory(ctypes.Structure):
    """nvmlMemory_t, in bytes."""

    _fields_ = (("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong))


class Process(ctypes.Structure):
    """nvmlProcessInfo_t, of the third version of the call."""

    _fields_ = (
        ("pid", ctypes.c_uint),
        ("usedGpuMemory", ctypes.c_ulonglong),
        ("gpuInstanceId", ctypes.c_uint),
        ("computeInstanceId", ctypes.c_uint),
    )


class ProcessSample(ctypes.Structure):
    """nvmlProcessUtilizationSample_t: percent of the multiprocessors' time that a process had."""

    _fields_ = (
        ("pid", ctypes.c_uint),
        ("timeStamp", ctypes.c_ulonglong),
        ("smUtil", ctypes.c_uint),
        ("memUtil", ctypes.c_uint),
        ("encUtil", ctypes.c_uint),
        ("decUtil", ctypes.c_uint),
    )


class Slice(ctypes.Structure):
    """nvmlDeviceAttributes_t of a MIG instance."""

    _fields_ = (
        ("multiprocessorCount", ctypes.c_uint),
        ("sharedCopyEngineCount", ctypes.c_uint),
        ("sharedDecoderCount", ctypes.c_uint),
        ("sharedEncoderCount", ctypes.c_uint),
        ("sharedJpegCount", ctypes.c_uint),
        ("sharedOfaCount", ctypes.c_uint),
        ("gpuInstanceSliceCount", ctypes.c_uint),
        ("computeInstanceSliceCount", ctypes.c_uint),
        ("memorySizeMB", ctypes.c_ulonglong),
    )


class Library:
    """Ask NVML. ``handle`` is what it gave for a device; ``None`` is "this device does not say" or "not now"."""

    def __init__(self, library: Any) -> None:
        """Start NVML.

        Raises:
            MeterAbsent: there is no driver behind the library.
            MeterDenied: the driver refuses this user.
        """
        self._library = library
        code = library.nvmlInit_v2()
        if code:
            raise _refusal(code)

    def handles(self) -> list[Any]:
        """List the devices that the driver shows."""
        count = self._number("nvmlDeviceGetCount_v2", ctypes.c_uint) or 0
        handles = []
        for index in range(count):
            handle = ctypes.c_void_p()
            if not self._call("nvmlDeviceGetHandleByIndex_v2", index, ctypes.byref(handle)):
                handles.append(handle)
        return handles

    def slices(self, handle: Any) -> list[Any]:
        """List the MIG instances of a device."""
        found = []
        for index in range(MOST_SLICES):
            part = ctypes.c_void_p()
            if not self._call("nvmlDeviceGetMigDeviceHandleByIndex", handle, index, ctypes.byref(part)):
                found.append(part)
        return found

    def slice_ratio(self, part: Any) -> float | None:
        """Give the share of its GPU that a MIG instance has."""
        shape = Slice()
        if self._call("nvmlDeviceGetAttributes_v2", part, ctypes.byref(shape)) or not shape.gpuInstanceSliceCount:
            return None
        return min(1.0, int(shape.gpuInstanceSliceCount) / MOST_SLICES)

    def uuid(self, handle: Any) -> str:
        """Give a device's UUID, GPU-... or MIG-..."""
        return self._text("nvmlDeviceGetUUID", handle)

    def model(self, handle: Any) -> str:
        """Give a device's name."""
        return self._text("nvmlDeviceGetName", handle)

    def minor(self, handle: Any) -> int | None:
        """Give the N of /dev/nvidiaN, which a container does not renumber."""
        return self._number("nvmlDeviceGetMinorNumber", ctypes.c_uint, handle)

    def driver(self) -> str:
        """Give the driver's version."""
        text = ctypes.create_string_buffer(_TEXT_BYTES)
        return "" if self._call("nvmlSystemGetDriverVersion", text, _TEXT_BYTES) else text.value.decode("ascii", "replace")

    def energy_mj(self, handle: Any) -> int | None:
        """Give the millijoules that the device has counted since its driver was loaded."""
        return self._number("nvmlDeviceGetTotalEnergyConsumption", ctypes.c_ulonglong, handle)

    def power_mw(self, handle: Any) -> int | None:
        """Give the board's power in milliwatts."""
        return self._number("nvmlDeviceGetPowerUsage", ctypes.c_uint, handle)

    def utilisation_percent(self, handle: Any) -> int | None:
        """Give the percent of the last period in which a kernel ran."""
        rates = Rates()
        return None if self._call("nvmlDeviceGetUtilizationRates", handle, ctypes.byref(rates)) else int(rates.gpu)

    def clock_mhz(self, handle: Any) -> int | None:
        """Give the clock of the multiprocessors."""
        return self._number("nvmlDeviceGetClockInfo", ctypes.c_uint, handle, SM_CLOCK)

    def temperature_celsius(self, handle: Any) -> int | None:
        """Give the temperature of the die."""
        return self._number("nvmlDeviceGetTemperature", ctypes.c_uint, handle, _CORE_SENSOR)

    def memory_bytes(self, handle: Any) -> int | None:
        """Give the bytes of memory in use."""
        memory = Memory()
        return None if self._call("nvmlDeviceGetMemoryInfo", handle, ctypes.byref(memory)) else int(memory.used)

    def pids(self, handle: Any) -> tuple[int, ...] | None:
        """List the processes that compute on a device."""
        count, rows = ctypes.c_uint(_MOST_PROCESSES), (Process * _MOST_PROCESSES)()
        if self._call("nvmlDeviceGetComputeRunningProcesses_v3", handle, ctypes.byref(count), rows):
            return None
        return tuple(int(row.pid) for row in rows[: count.value])

    def use_by_pid(self, handle: Any, since_us: int) -> tuple[dict[int, float], int]:
        """Give each process's use of the multiprocessors since a time of the driver, and the newest time that it told."""
        count, rows = ctypes.c_uint(_MOST_PROCESSES), (ProcessSample * _MOST_PROCESSES)()
        since = ctypes.c_ulonglong(since_us)
        if self._call("nvmlDeviceGetProcessUtilization", handle, rows, ctypes.byref(count), since):
            return {}, since_us
        used: dict[int, float] = {}
        for row in rows[: count.value]:
            used[int(row.pid)] = used.get(int(row.pid), 0.0) + float(row.smUtil)
        return used, max((int(row.timeStamp) for row in rows[: count.value]), default=since_us)

    def power_limit_mw(self, handle: Any) -> int | None:
        """Give the power management limit in force."""
        return self._number("nvmlDeviceGetPowerManagementLimit", ctypes.c_uint, handle)

    def default_power_limit_mw(self, handle: Any) -> int | None:
        """Give the limit that the board has after a boot."""
        return self._number("nvmlDeviceGetPowerManagementDefaultLimit", ctypes.c_uint, handle)

    def power_limits_mw(self, handle: Any) -> tuple[int, int] | None:
        """Give the least and the greatest limit that the board allows."""
        least, most = ctypes.c_uint(), ctypes.c_uint()
        code = self._call("nvmlDeviceGetPowerManagementLimitConstraints", handle, ctypes.byref(least), ctypes.byref(most))
        return None if code else (int(least.value), int(most.value))

    def set_power_limit_mw(self, handle: Any, power_limit_mw: int) -> int:
        """Set the power management limit; give NVML's code, 0 where it was taken."""
        return self._call("nvmlDeviceSetPowerManagementLimit", handle, ctypes.c_uint(power_limit_mw))

    def close(self) -> None:
        """Stop NVML."""
        self._call("nvmlShutdown")

    def _call(self, function: str, *arguments: Any) -> int:
        """Call an entry point; one that this driver's library does not have is "not supported"."""
        entry = getattr(self._library, function, None)
        return -1 if entry is None else int(entry(*arguments))

    def _number(self, function: str, kind: Any, *arguments: Any) -> int | None:
        number = kind()
        return None if self._call(function, *arguments, ctypes.byref(number)) else int(number.value)

    def _text(self, function: str, handle: Any) -> str:
        text = ctypes.create_string_buffer(_TEXT_BYTES)
        return "" if self._call(function, handle, text, _TEXT_BYTES) else text.value.decode("utf-8", "replace")


def load_library(name: str = LIBRARY) -> Any:
    """Load NVML.

    Raises:
        MeterAbsent: the library is not there.
    """
    try:
        return ctypes.CDLL(name)
    except OSError as error:
        hint = "install the NVIDIA driver; in a container: --gpus all and NVIDIA_DRIVER_CAPABILITIES=compute,utility"
        raise MeterAbsent(f"cannot load {name}", hint=hint) from error


def _refusal(code: int) -> VatioError:
    if code == _NO_PERMISSION:
        return MeterDenied("NVML refuses this user", hint="sudo usermod -aG video $USER   # then log in again")
    reason = "the NVIDIA driver is not loaded" if code == _DRIVER_NOT_LOADED else f"NVML did not start (code {code})"
    return MeterAbsent(reason, hint="nvidia-smi   # says what the driver misses")
