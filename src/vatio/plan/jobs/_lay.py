"""Lay jobs, zones and what already runs on slots, so that they can be planned together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vatio.errors import UsageError
from vatio.plan.fleet import Fleet, FleetJob, FleetZone, Unplaced
from vatio.plan.jobs._asked import AskedJob
from vatio.plan.jobs._kept import PlannedWindow
from vatio.plan.jobs._slots import SAME_SLOTS, SlotGrid, load_by_slot
from vatio.units import BYTES_PER_GB, J_PER_KWH


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneAsked:
    """Hold a zone by slot: intensity, what already runs there, and what it can give; ``devices`` of ``None`` have no end."""

    name: str
    g_per_kwh: tuple[float, ...]
    base_w: tuple[float, ...]
    capacity_w: float = math.inf
    devices: int | None = None
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
    """Lay jobs on slots; those that have no room even alone are named, not refused, for the others can be planned.

    What is ``kept`` takes its part of the capacity. A job takes whole slots.

    Raises:
        UsageError: a job names a zone of which there is no curve; the message names the line.
    """
    names = {zone.name: zone for zone in zones}
    room = tuple(_zone(zone, kept, grid) for zone in zones)
    fits: list[FleetJob] = []
    unfit = []
    for job in jobs:
        _known_zones(job, names)
        slots, earliest, latest = _window(job, grid)
        reason = _why_unfit(job, grid, slots, earliest, latest)
        made = None if reason else _fleet_job(job, slots, earliest, latest, _move_g(job, names, move_j_per_gb))
        reason = reason if made is None else _why_too_large(made, room)
        if made is None or reason:
            unfit.append(Unplaced(job=job.id, reason=reason, proved=True))
        else:
            fits.append(made)
    fleet = Fleet(jobs=tuple(fits), zones=room, slot_s=grid.slot_s) if fits else None
    return Laid(fleet=fleet, unfit=tuple(unfit), notes=tuple(_rounded(jobs, grid)))


def _known_zones(job: AskedJob, names: Mapping[str, ZoneAsked]) -> None:
    unknown = [zone for zone in (*job.zones, *([job.home] if job.home else ())) if zone not in names]
    if unknown:
        raise UsageError(f"{job.where}: zone {unknown[0]!r} has no curve", hint=f"zones: {', '.join(names)}")


def _window(job: AskedJob, grid: SlotGrid) -> tuple[int, int, int]:
    """Give how many slots a job takes, the first that it may take, and the one before which it must have ended."""
    slots = max(1, math.ceil(job.duration_s / grid.slot_s - SAME_SLOTS))
    earliest = 0 if job.earliest is None else max(0, math.ceil(grid.slots_to(job.earliest) - SAME_SLOTS))
    latest = grid.count if job.deadline is None else min(grid.count, math.floor(grid.slots_to(job.deadline) + SAME_SLOTS))
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
        devices=math.inf if zone.devices is None else tuple(max(0.0, zone.devices - taken) for taken in devices),
        pue=zone.pue,
    )


def _rounded(jobs: Sequence[AskedJob], grid: SlotGrid) -> list[str]:
    whole_j = math.fsum(_window(job, grid)[0] * grid.slot_s * job.power_w for job in jobs)
    asked_j = math.fsum(job.duration_s * job.power_w for job in jobs)
    if not jobs or whole_j <= asked_j * (1.0 + SAME_SLOTS):
        return []
    more = 100.0 * (whole_j / asked_j - 1.0)
    return [f"jobs take whole slots: {more:.1f} % more energy is planned than they ask for; a shorter --slot rounds less"]
