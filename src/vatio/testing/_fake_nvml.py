"""An object with the entry points of libnvidia-ml.so.1, for GPUs whose joules are known."""

# ruff: noqa: N802  the names are NVML's

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from vatio.testing._trace import Trace

_NOT_SUPPORTED, _NOT_FOUND, _LOST, _INVALID, _NO_PERMISSION = 3, 6, 15, 2, 4


class FakeGpu:
    """Hold one GPU. ``counter``: it has the total-energy counter; ``power``: it tells its power; ``lost``: it fell off.

    ``power_limits_w`` is the range of its power limit, whose upper end it starts with; ``may_set``: this user may change it.
    """

    def __init__(
        self,
        *,
        trace: Trace,
        uuid: str = "GPU-00000000",
        model: str = "Fake GPU",
        counter: bool = True,
        power: bool = True,
        utilisation_percent: int = 50,
        pids: tuple[int, ...] = (),
        use_by_pid: Mapping[int, int] = MappingProxyType({}),
        slices: tuple[str, ...] = (),
        slice_counts: tuple[int, ...] = (),
        minor: int | None = None,
        start_j: float = 1000.0,
        power_limits_w: tuple[float, float] | None = None,
        may_set: bool = True,
    ) -> None:
        self.power_limits_w, self.may_set = power_limits_w, may_set
        self.power_limit_w = None if power_limits_w is None else power_limits_w[1]
        self.trace, self.uuid, self.model = trace, uuid, model
        self.counter, self.power, self.lost = counter, power, False
        self.utilisation_percent, self.memory_bytes = utilisation_percent, 1 << 30
        self.pids, self.use_by_pid = pids, use_by_pid
        self.slices, self.slice_counts, self.minor, self.start_j = slices, slice_counts, minor, start_j


class FakeNvml:
    """Answer as NVML does, at the time that ``clock`` tells; a handle's value is the GPU's place plus one."""

    def __init__(self, gpus: list[FakeGpu], *, clock: Callable[[], float], refused: int = 0) -> None:
        self.gpus, self._clock, self._refused = gpus, clock, refused
        self.running = 0

    def nvmlInit_v2(self) -> int:
        """Start, or refuse with the code that was asked for."""
        self.running += not self._refused
        return self._refused

    def nvmlShutdown(self) -> int:
        """Stop, once for each start."""
        self.running -= 1
        return 0

    def nvmlSystemGetDriverVersion(self, text: Any, size: int) -> int:
        """Tell the driver's version."""
        text.value = b"550.00"[:size]
        return 0

    def nvmlDeviceGetCount_v2(self, count: Any) -> int:
        """Count the GPUs."""
        count._obj.value = len(self.gpus)
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, index: int, handle: Any) -> int:
        """Give a handle."""
        handle._obj.value = index + 1
        return 0

    def nvmlDeviceGetMigDeviceHandleByIndex(self, handle: Any, index: int, part: Any) -> int:
        """Give the handle of a MIG instance: its number times 1000 on top of its GPU's."""
        if index >= len(self._gpu(handle).slices):
            return _NOT_FOUND
        part._obj.value = handle.value + 1000 * (index + 1)
        return 0

    def nvmlDeviceGetAttributes_v2(self, part: Any, shape: Any) -> int:
        """Tell how many slices a MIG instance has."""
        shape._obj.gpuInstanceSliceCount = self._gpu(part).slice_counts[part.value // 1000 - 1]
        return 0

    def nvmlDeviceGetUUID(self, handle: Any, text: Any, size: int) -> int:
        """Tell a UUID."""
        gpu, part = self._gpu(handle), handle.value // 1000
        text.value = (gpu.slices[part - 1] if part else gpu.uuid).encode()[:size]
        return 0

    def nvmlDeviceGetName(self, handle: Any, text: Any, size: int) -> int:
        """Tell a model."""
        text.value = self._gpu(handle).model.encode()[:size]
        return 0

    def nvmlDeviceGetMinorNumber(self, handle: Any, minor: Any) -> int:
        """Tell the device file's number, where it differs from the place."""
        return self._tell(handle, minor, self._gpu(handle).minor)

    def nvmlDeviceGetTotalEnergyConsumption(self, handle: Any, energy: Any) -> int:
        """Tell the counter in millijoules."""
        gpu = self._gpu(handle)
        energy_j = gpu.start_j + gpu.trace.energy_j(0.0, self._clock())
        return self._tell(handle, energy, round(energy_j * 1e3) if gpu.counter else None)

    def nvmlDeviceGetPowerUsage(self, handle: Any, power: Any) -> int:
        """Tell the power in milliwatts."""
        gpu = self._gpu(handle)
        return self._tell(handle, power, round(gpu.trace.power_w(self._clock()) * 1e3) if gpu.power else None)

    def nvmlDeviceGetUtilizationRates(self, handle: Any, rates: Any) -> int:
        """Tell the utilisation in percent."""
        rates._obj.gpu = self._gpu(handle).utilisation_percent
        return _LOST if self._gpu(handle).lost else 0

    def nvmlDeviceGetClockInfo(self, handle: Any, kind: int, clock: Any) -> int:
        """Tell the clock in MHz."""
        return self._tell(handle, clock, None if kind > 3 else 1500)

    def nvmlDeviceGetTemperature(self, handle: Any, sensor: int, temperature: Any) -> int:
        """Tell the temperature."""
        return self._tell(handle, temperature, None if sensor else 60)

    def nvmlDeviceGetMemoryInfo(self, handle: Any, memory: Any) -> int:
        """Tell the memory in use."""
        memory._obj.used = self._gpu(handle).memory_bytes
        return 0

    def nvmlDeviceGetComputeRunningProcesses_v3(self, handle: Any, count: Any, rows: Any) -> int:
        """List the processes that compute."""
        gpu = self._gpu(handle)
        for row, pid in zip(rows, gpu.pids, strict=False):
            row.pid = pid
        count._obj.value = len(gpu.pids)
        return 0

    def nvmlDeviceGetProcessUtilization(self, handle: Any, rows: Any, count: Any, since: Any) -> int:
        """Tell each process's use since a time."""
        gpu = self._gpu(handle)
        for row, (pid, percent) in zip(rows, gpu.use_by_pid.items(), strict=False):
            row.pid, row.smUtil, row.timeStamp = pid, percent, since.value + 1
        count._obj.value = len(gpu.use_by_pid)
        return 0 if gpu.use_by_pid else _NOT_FOUND

    def nvmlDeviceGetPowerManagementLimit(self, handle: Any, limit: Any) -> int:
        """Tell the power limit in force."""
        return self._tell(handle, limit, _milli(self._gpu(handle).power_limit_w))

    def nvmlDeviceGetPowerManagementDefaultLimit(self, handle: Any, limit: Any) -> int:
        """Tell the limit after a boot."""
        allowed = self._gpu(handle).power_limits_w
        return self._tell(handle, limit, _milli(None if allowed is None else allowed[1]))

    def nvmlDeviceGetPowerManagementLimitConstraints(self, handle: Any, least: Any, most: Any) -> int:
        """Tell the range of the limit."""
        allowed = self._gpu(handle).power_limits_w
        if allowed is None:
            return _NOT_SUPPORTED
        least._obj.value = _milli(allowed[0])
        return self._tell(handle, most, _milli(allowed[1]))

    def nvmlDeviceSetPowerManagementLimit(self, handle: Any, limit: Any) -> int:
        """Take a limit, as the driver does: from root only, and within the range."""
        gpu = self._gpu(handle)
        if gpu.power_limits_w is None:
            return _NOT_SUPPORTED
        if not gpu.may_set:
            return _NO_PERMISSION
        if not gpu.power_limits_w[0] <= limit.value / 1e3 <= gpu.power_limits_w[1]:
            return _INVALID
        gpu.power_limit_w = limit.value / 1e3
        return 0

    def _gpu(self, handle: Any) -> FakeGpu:
        place: int = handle.value % 1000 - 1
        return self.gpus[place]

    def _tell(self, handle: Any, place: Any, value: int | None) -> int:
        if self._gpu(handle).lost:
            return _LOST
        if value is None:
            return _NOT_SUPPORTED
        place._obj.value = value
        return 0


def _milli(power_w: float | None) -> int | None:
    return None if power_w is None else round(power_w * 1e3)
