"""Power and energy sensors that drivers show below /sys/class/hwmon: AMD and Intel GPUs, ARM boards, Grace, POWER."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from vatio.errors import MeterAbsent, MeterDenied
from vatio.measure._granted import slurp
from vatio.measure.meters._accumulate import Accumulated
from vatio.measure.meters._hwmon_sensors import Sensor, find_sensors
from vatio.measure.meters._integral import Integral
from vatio.records import Channel
from vatio.units import J_PER_UJ, W_PER_UW

if TYPE_CHECKING:
    from vatio.measure._surroundings import Surroundings

FOLDER = "/sys/class/hwmon"
POLL_S = 0.1
# Shunt monitors and voltage regulators tell power within a few percent; boards differ, and no driver says by how much.
ERROR_RATIO = 0.05
# Gauges of a GPU: channel, unit, file beside or above the sensor, factor to the unit.
_GAUGES = (
    ("utilisation_ratio", "ratio", "device/gpu_busy_percent", 0.01),
    ("clock_hz", "hz", "freq1_input", 1.0),
    ("temperature_celsius", "celsius", "temp1_input", 0.001),
    ("memory_bytes", "bytes", "device/mem_info_vram_used", 1.0),
)


class HwmonMeter:
    """Read energy counters as they are, and integrate power over the true time stamps of its readings."""

    name = "hwmon"

    def __init__(self, sensors: Sequence[Sensor], *, clock: Callable[[], float] = monotonic) -> None:
        self._sensors, self._clock = tuple(sensors), clock
        self._files = [[os.open(path, os.O_RDONLY | os.O_CLOEXEC) for path in sensor.paths] for sensor in self._sensors]
        self._faults: dict[str, str] = {}
        self._energies = [self._first(index) for index in range(len(self._sensors))]
        gauges = [(sensor, gauge) for sensor in self._sensors if sensor.component == "gpu" for gauge in _GAUGES]
        self._gauges = [(f"{sensor.folder}/{file}", factor) for sensor, (_, _, file, factor) in gauges]
        self.channels = tuple(_joules(sensor) for sensor in self._sensors)
        self.channels += tuple(_gauge(sensor, name, unit) for sensor, (name, unit, _, _) in gauges)
        self.counter_ranges_j: Mapping[str, float | None] = {
            sensor.name: None for sensor in self._sensors if sensor.kind == "energy"
        }
        self.poll_s: float | None = POLL_S if any(sensor.kind != "energy" for sensor in self._sensors) else None

    @classmethod
    def open(cls, surroundings: Surroundings, *, clock: Callable[[], float] = monotonic) -> HwmonMeter:
        """Open every sensor of power or energy that may be read.

        Raises:
            MeterAbsent: no driver shows power or energy.
            MeterDenied: some do, and none may be read.
        """
        folder = surroundings.path(FOLDER)
        prefix = "gpu-amd-" if surroundings.nvidia else "gpu-"
        sensors = find_sensors(folder, gpu_prefix=prefix, gpus=surroundings.visible_amd_gpus)
        if not sensors:
            raise MeterAbsent(f"no sensor of power or energy in {folder}")
        readable = [sensor for sensor in sensors if all(os.access(path, os.R_OK) for path in sensor.paths)]
        if not readable:
            raise MeterDenied(f"cannot read {sensors[0].paths[0]}", hint=f"sudo chmod a+r {sensors[0].paths[0]}")
        return cls(readable, clock=clock)

    def read(self) -> Sequence[float | None]:
        """Give the joules of each sensor, then the gauges of the GPUs."""
        self._faults = {}
        joules = [self._read_one(index) for index in range(len(self._sensors))]
        return [*joules, *(_level(path, factor) for path, factor in self._gauges)]

    def faults(self) -> Mapping[str, str]:
        """Say which sensor could not be read, or whose counter was reset."""
        return self._faults

    def close(self) -> None:
        """Close the descriptors."""
        for files in self._files:
            while files:
                os.close(files.pop())

    def _first(self, index: int) -> Accumulated | Integral | None:
        raw = self._raw(index)
        if self._sensors[index].kind != "energy":
            integral = Integral(longest_s=10.0 * POLL_S)
            integral.add(_watts(self._sensors[index], raw), self._clock())
            return integral
        return None if raw is None else Accumulated(raw[0], self._clock(), range_=0, per_j=1.0 / J_PER_UJ)

    def _read_one(self, index: int) -> float | None:
        sensor, energy, raw = self._sensors[index], self._energies[index], self._raw(index)
        if energy is None:
            energy = self._energies[index] = self._first(index)
        joules: float | None
        if isinstance(energy, Integral):
            joules = energy.add(_watts(sensor, raw), self._clock())
        else:
            total = None if raw is None or energy is None else energy.add(raw[0], self._clock())
            joules = None if total is None or energy is None or energy.fault else total * J_PER_UJ
        fault = "the sensor could not be read" if raw is None or energy is None else energy.fault
        if fault:
            self._faults[sensor.name] = fault
        return joules

    def _raw(self, index: int) -> tuple[int, ...] | None:
        try:
            return tuple(int(os.pread(file, 32, 0)) for file in self._files[index]) or None
        except (OSError, ValueError):
            return None


def _watts(sensor: Sensor, raw: tuple[int, ...] | None) -> float | None:
    if raw is None:
        return None
    # Millivolts times milliamperes are microwatts too.
    microwatts = raw[0] * raw[1] if sensor.kind == "volts" else raw[0]
    return microwatts * W_PER_UW


def _level(path: str, factor: float) -> float | None:
    text = slurp(path).strip()
    return int(text) * factor if text.isdigit() else None


def _joules(sensor: Sensor) -> Channel:
    how = {"energy": "energy counter", "power": f"power every {POLL_S:g} s", "volts": f"volts x amperes every {POLL_S:g} s"}
    return Channel(
        name=sensor.name,
        unit="j",
        component=sensor.component,
        device=sensor.name,
        part_of=sensor.part_of,
        meter=HwmonMeter.name,
        source=f"{how[sensor.kind]} of {sensor.driver}, {sensor.label}",
        low_ratio=1.0 - ERROR_RATIO,
        high_ratio=1.0 + ERROR_RATIO,
        resolution=J_PER_UJ,
        refresh_s=sensor.refresh_s,
    )


def _gauge(sensor: Sensor, name: str, unit: str) -> Channel:
    return Channel(
        name=f"{sensor.name}.{name}",
        unit=unit,
        kind="gauge",
        device=sensor.name,
        meter=HwmonMeter.name,
        source=sensor.driver,
    )
