"""The CPU's own energy counters (RAPL) through the kernel's powercap files: package, dram, psys, core, uncore."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from vatio.errors import MeterAbsent, MeterDenied
from vatio.measure.meters._accumulate import Accumulated, poll_s_for
from vatio.measure.meters._zones import Zone, find_zones
from vatio.records import Channel
from vatio.units import J_PER_UJ

if TYPE_CHECKING:
    from vatio.measure._surroundings import Surroundings

RAPL_FOLDER = "/sys/class/powercap"
FIX = "sudo chmod a+r /sys/class/powercap/*/energy_uj   # until the next boot; docs/how-to/sensors.md has the udev rule"

# Against a reference at the socket: packages within 3 % from Haswell on (Hackenberg et al., "An energy efficiency feature
# survey of the Intel Haswell processor", IPDPSW 2015; Khan et al., "RAPL in action", TOMPECS 2018), memory within 5 % on
# servers (Desrochers, Paradis, Weaver, "A validation of DRAM RAPL power measurements", MEMSYS 2016). AMD's counters are
# computed from activity (Schoene et al., "Energy efficiency aspects of the AMD Zen 2 architecture", CLUSTER 2021).
_ERROR_RATIOS = {"cpu": 0.03, "dram": 0.05, "platform": 0.05, "other": 0.05}
_AMD_ERROR_RATIO = 0.05
# The counters are updated about every millisecond.
REFRESH_S = 0.001


class RaplMeter:
    """Read the zones' counters through descriptors that stay open: 0.55 us each instead of 8."""

    name = "rapl"

    def __init__(self, zones: Sequence[Zone], *, amd: bool = False, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._zones = tuple(zones)
        files = [os.open(zone.counter, os.O_RDONLY | os.O_CLOEXEC) for zone in self._zones]
        self._files: list[int | None] = [*files]
        self._faults: dict[str, str] = {}
        self._counters = [self._first(zone, file) for zone, file in zip(self._zones, files, strict=True)]
        self.channels = tuple(_channel(zone, amd=amd) for zone in self._zones)
        self.counter_ranges_j: Mapping[str, float | None] = {
            zone.name: zone.range_uj * J_PER_UJ if zone.range_uj else None for zone in self._zones
        }
        ranges = [zone.range_uj * J_PER_UJ for zone in self._zones if zone.range_uj]
        self.poll_s: float | None = poll_s_for(min(ranges)) if ranges else None

    @classmethod
    def open(cls, surroundings: Surroundings, *, clock: Callable[[], float] = monotonic) -> RaplMeter:
        """Open every zone that may be read and repeats no other.

        Raises:
            MeterAbsent: there is no powercap tree, or no energy counter in it.
            MeterDenied: there are counters, and none may be read.
        """
        folder = surroundings.path(RAPL_FOLDER)
        zones = [zone for zone in find_zones(folder) if zone.repeats is None and os.path.exists(zone.counter)]
        if not zones:
            raise MeterAbsent(f"no energy counter in {folder}", hint=absence_hint(surroundings))
        readable = [zone for zone in zones if _readable(zone.counter)]
        if not any(zone.component == "cpu" and zone.part_of is None for zone in readable):
            raise MeterDenied(f"cannot read {zones[0].counter}", hint=FIX)
        return cls(readable, amd=surroundings.cpu_model.startswith("AMD"), clock=clock)

    def read(self) -> Sequence[float | None]:
        """Give the joules of each zone, from the counter's own value when it was opened."""
        if self._faults:
            self._faults = {}
        now_s = self._clock()
        values: list[float | None] = []
        for index, file in enumerate(self._files):
            total = None if file is None else self._total(index, file, now_s)
            values.append(None if total is None else total * J_PER_UJ)
        return values

    def faults(self) -> Mapping[str, str]:
        """Say which zone could not be read, was reset, or is gone."""
        gone = {zone.name: "the zone is gone" for zone, file in zip(self._zones, self._files, strict=True) if file is None}
        return {**self._faults, **gone}

    def close(self) -> None:
        """Close the descriptors."""
        for index, file in enumerate(self._files):
            if file is not None:
                os.close(file)
                self._files[index] = None

    def _first(self, zone: Zone, file: int) -> Accumulated | None:
        text = _pread(file)
        if not text.isdigit():
            return None
        return Accumulated(int(text), self._clock(), range_=zone.range_uj, per_j=1.0 / J_PER_UJ)

    def _total(self, index: int, file: int, now_s: float) -> int | None:
        """Accumulate; a reading of which joules may be lost is a hole, so that it shows, and the next one goes on."""
        try:
            raw = int(os.pread(file, 32, 0))
        except OSError as error:
            self._lost(index, file, f"{error.strerror}")
            return None
        except ValueError:
            self._lost(index, file, "the counter is empty or not a number")
            return None
        counter = self._counters[index]
        if counter is None:
            zone = self._zones[index]
            counter = self._counters[index] = Accumulated(raw, now_s, range_=zone.range_uj, per_j=1.0 / J_PER_UJ)
            self._faults[zone.name] = "the zone could not be read when it was opened"
            return counter.total
        total = counter.add(raw, now_s)
        if counter.fault:
            self._faults[self._zones[index].name] = counter.fault
            return None
        return total

    def _lost(self, index: int, file: int, reason: str) -> None:
        """Note a failed reading; a zone whose files are gone (a driver was removed) stays missing from then on."""
        zone = self._zones[index]
        self._faults[zone.name] = reason
        if not os.path.exists(zone.counter):
            os.close(file)
            self._files[index] = None


def container_flags(surroundings: Surroundings) -> str:
    """Give the options that let a container read the counters: engines mask them since CVE-2020-8694."""
    folder = "/sys/devices/virtual/powercap"
    unmask = f"unmask={folder}" if surroundings.container == "podman" else "systempaths=unconfined"
    return f"--volume {folder}:{folder}:ro --security-opt {unmask}"


def absence_hint(surroundings: Surroundings) -> str:
    """Say where the counters would have to come from."""
    if surroundings.vm and not surroundings.container:
        return "a virtual machine shows no counters unless its host passes them through (docs/how-to/sensors.md)"
    if surroundings.container:
        return f"start the container with {container_flags(surroundings)}"
    if surroundings.system != "linux":
        return "sensors are read on Linux; here vatio models"
    return "sudo modprobe intel_rapl_msr"


def _readable(path: str) -> bool:
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    os.close(file)
    return True


def _pread(file: int) -> bytes:
    try:
        return os.pread(file, 32, 0).strip()
    except OSError:
        return b""


def _channel(zone: Zone, *, amd: bool) -> Channel:
    error_ratio = _AMD_ERROR_RATIO if amd else _ERROR_RATIOS[zone.component]
    return Channel(
        name=zone.name,
        unit="j",
        component=zone.component,
        device=zone.name,
        part_of=zone.part_of,
        meter=RaplMeter.name,
        source=f"{zone.label} counter" + (" (computed by the CPU from its activity)" if amd else ""),
        low_ratio=1.0 - error_ratio,
        high_ratio=1.0 + error_ratio,
        resolution=J_PER_UJ,
        refresh_s=REFRESH_S,
    )
