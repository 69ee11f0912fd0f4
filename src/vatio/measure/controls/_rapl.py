"""The long-term power limit of a CPU package, through powercap (Linux)."""

from __future__ import annotations

import os

from vatio.errors import MeterAbsent, MeterDenied
from vatio.measure._granted import slurp
from vatio.measure.controls._knob import LimitRange
from vatio.units import W_PER_UW

# Below a quarter of its TDP a package spends most of its time halted; nobody means that.
_LEAST_RATIO = 0.25
_MOST_CONSTRAINTS = 4


class RaplKnob:
    """Set the long-term constraint of one powercap zone, ``folder``."""

    def __init__(self, folder: str, *, device: str) -> None:
        self.device = device
        self._folder = folder
        self._constraint = _long_term(folder)

    def allowed(self) -> LimitRange:
        """Give a quarter of the package's TDP to all of it.

        Raises:
            MeterAbsent: the zone does not tell its TDP.
        """
        highest_w = self._number("max_power_uw")
        if highest_w is None:
            highest_w = self.read_w()
        if not highest_w > 0.0:
            raise MeterAbsent(f"{self._folder} does not tell the power that {self.device} may draw")
        return LimitRange(highest_w * _LEAST_RATIO, highest_w)

    def read_w(self) -> float:
        """Give the limit in force.

        Raises:
            MeterAbsent: the zone has no long-term limit.
        """
        found = self._number("power_limit_uw")
        if found is None:
            raise MeterAbsent(f"{self._folder} has no long-term power limit", hint="vatio doctor says what this machine offers")
        return found

    def write_w(self, power_limit_w: float) -> None:
        """Write the limit.

        Raises:
            MeterDenied: this user may not write it.
            MeterAbsent: the kernel refuses the value.
        """
        path = self._path("power_limit_uw")
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
            try:
                os.write(descriptor, b"%d\n" % round(power_limit_w / W_PER_UW))
            finally:
                os.close(descriptor)
        except PermissionError as error:
            raise MeterDenied(f"cannot write {path}", hint="set power limits as root: sudo vatio run ...") from error
        except OSError as error:
            raise MeterAbsent(f"{self.device} refuses {power_limit_w:g} W: {error.strerror}") from error

    def _path(self, name: str) -> str:
        return f"{self._folder}/constraint_{self._constraint}_{name}"

    def _number(self, name: str) -> float | None:
        text = slurp(self._path(name)).strip()
        return int(text) * W_PER_UW if text.isdigit() else None


def rapl_knobs(powercap: str) -> tuple[RaplKnob, ...]:
    """List the packages below /sys/class/powercap that have a long-term limit."""
    from vatio.measure.meters import find_zones

    zones = [zone for zone in find_zones(powercap) if zone.component == "cpu" and zone.part_of is None and zone.repeats is None]
    return tuple(RaplKnob(zone.folder, device=zone.name) for zone in zones if _has_limit(zone.folder))


def _has_limit(folder: str) -> bool:
    return bool(slurp(f"{folder}/constraint_{_long_term(folder)}_power_limit_uw").strip())


def _long_term(folder: str) -> int:
    """Find the constraint that holds for seconds, not for milliseconds; the kernel names it."""
    for number in range(_MOST_CONSTRAINTS):
        if slurp(f"{folder}/constraint_{number}_name").strip() == "long_term":
            return number
    return 0
