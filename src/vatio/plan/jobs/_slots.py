"""Lay jobs, curves and what already runs on slots of one length, so that they can be planned together."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vatio.account import GridSeries
from vatio.errors import UsageError
from vatio.plan.fleet import Fleet, FleetJob, FleetZone, Unplaced
from vatio.plan.jobs._asked import AskedJob
from vatio.plan.jobs._kept import PlannedWindow
from vatio.plan.jobs._table import Table
from vatio.records import Span
from vatio.units import BYTES_PER_GB, J_PER_KWH, S_PER_HOUR

_LONGEST_HOLE_S = 24 * S_PER_HOUR
# Slots are counted with this much forgiveness: a duration of 0.1 h x 10 is one hour.
_SAME_SLOTS = 1e-6
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneAsked:
    """Hold a zone by slot: intensity, what already runs there, and what it can give."""

    name: str
    g_per_kwh: tuple[float, ...]
    base_w: tuple[float, ...]
    capacity_w: float = math.inf
    devices: float = math.inf
    pue: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """Hold a fleet to plan (``None``: nothing is left to place), the jobs that no plan can hold, and what was rounded."""

    fleet: Fleet | None
    unfit: tuple[Unplaced, ...]
    notes: tuple[str, ...]


def lay(
    jobs: Sequence[AskedJob],
    zones: Sequence[ZoneAsked],
    grid: SlotGrid,
    *,
    kept: Sequence[PlannedWindow] = (),
    move_j_per_gb: float = 0.0,
) -> Laid:
    """Lay jobs on slots; those whose window is shorter than they are named, not refused, for the others can be planned.

    What is ``kept`` takes its part of the capacity. A job takes whole slots.

    Raises:
        UsageError: a job names a zone of which there is no curve; the message names the line.
    """
    names = {zone.name: zone for zone in zones}
    fits: list[FleetJob] = []
    unfit = []
    for job in jobs:
        _known_zones(job, names)
        slots, earliest, latest = _window(job, grid)
        if latest - earliest < slots:
            unfit.append(Unplaced(job=job.id, reason=_why_unfit(job, grid, slots, earliest, latest), proved=True))
        else:
            fits.append(_fleet_job(job, slots, earliest, latest, _move_g(job, names, move_j_per_gb)))
    fleet = (
        Fleet(jobs=tuple(fits), zones=tuple(_zone(zone, kept, grid) for zone in zones), slot_s=grid.slot_s) if fits else None
    )
    return Laid(fleet=fleet, unfit=tuple(unfit), notes=tuple(_rounded(jobs, grid)))


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
            first = max(0, math.floor(grid.slots_to(window.start) + _SAME_SLOTS))
            last = min(grid.count, math.ceil(grid.slots_to(window.end) - _SAME_SLOTS))
            for slot in range(first, last):
                watts[slot] += window.power_w
                devices[slot] += window.devices
    return watts, devices


def _known_zones(job: AskedJob, names: Mapping[str, ZoneAsked]) -> None:
    unknown = [zone for zone in (*job.zones, *([job.home] if job.home else ())) if zone not in names]
    if unknown:
        raise UsageError(f"{job.where}: zone {unknown[0]!r} has no curve", hint=f"zones: {', '.join(names)}")


def _window(job: AskedJob, grid: SlotGrid) -> tuple[int, int, int]:
    """Give how many slots a job takes, the first that it may take, and the one before which it must have ended."""
    slots = max(1, math.ceil(job.duration_s / grid.slot_s - _SAME_SLOTS))
    earliest = 0 if job.earliest is None else max(0, math.ceil(grid.slots_to(job.earliest) - _SAME_SLOTS))
    latest = grid.count if job.deadline is None else min(grid.count, math.floor(grid.slots_to(job.deadline) + _SAME_SLOTS))
    return slots, earliest, latest


def _why_unfit(job: AskedJob, grid: SlotGrid, slots: int, earliest: int, latest: int) -> str:
    if latest - earliest >= slots:
        return ""
    if job.deadline is not None and job.deadline <= grid.begin:
        return "its deadline has passed"
    end = "until its deadline" if job.deadline is not None and job.deadline <= grid.end else "until the curves end"
    return f"it takes {slots} slots and has {max(0, latest - earliest)} {end}"


def _why_too_large(job: FleetJob, room: Sequence[FleetZone]) -> str:
    """Say why a job has no room anywhere even alone, so that the others are planned as if it were not there."""
    for zone in room:
        if job.zones and zone.name not in job.zones:
            continue
        free = longest = longest_free = 0
        for slot in range(job.earliest, job.latest):
            has_room = _room_at(zone.capacity_w, slot) >= job.power_w and _room_at(zone.devices, slot) >= job.devices
            free, longest = free + has_room, longest + 1 if has_room else 0
            longest_free = max(longest_free, longest)
        if (free if job.interruptible else longest_free) >= job.slots:
            return ""
    devices = f" and {job.devices:g} devices" if job.devices else ""
    return f"no zone that it may use has {job.power_w:g} W{devices} for {job.slots} slots in its window"


def _room_at(room: tuple[float, ...] | float, slot: int) -> float:
    return room[slot] if isinstance(room, tuple) else room


def _fleet_job(job: AskedJob, slots: int, earliest: int, latest: int, move_g: float) -> FleetJob:
    return FleetJob(
        id=job.id,
        slots=slots,
        power_w=job.power_w,
        earliest=earliest,
        latest=latest,
        devices=job.devices,
        zones=job.zones,
        home=job.home,
        move_g=move_g,
        priority=job.rank,
        interruptible=job.interruptible,
    )


def _move_g(job: AskedJob, names: Mapping[str, ZoneAsked], move_j_per_gb: float) -> float:
    """Give the grams of carrying a job's data away from its home, at the mean intensity there."""
    if job.home is None or not job.move_bytes:
        return 0.0
    home = names[job.home].g_per_kwh
    return job.move_bytes / BYTES_PER_GB * move_j_per_gb / J_PER_KWH * math.fsum(home) / len(home)


def _zone(zone: ZoneAsked, kept: Sequence[PlannedWindow], grid: SlotGrid) -> FleetZone:
    watts, devices = load_by_slot(kept, zone.name, grid)
    return FleetZone(
        name=zone.name,
        g_per_kwh=zone.g_per_kwh,
        capacity_w=tuple(max(0.0, zone.capacity_w - base - taken) for base, taken in zip(zone.base_w, watts, strict=True)),
        devices=tuple(max(0.0, zone.devices - taken) for taken in devices),
        pue=zone.pue,
    )


def _rounded(jobs: Sequence[AskedJob], grid: SlotGrid) -> list[str]:
    whole_j = math.fsum(_window(job, grid)[0] * grid.slot_s * job.power_w for job in jobs)
    asked_j = math.fsum(job.duration_s * job.power_w for job in jobs)
    if not jobs or whole_j <= asked_j * (1.0 + _SAME_SLOTS):
        return []
    more = 100.0 * (whole_j / asked_j - 1.0)
    return [f"jobs take whole slots: {more:.1f} % more energy is planned than they ask for; a shorter --slot rounds less"]


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
