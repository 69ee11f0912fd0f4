"""Place jobs greedily by prices, repair what does not fit by ejecting others, and improve by taking out and putting back.

The improvement is a large neighbourhood search (Shaw, 1998; ruin and recreate, Schrimpf et al., 2000): some jobs that crowd one
another are taken out and put back one by one, each at its best place; a worse plan is kept now and then, ever less often.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vatio.plan.fleet._arrays import Arrays, Choice, Spot

_MOST_EJECTED = 60
# How many jobs are taken out at once, and how far around a wished-for place their neighbours are looked for, in slots.
_RUIN, _AROUND = (2, 25), 8
# The share of the plan's grams by which a worse one may be kept at the beginning.
_HEAT_RATIO = 0.006
# By how much of a mean slot chance may sway a choice.
_SWAY = 0.2


class Search:
    """Hold a plan in the making: each job's place, and what is left of the capacity."""

    def __init__(self, arrays: Arrays, *, seed: int = 0, price: Any = None) -> None:
        self.arrays = arrays
        self.left = arrays.capacity.copy()
        self.spots: list[Spot | None] = [None] * len(arrays.fleet.jobs)
        self._chance = random.Random(seed)
        self._priced = arrays.plain if price is None else arrays.choices(price)
        self._swayed = [arrays.plain, *self._sway(price)] if price is not None else [arrays.plain]
        self._ejected = [0] * len(self.spots)
        # Where each job runs: zone, first and last slot; -1 where it does not.
        self._where = arrays.np.full((3, len(self.spots)), -1, arrays.np.int64)
        self._missing_g = [self._price_of_none(job) for job in range(len(self.spots))]
        alone = [arrays.spot(job, arrays.capacity) for job in range(len(self.spots))]
        self._alone_g = [0.0 if spot is None else spot.cost_g for spot in alone]
        self._size = [arrays.demand[job, 0] * what.slots for job, what in enumerate(arrays.fleet.jobs)]

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

    def improve(self, *, until_cpu_s: float, bound_g: float, target_ratio: float) -> None:
        """Take out and put back until the time is over or the plan is within ``target_ratio`` of the bound."""
        cost = best_cost = math.fsum(map(self._value, range(len(self.spots)), self.spots))
        best = list(self.spots)
        begun_s = now_s = time.process_time()
        whole_s, turn, heat = max(1e-9, until_cpu_s - begun_s), 0, _HEAT_RATIO * cost
        while now_s < until_cpu_s:
            turn += 1
            now_s = time.process_time()
            if turn % 64 == 0 and best_cost <= bound_g * (1.0 + target_ratio):
                break
            cold = 1.0 - min(1.0, (now_s - begun_s) / whole_s)
            before = self._moved()
            change = math.fsum(self._value(job, self.spots[job]) - self._value(job, spot) for job, spot in before.items())
            if change <= 0.0 or self._chance.random() < math.exp(-change / max(heat * cold * cold, 1e-12)):
                cost += change
                if cost < best_cost - 1e-12 * abs(best_cost):
                    best_cost, best = cost, list(self.spots)
            else:
                self._restore(before)
        self._restore(dict(enumerate(best)))

    def _moved(self) -> dict[int, Spot | None]:
        """Move some jobs, and give where they were."""
        first = self._chance.choice(self.unplaced) if None in self.spots else self._dearest()
        jobs = self._in_the_way(first) if self._chance.random() < 0.6 else self._near(first)
        before = {job: self.spots[job] for job in dict.fromkeys((first, *jobs))}
        self._put_back(before, first)
        return before

    def _dearest(self) -> int:
        """Draw some jobs and give the one that pays most above what it would alone."""
        drawn = [self._chance.randrange(len(self.spots)) for _ in range(self._chance.choice((1, 2, 4)))]
        return max(drawn, key=lambda job: self._value(job, self.spots[job]) - self._alone_g[job])

    def _in_the_way(self, job: int) -> list[int]:
        """List what stands where a job would emit least, or nearly so: all of it has to go for that."""
        arrays = self.arrays
        wished = arrays.spot(job, arrays.capacity, self._priced[job] if self._chance.random() < 0.5 else None)
        if wished is None:
            return []
        around = self._chance.randrange(_AROUND)
        found = self._overlapping(wished.zone, int(wished.slots[0]) - around, int(wished.slots[-1]) + around)
        self._chance.shuffle(found)
        return found[: _RUIN[1]]

    def _near(self, job: int) -> list[int]:
        """List neighbours in time, in any zone."""
        count = self._chance.randint(*_RUIN)
        spread = self._chance.randrange(24)
        first, last = int(self._where[1, job]), int(self._where[2, job])
        found = self._overlapping(None, first - spread, last + spread)
        return self._chance.sample(found, min(count, len(found)))

    def _overlapping(self, zone: int | None, first: int, last: int) -> list[int]:
        at, begin, end = self._where
        mask = (begin <= last) & (end >= first) & (at >= 0)
        if zone is not None:
            mask &= at == zone
        found: list[int] = mask.nonzero()[0].tolist()
        return found

    def _put_back(self, jobs: Iterable[int], first: int) -> None:
        """Take jobs out and put each back at its best place: the first one first, or the demanding ones."""
        out = list(jobs)
        for job in out:
            self._take_out(job)
        drawn, size = self._chance.random, self._size
        spread = self._chance.choice((0.0, 0.3, 1.0))
        out.sort(key=lambda job: -size[job] * (1.0 - spread * drawn()))
        if drawn() < 0.5:
            out.remove(first)
            out.insert(0, first)
        choices = self._chance.choice(self._swayed)
        for job in out:
            spot = self.arrays.spot(job, self.left, choices[job])
            if spot is not None:
                self._put(job, spot)

    def _sway(self, price: Any) -> list[list[Choice]]:
        """Weigh places by more and less of the prices of capacity, and by some chance: other choices leave other room."""
        np, arrays = self.arrays.np, self.arrays
        noise = np.random.default_rng(self._chance.randrange(2**32))
        mean = float(arrays.g_per_w.mean())
        swayed = [price * 0.5, price, price, price * 1.5]
        swayed += [price * share + noise.random(price.shape) * mean * _SWAY for share in (0.0, 0.5, 1.0)]
        return [arrays.choices(each) for each in swayed]

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
        crowd = np.where(np.isfinite(arrays.capacity[0]), arrays.capacity[0] - self.left[0], 0.0)
        noise = np.array([[self._chance.random() for _ in range(crowd.shape[1])] for _ in range(crowd.shape[0])])
        spot = arrays.spot(job, arrays.capacity, arrays.choices_of(job, crowd * (0.5 + noise)))
        if spot is None:
            return []  # it fits nowhere, not even alone
        others = self._overlapping(spot.zone, int(spot.slots[0]), int(spot.slots[-1]))
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
        watts = bool((left[0, spot.zone, spot.slots] >= demand[0] * (1.0 - 1e-6)).all())
        return watts and bool((left[1, spot.zone, spot.slots] >= demand[1] - 1e-6).all())

    def _restore(self, spots: Mapping[int, Spot | None]) -> None:
        for job in spots:
            self._take_out(job)
        for job, spot in spots.items():
            if spot is not None:
                self._put(job, spot)

    def _value(self, job: int, spot: Spot | None) -> float:
        return self._missing_g[job] if spot is None else spot.cost_g

    def _price_of_none(self, job: int) -> float:
        """Count a job without a place as dearer than any place, and an important one as dearer than all the others."""
        what = self.arrays.fleet.jobs[job]
        return 100.0 * (1.0 + max(0.0, what.priority)) * what.power_w * what.slots * float(self.arrays.g_per_w.max())
