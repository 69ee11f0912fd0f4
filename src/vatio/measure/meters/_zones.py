"""The zones of a powercap tree: which are devices, which are parts of one, which repeat another."""

from __future__ import annotations

import os
from typing import NamedTuple

from vatio.measure._granted import slurp

# One die's counter mirrors another's when it lies between two readings of it; counters that merely happen to be near
# differ by far more than this after any time of work.
_MIRROR_UJ = 1_000_000


class Zone(NamedTuple):
    """Hold one zone: its channel's name, what it is, the channel that it is part of, and which it repeats."""

    folder: str
    label: str
    name: str
    component: str
    part_of: str | None
    range_uj: int
    repeats: str | None = None

    @property
    def counter(self) -> str:
        """Give the path of the zone's counter."""
        return f"{self.folder}/energy_uj"


def find_zones(folder: str) -> tuple[Zone, ...]:
    """List the zones below /sys/class/powercap in the order of their numbers, the MMIO interface's last."""
    try:
        entries = [entry for entry in os.listdir(folder) if ":" in entry]
    except OSError:
        return ()
    zones: list[Zone] = []
    by_entry: dict[str, Zone] = {}
    for entry in sorted(entries, key=_order):
        label = slurp(f"{folder}/{entry}/name").strip()
        if not label:
            continue
        parent = by_entry.get(entry.rpartition(":")[0])
        zone = _zone(f"{folder}/{entry}", entry, label, parent, zones)
        by_entry[entry] = zone
        zones.append(zone)
    return tuple(zones)


def mirrored(first: str, second: str) -> bool:
    """Tell whether two counters are one: the second's value lies between two readings of the first, or next to them."""
    before, between, after = (slurp(path).strip() for path in (first, second, first))
    if not (before.isdigit() and between.isdigit() and after.isdigit()):
        return False
    return int(before) - _MIRROR_UJ <= int(between) <= int(after) + _MIRROR_UJ


def _order(entry: str) -> tuple[bool, str, list[int]]:
    kind, *numbers = entry.split(":")
    return kind != "intel-rapl", kind, [int(number) for number in numbers if number.isdigit()]


def _zone(folder: str, entry: str, label: str, parent: Zone | None, known: list[Zone]) -> Zone:
    name, component, part_of = _role(label, parent)
    text = slurp(f"{folder}/max_energy_range_uj").strip()
    twin = next((zone for zone in known if zone.label == label and _same_place(zone, name, entry)), None)
    taken = {zone.name for zone in known}
    if twin is None and name in taken:
        name = next(f"{name}-{number}" for number in range(1, 1000) if f"{name}-{number}" not in taken)
    zone = Zone(
        folder=folder,
        label=label,
        name=name,
        component=component,
        part_of=part_of,
        range_uj=int(text) if text.isdigit() else 0,
        repeats=twin.name if twin else None,
    )
    return zone if twin else _without_mirror(zone, known)


def _same_place(zone: Zone, name: str, entry: str) -> bool:
    """Tell whether a zone of another interface (intel-rapl-mmio, -tpmi) shows what ``zone`` shows already."""
    return zone.name == name and os.path.basename(zone.folder).partition(":")[0] != entry.partition(":")[0]


def _role(label: str, parent: Zone | None) -> tuple[str, str, str | None]:
    """Name a zone's channel: DRAM beside its package is added to it, core and uncore are part of it, psys is the platform."""
    if label.startswith("psys"):
        return "psys", "platform", None
    if label.startswith("package-"):
        return label, "cpu", None
    number = parent.name.removeprefix("package-") if parent else "0"
    if label == "dram":
        return f"dram-{number}", "dram", None
    if label in ("core", "uncore"):
        return f"{label}-{number}", "cpu", parent.name if parent else None
    return label, "other", parent.name if parent else None


def _without_mirror(zone: Zone, known: list[Zone]) -> Zone:
    """Recognise the dies of one socket that all show the socket's counter."""
    socket, die, _ = zone.name.partition("-die-")
    if not die or zone.component not in ("cpu", "dram"):
        return zone
    for other in known:
        if other.name.partition("-die-")[0] == socket and other.repeats is None and mirrored(other.counter, zone.counter):
            return zone._replace(repeats=other.name)
    return zone
