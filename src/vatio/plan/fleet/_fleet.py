"""What is to be planned together: jobs, the zones that can take them, and the plan that comes of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vatio.errors import InvalidQuantity, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetJob:
    """Hold one of many jobs, in slots of the horizon: it may run from ``earliest`` on and has ended by ``latest``.

    ``power_w`` is what it draws while it runs, ``devices`` how many it holds; ``zones`` where it may run, all unless named.
    ``home`` is where its data lies, from which ``move_g`` grams carry it to another zone. A higher ``priority`` is placed
    first where not all can be. An interruptible job may pause between slots, within one zone.

    Raises:
        UsageError: it has no length, no power, or a window shorter than itself.
    """

    id: str
    slots: int
    power_w: float
    earliest: int
    latest: int
    devices: float = 0.0
    zones: tuple[str, ...] = ()
    home: str | None = None
    move_g: float = 0.0
    priority: float = 0.0
    interruptible: bool = False

    def __post_init__(self) -> None:
        if self.slots < 1 or not (math.isfinite(self.power_w) and self.power_w > 0.0) or self.devices < 0.0:
            raise UsageError(f"job {self.id}: {self.slots} slots at {self.power_w:g} W", hint="both are more than nothing")
        if self.earliest < 0 or self.latest - self.earliest < self.slots:
            raise UsageError(
                f"job {self.id} takes {self.slots} slots and has {self.latest - self.earliest}",
                hint="move its deadline, or start it by hand",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetZone:
    """Hold one zone over the horizon: intensity in each slot, and how much power and how many devices it can give.

    ``capacity_w`` and ``devices`` are for each slot, or one number for all; what already runs there is taken off by the caller.

    Raises:
        InvalidQuantity: a slot is not known, a number is negative, or the lengths differ.
    """

    name: str
    g_per_kwh: tuple[float, ...]
    capacity_w: tuple[float, ...] | float
    devices: tuple[float, ...] | float = math.inf
    pue: float = 1.0

    def __post_init__(self) -> None:
        if not self.g_per_kwh or not all(math.isfinite(value) and value >= 0.0 for value in self.g_per_kwh):
            raise InvalidQuantity(f"zone {self.name}: an intensity is not known or negative", hint="fill holes first")
        for what, numbers in (("capacity_w", self.capacity_w), ("devices", self.devices)):
            known = numbers if isinstance(numbers, tuple) else (numbers,) * len(self.g_per_kwh)
            if len(known) != len(self.g_per_kwh) or not all(number >= 0.0 for number in known):
                raise InvalidQuantity(f"zone {self.name}: {what} is not one number a slot, or negative")
        if not self.pue >= 1.0:
            raise InvalidQuantity(f"zone {self.name}: a PUE of {self.pue:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Hold jobs and zones that share one horizon of slots of ``slot_s`` seconds.

    Raises:
        UsageError: there is nothing to plan, two things have one name, or a job ends beyond the horizon.
    """

    jobs: tuple[FleetJob, ...]
    zones: tuple[FleetZone, ...]
    slot_s: float = 3600.0

    def __post_init__(self) -> None:
        if not self.jobs or not self.zones:
            raise UsageError("a fleet needs jobs and zones")
        names: Sequence[Sequence[str]] = ([job.id for job in self.jobs], [zone.name for zone in self.zones])
        for some in names:
            if len(set(some)) < len(some):
                raise UsageError(f"{max(some, key=list(some).count)!r} is there twice", hint="give each a name of its own")
        horizon = self.horizon
        if any(len(zone.g_per_kwh) != horizon for zone in self.zones):
            raise UsageError("the zones' curves differ in length", hint="cut them to the same slots")
        for job in self.jobs:
            if job.latest > horizon:
                raise UsageError(f"job {job.id} may run until slot {job.latest} of {horizon}", hint="give longer curves")
            unknown = sorted({*job.zones, *([job.home] if job.home else ())} - set(names[1]))
            if unknown:
                raise UsageError(
                    f"job {job.id} names {unknown[0]}, of which there is no curve", hint=f"zones: {', '.join(names[1])}"
                )

    @property
    def horizon(self) -> int:
        """Give the number of slots."""
        return len(self.zones[0].g_per_kwh)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Hold where and in which slots a job runs."""

    job: str
    zone: str
    slots: tuple[int, ...]
    emissions_g: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """Name a job that has no place, and why; ``proved`` when no plan at all could hold it beside those of its priority."""

    job: str
    reason: str
    proved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPlan:
    """Hold a plan of all jobs. ``bound_g`` is a lower bound on the grams of any plan that places every job.

    ``gap_ratio`` is how far the plan may be from the best, ``None`` where jobs are unplaced. ``now_g`` is what the jobs
    emit when each starts as early as capacity allows; ``None`` where that places fewer. ``now_both_g`` holds the grams at once
    and as planned of the jobs that both place.
    """

    placements: tuple[Placement, ...]
    unplaced: tuple[Unplaced, ...]
    emissions_g: float
    bound_g: float
    gap_ratio: float | None
    now_g: float | None
    now_both_g: tuple[float, float] | None
    solver: str
    cpu_s: float
    notes: tuple[str, ...] = ()
