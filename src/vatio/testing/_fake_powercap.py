"""A tree of files shaped like /sys/class/powercap whose joules are known: moved by hand, or fed in real time."""

from __future__ import annotations

import os

from vatio.testing._trace import Trace


class FakeZone:
    """Hold one zone: its course of power, and the joules that it has truly drawn (``energy_j``) since it was made."""

    def __init__(
        self, *, entry: str, trace: Trace, range_j: float, start_j: float, fails: tuple[tuple[float, float], ...] = ()
    ) -> None:
        self.entry, self.trace, self.fails = entry, trace, fails
        self.range_j, self.start_j = range_j, start_j
        self.energy_j = self.base_j = 0.0


class FakePowercap:
    """Build zones below ``root``/sys/class/powercap; hand ``root`` to ``surroundings(..., root=root)``."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.folder = os.path.join(root, "sys/class/powercap")
        self.zones: dict[str, FakeZone] = {}
        self.now_s = 0.0
        os.makedirs(self.folder, exist_ok=True)

    def add(
        self,
        entry: str,
        name: str,
        *,
        trace: Trace | float = 0.0,
        range_j: float = 262_143.328850,
        start_j: float = 1000.0,
        fails: tuple[tuple[float, float], ...] = (),
    ) -> FakeZone:
        """Add a zone such as ``intel-rapl:0`` named ``package-0``; ``fails`` are times at which its file is empty."""
        course = trace if isinstance(trace, Trace) else Trace.constant(trace)
        zone = FakeZone(entry=entry, trace=course, range_j=range_j, start_j=start_j, fails=fails)
        self.zones[entry] = zone
        folder = os.path.join(self.folder, entry)
        os.makedirs(folder, exist_ok=True)
        _write(f"{folder}/name", f"{name}\n")
        _write(f"{folder}/max_energy_range_uj", f"{round(range_j * 1e6)}\n")
        self._show(zone)
        return zone

    def limit(self, entry: str, power_limit_w: float, *, highest_w: float | None = None) -> str:
        """Give a zone a long-term power limit; give the path of its file."""
        folder = os.path.join(self.folder, entry)
        _write(f"{folder}/constraint_0_name", "long_term\n")
        _write(f"{folder}/constraint_0_max_power_uw", f"{round((highest_w or power_limit_w) * 1e6)}\n")
        _write(f"{folder}/constraint_0_power_limit_uw", f"{round(power_limit_w * 1e6)}\n")
        return f"{folder}/constraint_0_power_limit_uw"

    def advance(self, duration_s: float) -> None:
        """Let time pass: every zone draws its joules."""
        before_s, self.now_s = self.now_s, self.now_s + duration_s
        for zone in self.zones.values():
            zone.energy_j += zone.trace.energy_j(before_s, self.now_s)
            self._show(zone)

    def fail(self, entry: str) -> None:
        """Make the next readings of a zone come back empty, until time passes."""
        _overwrite(self.counter(entry), "")

    def reset(self, entry: str) -> None:
        """Set a zone's counter to zero, as a driver that is loaded again does."""
        zone = self.zones[entry]
        zone.base_j = zone.start_j + zone.energy_j
        self._show(zone)

    def remove(self, entry: str) -> None:
        """Take a zone away: its files are gone, and descriptors that were open tell nothing any more."""
        folder = os.path.join(self.folder, entry)
        _overwrite(self.counter(entry), "")
        for file in os.listdir(folder):
            os.remove(f"{folder}/{file}")
        os.rmdir(folder)
        del self.zones[entry]

    def counter(self, entry: str) -> str:
        """Give the path of a zone's counter."""
        return os.path.join(self.folder, entry, "energy_uj")

    def spec(self) -> dict[str, object]:
        """Describe the zones for the feeder, which moves their counters in real time."""
        return {
            "zones": [
                {
                    "path": self.counter(zone.entry),
                    "steps": zone.trace.steps,
                    "range_j": zone.range_j,
                    "start_j": zone.start_j,
                    "fails": zone.fails,
                }
                for zone in self.zones.values()
            ]
        }

    def _show(self, zone: FakeZone) -> None:
        shown_j = zone.start_j + zone.energy_j - zone.base_j
        _overwrite(
            self.counter(zone.entry), f"{round(shown_j % zone.range_j * 1e6) if zone.range_j else round(shown_j * 1e6)}\n"
        )


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _overwrite(path: str, text: str) -> None:
    """Change a file in place, as sysfs does: a descriptor that is open reads the new value."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.write(descriptor, text.encode("ascii"))
    os.close(descriptor)
