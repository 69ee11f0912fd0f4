"""What is left of the capacity, packed into one long integer a zone, and the best place of a job in it.

The search asks for a place a hundred thousand times a second and in windows of some tens of slots: there an array's call costs
more than its arithmetic. A zone's slots lie side by side in one integer, so that one subtraction compares all of them with a
job's power (SIMD within a register; Lamport, 1975), and an earlier state comes back by keeping the integers that it had.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from itertools import compress, islice
from typing import Any, NamedTuple

from vatio.plan.fleet._arrays import Arrays, Choice, Spot

# A slot's field: the greatest capacity takes 40 of its bits, and the highest bit says whether a job fits.
_FIELD, _UNITS = 48, 2**40
_BYTES, _TOP = _FIELD // 8, 1 << (_FIELD - 1)

# A job's place: zone, slots of its window (the first of a stretch, or all), grams, watts and devices taken, both packed.
Place = tuple[int, Any, float, int, int]


class Weighing(NamedTuple):
    """Hold one job's places in one zone: the least that they could weigh, the zone, the places by weight, each one's weight."""

    least: float
    zone: int
    order: Sequence[int]
    weight: Sequence[float]


class _Need(NamedTuple):
    """Hold one job's window and need, packed: ``fits`` is its demand all over its window, ``block`` where it runs."""

    shift: int
    mask: int
    high: int
    size: int
    fits: tuple[int, int]
    block: tuple[int, int]
    doublings: tuple[int, ...]
    slots: int
    in_pieces: bool


class Board:
    """Hold what is left in each zone, of watts and of devices."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        jobs = range(len(arrays.fleet.jobs))
        self._watts, watts = self._units(0)
        self._devices, devices = self._units(1) if arrays.has_devices else ([0] * len(self._watts), [0] * len(jobs))
        self._needs = [self._need(job, (watts[job], devices[job])) for job in jobs]
        self._grams = [{each.zone: each.weight for each in self.weigh(job, arrays.plain[job])} for job in jobs]

    def kept(self) -> tuple[list[int], list[int]]:
        """Give what is left, to come back to."""
        return self._watts.copy(), self._devices.copy()

    def restore(self, kept: tuple[list[int], list[int]]) -> None:
        """Come back to what was left."""
        self._watts, self._devices = kept

    def take(self, place: Place) -> None:
        """Take a place off what is left."""
        zone, _, _, watts, devices = place
        self._watts[zone] -= watts
        self._devices[zone] -= devices

    def give_back(self, place: Place) -> None:
        """Give a place back."""
        zone, _, _, watts, devices = place
        self._watts[zone] += watts
        self._devices[zone] += devices

    def find(self, job: int, weighings: Sequence[Weighing]) -> Place | None:
        """Give the place of least weight in what is left."""
        need = self._needs[job]
        best, best_zone, best_slots = math.inf, -1, None
        for least, zone, order, weight in weighings:
            if least >= best:
                break
            free = self._free(need, zone)
            if not free:
                continue
            ok = free.to_bytes(need.size, "little")[_BYTES - 1 :: _BYTES]
            fitting = compress(order, map(ok.__getitem__, order))
            slots: Any
            if need.in_pieces:
                slots = list(islice(fitting, need.slots))
                total = sum(map(weight.__getitem__, slots)) if len(slots) == need.slots else math.inf
            else:
                slots = next(fitting)
                total = weight[slots]
            if total < best:
                best, best_zone, best_slots = total, zone, slots
        return None if best_slots is None else self._place(job, best_zone, best_slots)

    def weigh(self, job: int, choice: Choice) -> list[Weighing]:
        """Put a job's places in order by the weights of a choice, and the zones by the least that they could give."""
        np, slots = self._arrays.np, self._arrays.fleet.jobs[job].slots
        found = []
        for row, zone in enumerate(choice.list_zones):
            weight = choice.weight[row]
            if choice.order is None:
                order = np.argsort(weight, kind="stable")
                least = float(weight[order[0]])
            else:
                order, moved = choice.order[row], float(choice.moved[row])
                least = float(weight[:slots].sum()) + moved
                weight = weight[np.argsort(order)] + moved / slots
            found.append(Weighing(least, zone, array("i", order.tolist()), array("d", weight.tolist())))
        return sorted(found, key=lambda each: each.least)

    def place_of(self, job: int, spot: Spot) -> Place:
        """Pack a place."""
        slots = [int(slot) - self._arrays.fleet.jobs[job].earliest for slot in spot.slots]
        return self._place(job, spot.zone, slots if self._needs[job].in_pieces else slots[0])

    def spot_of(self, job: int, place: Place) -> Spot:
        """Unpack a place."""
        np, need = self._arrays.np, self._needs[job]
        found = np.sort(np.array(place[1])) if need.in_pieces else np.arange(place[1], place[1] + need.slots)
        return Spot(place[0], found + self._arrays.fleet.jobs[job].earliest, place[2])

    def stretch(self, job: int, place: Place) -> tuple[int, int]:
        """Give the first and the last slot of a place."""
        need, slots, earliest = self._needs[job], place[1], self._arrays.fleet.jobs[job].earliest
        first, last = (min(slots), max(slots)) if need.in_pieces else (slots, slots + need.slots - 1)
        return earliest + first, earliest + last

    def _free(self, need: _Need, zone: int) -> int:
        """Set the highest bit of each slot of a window in which a job may start, or run if it may pause."""
        high = need.high
        free = ((((self._watts[zone] >> need.shift) & need.mask) | high) - need.fits[0]) & high
        if need.fits[1]:
            free &= (((self._devices[zone] >> need.shift) & need.mask) | high) - need.fits[1]
        for shift in need.doublings:
            free &= free >> shift
        return free

    def _place(self, job: int, zone: int, slots: Any) -> Place:
        need, grams = self._needs[job], self._grams[job][zone]
        watts, devices = need.block
        if need.in_pieces:
            pattern = sum([1 << (_FIELD * slot) for slot in slots]) << need.shift
            return zone, slots, sum(map(grams.__getitem__, slots)), pattern * watts, pattern * devices
        shift = need.shift + _FIELD * slots
        return zone, slots, grams[slots], watts << shift, devices << shift

    def _units(self, kind: int) -> tuple[list[int], list[int]]:
        """Pack the capacity of one kind, and give each job's demand in the same units."""
        arrays = self._arrays
        demand = arrays.demand[:, kind]
        # More than all jobs together is as good as no limit.
        capacity = arrays.np.minimum(arrays.capacity[kind], demand.sum() * 2.0)
        unit = float(capacity.max()) / _UNITS or 1.0
        # Demands are rounded up: a unit for each job makes up for it.
        spare = len(demand) + 1
        packed = [
            sum((int(value / unit) + spare) << (_FIELD * slot) for slot, value in enumerate(row) if value > 0.0)
            for row in capacity.tolist()
        ]
        return packed, [min(_TOP, math.ceil(value / unit)) for value in demand.tolist()]

    def _need(self, job: int, units: tuple[int, int]) -> _Need:
        what = self._arrays.fleet.jobs[job]
        window = what.latest - what.earliest
        span = 1 if what.interruptible else what.slots
        ones, block = _ones(window), _ones(span)
        doublings, reach = [], 1
        while reach < span:
            step = min(reach, span - reach)
            doublings.append(step * _FIELD)
            reach += step
        return _Need(
            shift=_FIELD * what.earliest,
            mask=(1 << (_FIELD * window)) - 1,
            high=ones * _TOP,
            size=window * _BYTES,
            fits=(ones * units[0], ones * units[1]),
            block=(block * units[0], block * units[1]),
            doublings=tuple(doublings),
            slots=what.slots,
            in_pieces=what.interruptible,
        )


def _ones(count: int) -> int:
    """Set the lowest bit of so many fields.

    >>> _ones(2) == 1 + 2**48
    True
    """
    return ((1 << (_FIELD * count)) - 1) // ((1 << _FIELD) - 1)
