"""Improve a plan by taking jobs out and putting them back: a large neighbourhood search.

Some jobs that crowd one another are taken out and put back one by one, each at its best place (Shaw, 1998; ruin and recreate,
Schrimpf et al., 2000); a worse plan is kept now and then, ever less often.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Sequence
from typing import Any

from vatio.plan.fleet._arrays import Arrays, Choice, Spot, overlapping
from vatio.plan.fleet._board import Board, Place, Weighing

# How many jobs are taken out at once, and how far around a place their neighbours are looked for, in slots.
_RUIN, _AROUND, _SPREAD = (2, 25), 8, 24
# How often what is in the way goes, and not what is near.
_IN_THE_WAY_RATIO = 0.6
# The share of the plan's grams by which a worse one may be kept at the beginning.
_HEAT_RATIO = 0.006
# By how much of a mean slot chance may sway a choice.
_SWAY = 0.2
# A turn takes some forty microseconds: the clock is read and the bound looked at once in so many.
_TURNS_A_LOOK = 16

# The jobs that were taken out with the places they have now, and by how many grams that is dearer.
_Moved = tuple[list[tuple[int, Place | None]], float]


class Improvement:
    """Hold a plan that gets better: each job's place, and the board on which they lie."""

    def __init__(self, arrays: Arrays, spots: Sequence[Spot | None], *, price: Any, seed: int = 0) -> None:
        self.arrays, self.board = arrays, Board(arrays)
        self.places: list[Place | None] = [None] * len(spots)
        self._unplaced = set(range(len(spots)))
        self._chance = random.Random(seed)
        self._prices = self._sway(price)
        self._weighings: list[list[list[Weighing] | None]] = [[None] * len(spots) for _ in self._prices]
        self._missing_g = [self._price_of_none(job) for job in range(len(spots))]
        self._value_g = list(self._missing_g)
        self._size = [float(what.power_w) * what.slots for what in arrays.fleet.jobs]
        # Where each job runs: zone, first and last slot; without a place, zone -1 and where it was or may be.
        self._where = arrays.np.array([(-1, what.earliest, what.latest - 1) for what in arrays.fleet.jobs]).T
        # Where each would run if it were alone: by grams, and by grams and the prices of capacity.
        choices = (arrays.plain, arrays.choices(price))
        self._wished = [[arrays.spot(job, arrays.capacity, choice) for job, choice in enumerate(each)] for each in choices]
        self._alone_g = [0.0 if wish is None else wish.cost_g for wish in self._wished[0]]
        for job, spot in enumerate(spots):
            if spot is not None:
                place = self.board.place_of(job, spot)
                self.board.take(place)
                self._settle(job, place)

    @property
    def spots(self) -> list[Spot | None]:
        """Give each job's place in the fleet's own slots."""
        return [None if place is None else self.board.spot_of(job, place) for job, place in enumerate(self.places)]

    def run(self, *, until_cpu_s: float, bound_g: float, target_ratio: float) -> None:
        """Take out and put back until the time is over or the plan is within ``target_ratio`` of the bound."""
        cost_g = best_g = math.fsum(self._value_g)
        best, enough_g = list(self.places), bound_g * (1.0 + target_ratio)
        begun_s = time.process_time()
        whole_s, turn, heat_g = max(1e-9, until_cpu_s - begun_s), 0, 0.0
        while True:
            if turn % _TURNS_A_LOOK == 0:
                cold = 1.0 - (time.process_time() - begun_s) / whole_s
                if cold <= 0.0 or best_g <= enough_g:
                    break
                heat_g = _HEAT_RATIO * best_g * cold * cold
            turn += 1
            kept = self.board.kept()
            # Metropolis: how much dearer the next plan may be is drawn beforehand, so that a bad one is left half-way.
            allowed_g = -heat_g * math.log(1.0 - self._chance.random())
            moved, change_g = self._moved(allowed_g)
            if change_g > allowed_g:
                self.board.restore(kept)
                continue
            for job, place in moved:
                self._settle(job, place)
            cost_g += change_g
            if cost_g < best_g - 1e-12 * abs(best_g):
                best_g, best = cost_g, list(self.places)
        self.places = best

    def _moved(self, allowed_g: float) -> _Moved:
        """Move some jobs on the board; stop where it must come out dearer than is allowed, even if the rest found its best."""
        out, board = self._out(), self.board
        alone_g, value_g, missing_g = self._alone_g, self._value_g, self._missing_g
        change_g = 0.0
        for job in out:
            change_g += alone_g[job] - value_g[job]
            place = self.places[job]
            if place is not None:
                board.give_back(place)
        which = int(self._chance.random() * len(self._prices))
        weighings = self._weighings[which]
        found: list[tuple[int, Place | None]] = []
        for job in out:
            place = board.find(job, weighings[job] or self._weighed(job, which))
            if place is not None:
                board.take(place)
            change_g += (missing_g[job] if place is None else place[2]) - alone_g[job]
            if change_g > allowed_g:
                break
            found.append((job, place))
        return found, change_g

    def _out(self) -> list[int]:
        """Choose what is taken out, in the order in which it is put back: the first one first, or the demanding ones."""
        chance = self._chance.random
        first = self._first()
        others = self._in_the_way(first) if chance() < _IN_THE_WAY_RATIO else self._near(first)
        out = list(dict.fromkeys((first, *others)))
        size, spread = self._size, (0.0, 0.3, 1.0)[int(chance() * 3)]
        out.sort(key=lambda job: -size[job] * (1.0 - spread * chance()))
        if chance() < 0.5:
            out.remove(first)
            out.insert(0, first)
        return out

    def _first(self) -> int:
        """Draw a job without a place; where all have one, some, and give the one that pays most above what it would alone."""
        if self._unplaced:
            return self._chance.choice(sorted(self._unplaced))
        chance, value_g, alone_g = self._chance.random, self._value_g, self._alone_g
        drawn = [int(chance() * len(value_g)) for _ in range((1, 2, 4)[int(chance() * 3)])]
        return max(drawn, key=lambda job: value_g[job] - alone_g[job])

    def _in_the_way(self, job: int) -> list[int]:
        """List what stands where a job would emit least, or nearly so: all of it has to go for that."""
        wished = self._wished[self._chance.random() < 0.5][job]
        if wished is None:
            return []
        around = int(self._chance.random() * _AROUND)
        found = overlapping(self._where, wished.slots[0] - around, wished.slots[-1] + around, zone=wished.zone)
        return found if len(found) <= _RUIN[1] else self._chance.sample(found, _RUIN[1])

    def _near(self, job: int) -> list[int]:
        """List neighbours in time, in any zone."""
        count = self._chance.randint(*_RUIN)
        spread = int(self._chance.random() * _SPREAD)
        first, last = self._where[1:, job].tolist()
        found = overlapping(self._where, first - spread, last + spread)
        return self._chance.sample(found, min(count, len(found)))

    def _sway(self, price: Any) -> list[Any]:
        """Weigh places by more and less of the prices of capacity, and by some chance: other choices leave other room."""
        np, arrays = self.arrays.np, self.arrays
        noise = np.random.default_rng(self._chance.randrange(2**32))
        mean = float(arrays.g_per_w.mean())
        swayed = [None, price * 0.5, price, price, price * 1.5]
        return swayed + [price * share + noise.random(price.shape) * mean * _SWAY for share in (0.0, 0.5, 1.0)]

    def _weighed(self, job: int, which: int) -> list[Weighing]:
        """Put a job's places in order by one of the prices, when they are first asked for."""
        price = self._prices[which]
        choice: Choice = self.arrays.plain[job] if price is None else self.arrays.choices_of(job, price)
        found = self._weighings[which][job] = self.board.weigh(job, choice)
        return found

    def _settle(self, job: int, place: Place | None) -> None:
        self.places[job] = place
        if place is None:
            self._value_g[job] = self._missing_g[job]
            self._where[0, job] = -1
            self._unplaced.add(job)
            return
        self._unplaced.discard(job)
        self._value_g[job] = place[2]
        self._where[:, job] = place[0], *self.board.stretch(job, place)

    def _price_of_none(self, job: int) -> float:
        """Count a job without a place as dearer than any place, and an important one as dearer than all the others."""
        what = self.arrays.fleet.jobs[job]
        return 100.0 * (1.0 + max(0.0, what.priority)) * what.power_w * what.slots * float(self.arrays.g_per_w.max())
