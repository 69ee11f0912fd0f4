"""Place jobs greedily by prices, and repair what does not fit by ejecting others."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

from vatio.plan.fleet._arrays import Arrays, Spot, overlapping

_MOST_EJECTED = 60


class Search:
    """Hold a plan in the making: each job's place, and what is left of the capacity."""

    def __init__(self, arrays: Arrays, *, seed: int = 0, price: Any = None) -> None:
        self.arrays = arrays
        self.left = arrays.capacity.copy()
        self.spots: list[Spot | None] = [None] * len(arrays.fleet.jobs)
        self._chance = random.Random(seed)
        self._priced = arrays.plain if price is None else arrays.choices(price)
        self._ejected = [0] * len(self.spots)
        # Where each job runs: zone, first and last slot; -1 where it does not.
        self._where = arrays.np.full((3, len(self.spots)), -1, arrays.np.int64)

    @property
    def cost_g(self) -> float:
        """Give the grams of what is placed."""
        return math.fsum(spot.cost_g for spot in self.spots if spot is not None)

    @property
    def unplaced(self) -> list[int]:
        """List the jobs without a place."""
        return [job for job, spot in enumerate(self.spots) if spot is None]

    def place(self, spots: Sequence[Spot | None]) -> None:
        """Take over the places of another plan."""
        self._restore(dict(enumerate(spots)))

    def construct(self) -> None:
        """Place all jobs: the important, the tight and the large first; what does not fit ejects what is in its way."""
        waiting = sorted(range(len(self.spots)), key=self._urgency)
        while waiting:
            job = waiting.pop(0)
            spot = self.arrays.spot(job, self.left, self._priced[job])
            if spot is not None:
                self._put(job, spot)
                continue
            waiting[:0] = self._eject_for(job)

    def _urgency(self, job: int) -> tuple[float, float, float]:
        what = self.arrays.fleet.jobs[job]
        room = (what.latest - what.earliest) / what.slots
        return -what.priority, float(what.interruptible), -what.power_w * what.slots / min(room, 8.0)

    def _put(self, job: int, spot: Spot) -> None:
        self.spots[job] = spot
        self.arrays.take(job, spot, self.left)
        self._where[:, job] = spot.zone, spot.slots[0], spot.slots[-1]

    def _take_out(self, job: int) -> None:
        spot = self.spots[job]
        if spot is not None:
            self.arrays.give_back(job, spot, self.left)
            self.spots[job] = None
            self._where[0, job] = -1

    def _eject_for(self, job: int) -> list[int]:
        """Put a job where the least is in its way, and give what was; a job that is ejected too often stays out."""
        self._ejected[job] += 1
        if self._ejected[job] > _MOST_EJECTED:
            return []
        arrays, np = self.arrays, self.arrays.np
        watts = arrays.capacity[0]
        crowd = np.subtract(watts, self.left[0], out=np.zeros_like(watts), where=np.isfinite(watts))
        noise = np.array([[self._chance.random() for _ in range(crowd.shape[1])] for _ in range(crowd.shape[0])])
        spot = arrays.spot(job, arrays.capacity, arrays.choices_of(job, crowd * (0.5 + noise)))
        if spot is None:
            return []  # it fits nowhere, not even alone
        others = overlapping(self._where, int(spot.slots[0]), int(spot.slots[-1]), zone=spot.zone)
        others.sort(key=lambda other: (arrays.fleet.jobs[other].priority, self._ejected[other], self._chance.random()))
        out: list[int] = []
        for other in others:
            if self._fits(job, spot):
                break
            if arrays.fleet.jobs[other].priority <= arrays.fleet.jobs[job].priority:
                self._take_out(other)
                out.append(other)
        if self._fits(job, spot):
            self._put(job, spot)
        return out

    def _fits(self, job: int, spot: Spot) -> bool:
        demand, left = self.arrays.demand[job], self.left
        watts = bool((left[0, spot.zone, spot.slots] >= demand[0]).all())
        return watts and bool((left[1, spot.zone, spot.slots] >= demand[1]).all())

    def _restore(self, spots: Mapping[int, Spot | None]) -> None:
        for job in spots:
            self._take_out(job)
        for job, spot in spots.items():
            if spot is not None:
                self._put(job, spot)
