"""A fleet as arrays, and the best place of one job in what is left of the capacity."""

from __future__ import annotations

from typing import Any, NamedTuple

from vatio.plan.fleet._fleet import Fleet, FleetJob
from vatio.plugins import require
from vatio.units import J_PER_KWH

# Capacity is taken for this much larger: numbers that were rounded to six places still fit, and sums of watts are not exact.
_FORGIVEN_RATIO = 1e-6


class Spot(NamedTuple):
    """Hold one place of a job: zone, slots (an array), grams."""

    zone: int
    slots: Any
    cost_g: float


class Arrays:
    """Hold grams a watt-slot (zones x slots), capacity (2 x zones x slots: watts, devices) and each job's demand."""

    def __init__(self, fleet: Fleet) -> None:
        np = require("numpy", extra="plan")
        self.np, self.fleet = np, fleet
        zones, horizon = fleet.zones, fleet.horizon
        factor = fleet.slot_s / J_PER_KWH
        self.g_per_w = np.array([[value * zone.pue * factor for value in zone.g_per_kwh] for zone in zones])
        capacity = [[zone.capacity_w, zone.devices] for zone in zones]
        self.capacity = np.array(
            [[np.broadcast_to(np.asarray(two[kind], float), horizon) for two in capacity] for kind in (0, 1)]
        ) * (1.0 + _FORGIVEN_RATIO)
        self.demand = np.array([[job.power_w, job.devices] for job in fleet.jobs])
        places = {zone.name: at for at, zone in enumerate(zones)}
        self.allowed = [
            np.array(sorted(places[name] for name in job.zones) if job.zones else range(len(zones))) for job in fleet.jobs
        ]
        self.move_g = np.array([[0.0 if job.home in (None, zone.name) else job.move_g for zone in zones] for job in fleet.jobs])
        self.has_devices = bool((self.demand[:, 1] > 0.0).any() and np.isfinite(self.capacity[1]).any())
        self.plain = self.choices(None)

    def choices(self, price: Any) -> list[Choice]:
        """Prepare each job's choice among its places; ``price`` (zones x slots, a watt-slot) is added to their grams."""
        return [_choice(self, at, job, price) for at, job in enumerate(self.fleet.jobs)]

    def choices_of(self, job: int, price: Any) -> Choice:
        """Prepare one job's choice."""
        return _choice(self, job, self.fleet.jobs[job], price)

    def spot(self, job: int, left: Any, choice: Choice | None = None) -> Spot | None:
        """Give the cheapest place of a job in what is left; ``choice`` weighs its places otherwise than by their grams."""
        np, what = self.np, self.fleet.jobs[job]
        found = choice or self.plain[job]
        zones, window = found.zones, found.window
        ok = left[0, zones, window] >= what.power_w
        if self.has_devices:
            ok &= left[1, zones, window] >= what.devices
        if what.interruptible:
            return self._scattered(job, found, ok)
        blocked = np.zeros((ok.shape[0], ok.shape[1] + 1), np.int32)
        np.cumsum(~ok, axis=1, out=blocked[:, 1:])
        cost = np.where(blocked[:, what.slots :] == blocked[:, : -what.slots], found.weight, np.inf)
        at = int(cost.argmin())
        place, start = divmod(at, cost.shape[1])
        if cost[place, start] == np.inf:
            return None
        slots = found.slots[start : start + what.slots]
        return Spot(int(found.list_zones[place]), slots, float(self.plain[job].weight[place, start]))

    def _scattered(self, job: int, found: Choice, ok: Any) -> Spot | None:
        """Give the cheapest slots of one zone for a job that may pause: the first of its slots by weight that are free."""
        np, length = self.np, self.fleet.jobs[job].slots
        free = np.take_along_axis(ok, found.order, axis=1)
        count = free.cumsum(axis=1)
        taken = free & (count <= length)
        costs = (found.weight * taken).sum(axis=1) + found.moved
        costs[count[:, -1] < length] = np.inf
        place = int(costs.argmin())
        if costs[place] == np.inf:
            return None
        slots = np.sort(found.order[place][taken[place]])
        zone = int(found.list_zones[place])
        grams = float(self.g_per_w[zone, found.slots[slots]].sum()) * self.demand[job, 0] + float(self.move_g[job, zone])
        return Spot(zone, found.slots[slots], grams)

    def take(self, job: int, spot: Spot, left: Any) -> None:
        """Take a job's place off what is left."""
        left[0, spot.zone, spot.slots] -= self.demand[job, 0]
        if self.has_devices:
            left[1, spot.zone, spot.slots] -= self.demand[job, 1]

    def give_back(self, job: int, spot: Spot, left: Any) -> None:
        """Give a job's place back."""
        left[0, spot.zone, spot.slots] += self.demand[job, 0]
        if self.has_devices:
            left[1, spot.zone, spot.slots] += self.demand[job, 1]


class Choice(NamedTuple):
    """Hold what does not change in one job's choice: its zones and window, and the weight of each place.

    Of a job that runs at a stretch ``weight`` is of each start; of one that may pause it is of each slot, by ascending weight,
    and ``order`` names those slots.
    """

    zones: Any
    list_zones: list[int]
    window: slice
    slots: Any
    weight: Any
    order: Any
    moved: Any


def overlapping(where: Any, first: int, last: int, *, zone: int | None = None) -> list[int]:
    """List the jobs that run between two slots; ``where`` holds each job's zone (-1: none), first and last slot."""
    at, begin, end = where
    mask = (begin <= last) & (end >= first) & (at >= 0)
    if zone is not None:
        mask &= at == zone
    found: list[int] = mask.nonzero()[0].tolist()
    return found


def _choice(arrays: Arrays, at: int, job: FleetJob, price: Any) -> Choice:
    np = arrays.np
    zones = arrays.allowed[at]
    window = slice(job.earliest, job.latest)
    weight = (arrays.g_per_w if price is None else arrays.g_per_w + price)[zones, window] * job.power_w
    moved = arrays.move_g[at, zones]
    slots = np.arange(job.earliest, job.latest)
    order = np.argsort(weight, axis=1, kind="stable") if job.interruptible else None
    if order is not None:
        weight = np.take_along_axis(weight, order, axis=1)
    else:
        sums = np.zeros((weight.shape[0], weight.shape[1] + 1))
        np.cumsum(weight, axis=1, out=sums[:, 1:])
        weight = sums[:, job.slots :] - sums[:, : -job.slots] + moved[:, None]
    # A slice reads three zones as fast as one; a list of them is copied.
    whole = slice(None) if len(zones) == len(arrays.fleet.zones) else zones
    return Choice(whole, zones.tolist(), window, slots, weight, order, moved)
