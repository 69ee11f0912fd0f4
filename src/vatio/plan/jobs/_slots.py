"""Slots of one length, and what curves and loads are in each of them."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vatio.account import GridSeries
from vatio.errors import UsageError
from vatio.plan.jobs._kept import PlannedWindow
from vatio.plan.jobs._table import Table
from vatio.records import Span
from vatio.units import S_PER_HOUR

_LONGEST_HOLE_S = 24 * S_PER_HOUR
# Slots are counted with this much forgiveness: a duration of 0.1 h x 10 is one hour.
SAME_SLOTS = 1e-6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotGrid:
    """Hold ``count`` slots of ``slot_s`` seconds from ``begin`` on."""

    begin: datetime
    slot_s: float
    count: int

    @property
    def end(self) -> datetime:
        """Give the end of the last slot."""
        return self.start_of(self.count)

    def start_of(self, slot: int) -> datetime:
        """Give the start of a slot."""
        return self.begin + timedelta(seconds=slot * self.slot_s)

    def slots_to(self, moment: datetime) -> float:
        """Count the slots up to a moment, as a fraction."""
        return (moment - self.begin).total_seconds() / self.slot_s

    def windows(self, slots: Sequence[int]) -> list[tuple[datetime, datetime]]:
        """Join slots that follow one another."""
        found: list[tuple[int, int]] = []
        for slot in slots:
            if found and found[-1][1] == slot:
                found[-1] = (found[-1][0], slot + 1)
            else:
                found.append((slot, slot + 1))
        return [(self.start_of(first), self.start_of(last)) for first, last in found]


def slot_means(series: GridSeries, grid: SlotGrid) -> tuple[tuple[float, ...], int]:
    """Give the mean intensity of each slot, and how many of them were not known and taken from their neighbours.

    Raises:
        UsageError: the series ends before the slots do, or has a hole of more than a day in them.
    """
    # The slot in which the plan begins may have begun before it.
    cut = series.between(grid.begin.timestamp() - max(series.step_s, S_PER_HOUR), grid.end.timestamp())
    if cut is None or all(value is None for value in cut.g_per_kwh):
        raise UsageError(
            f"{series.source} knows nothing of {series.zone} in the time of the plan", hint="is --from of its time?"
        )
    curve = cut.curve()
    known: list[float | None] = []
    for slot in range(grid.count):
        start_s, end_s = grid.start_of(slot).timestamp(), grid.start_of(slot + 1).timestamp()
        span = Span(start_s=start_s, end_s=end_s)
        known.append(curve.quantity(span).value if curve.covered_ratio(span) > 0.5 else None)
    holes = _longest(known) * grid.slot_s
    if holes > _LONGEST_HOLE_S or all(value is None for value in known):
        raise UsageError(
            f"{series.source} knows nothing of {series.zone} for {holes / S_PER_HOUR:.0f} h of the plan",
            hint="give a curve with holes of a day at most",
        )
    return _filled(known), sum(value is None for value in known)


def read_load(path: str, zones: Sequence[str], grid: SlotGrid) -> Mapping[str, tuple[float, ...]]:
    """Read what already runs: rows of ``start``, ``power_w`` and, where there are several, ``zone``; each holds to the next.

    A slot takes the most of what holds in it. The last row holds to the end.

    Raises:
        UsageError: a cell cannot be, or a zone's rows begin after the plan does.
    """
    table = Table(path)
    start = table.need(table.find("start", "time", "datetime_utc"), what="start")
    power = table.need(table.find("power_w"), what="power_w")
    zone = table.find("zone")
    if zone is None and len(zones) > 1:
        raise UsageError(f"{path} has no column zone", hint=f"it tells the load of one of {', '.join(zones)}")
    steps: dict[str, dict[float, float]] = {}
    for line in table.lines():
        watts = line.number(power)
        if watts < 0.0:
            raise UsageError(f"{line.where}: {power.name} is {watts:g}, less than 0")
        name = line.text(zone) if zone else zones[0]
        if name not in zones:
            raise UsageError(f"{line.where}: zone {name!r} has no curve", hint=f"zones: {', '.join(zones)}")
        steps.setdefault(name, {})[line.moment_s(start, begin=_EPOCH)] = watts
    return {name: _by_slot(path, name, steps[name], grid) for name in steps}


def load_by_slot(windows: Sequence[PlannedWindow], zone: str, grid: SlotGrid) -> tuple[list[float], list[int]]:
    """Give the watts and the devices that windows take in each slot of a zone; a slot that is touched is taken whole."""
    watts, devices = [0.0] * grid.count, [0] * grid.count
    for window in windows:
        if window.zone == zone:
            first = max(0, math.floor(grid.slots_to(window.start) + SAME_SLOTS))
            last = min(grid.count, math.ceil(grid.slots_to(window.end) - SAME_SLOTS))
            for slot in range(first, last):
                watts[slot] += window.power_w
                devices[slot] += window.devices
    return watts, devices


def _longest(known: Sequence[float | None]) -> int:
    longest = length = 0
    for value in known:
        length = length + 1 if value is None else 0
        longest = max(longest, length)
    return longest


def _filled(known: Sequence[float | None]) -> tuple[float, ...]:
    """Fill holes straight between their neighbours, at the ends with the only one."""
    places = [at for at, value in enumerate(known) if value is not None]
    found = []
    for at, value in enumerate(known):
        after = min(bisect_left(places, at), len(places) - 1)
        first, last = places[max(0, after - (places[after] > at))], places[after]
        low, high = known[first] or 0.0, known[last] or 0.0
        share = min(1.0, max(0.0, (at - first) / max(1, last - first)))
        found.append(low + (high - low) * share if value is None else value)
    return tuple(found)


def _by_slot(path: str, zone: str, steps: Mapping[float, float], grid: SlotGrid) -> tuple[float, ...]:
    starts = sorted(steps)
    if starts[0] > grid.begin.timestamp():
        raise UsageError(
            f"{path} says nothing of {zone} before {datetime.fromtimestamp(starts[0], UTC):%Y-%m-%d %H:%M} UTC",
            hint="let its first row be at the beginning of the plan, or before",
        )
    found = []
    for slot in range(grid.count):
        first_s, last_s = grid.start_of(slot).timestamp(), grid.start_of(slot + 1).timestamp()
        held = starts[max(0, bisect_right(starts, first_s) - 1) : bisect_left(starts, last_s)]
        found.append(max(steps[start] for start in held))
    return tuple(found)
