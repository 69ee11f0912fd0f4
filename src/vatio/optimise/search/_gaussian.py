"""Ask where a Gaussian process expects most to be gained: for spaces of numbers, where few trials must do."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vatio.optimise.search._process import Told, gains
from vatio.optimise.search._space import Parameter, Params, Space, Value, key
from vatio.plugins import require

# Frozen, chosen on lattices that no benchmark judges by: trials before anything is learnt, the draws of which the one
# farthest from all others is taken, the points weighed for one question, and those around each of the best where space has
# no end.
_STARTS = 3
_START_DRAWS = 5
_POINTS = 2000
_NEAR_POINTS = 200
_NEAR_BEST = 3
_NEAR_RATIO = 0.05
# More are not learnt from at once: the best and the latest are.
_MOST_LEARNT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Hold a trial: where it is, what it came to, what it cost."""

    at: tuple[float, ...]
    loss: float | None = None
    cost: float | None = None
    is_under_way: bool = True


class Gaussian:
    """Hold what was asked and learnt of one space. The same order of questions and answers gives the same points."""

    __slots__ = ("_seed", "_seen", "_space")

    def __init__(self, space: Space, seed: int) -> None:
        self._space, self._seed = space, seed
        self._seen: dict[int | str, _Seen] = {}

    def point(self, number: int, known: Collection[str]) -> dict[str, Value] | None:
        """Choose the point of one trial, none of those in ``known``; ``None`` where every point was tried."""
        draws = require("numpy", extra="optimise").random.default_rng([self._seed, number])
        points = self._left(draws, known)
        if not points:
            return None
        done = self._learnt()
        if len(self._seen) < _STARTS or len(done) < _STARTS - 1 or all(each.loss is None for each in done):
            return self._far(points, draws)
        told = _told(done)
        under_way = [each.at for each in self._seen.values() if each.is_under_way]
        found: dict[str, Value] = points[int(gains(told, under_way, [self._placed(one) for one in points]).argmax())]
        return found

    def begin(self, number: int, params: Params) -> None:
        """Take note of a trial that is under way."""
        self._seen[number] = _Seen(at=self._placed(params))

    def tell(self, number: int, loss: float | None, cost: float | None) -> None:
        """Learn what a trial came to; one that failed is taken for as bad as the worst."""
        if number in self._seen:
            self._seen[number] = replace(self._seen[number], loss=loss, cost=cost, is_under_way=False)

    def know(self, params: Params, loss: float) -> None:
        """Learn from a trial of an earlier search."""
        self._seen[key(params)] = _Seen(at=self._placed(params), loss=loss, is_under_way=False)

    def _learnt(self) -> list[_Seen]:
        done = [each for each in self._seen.values() if not each.is_under_way]
        if len(done) <= _MOST_LEARNT:
            return done
        half = _MOST_LEARNT // 2
        latest, rest = done[-half:], done[:-half]
        return sorted(rest, key=lambda each: math.inf if each.loss is None else each.loss)[:half] + latest

    def _far(self, points: Sequence[dict[str, Value]], draws: Any) -> dict[str, Value]:
        """Take of some points at random the one that is farthest from all trials."""
        some = [points[int(at)] for at in draws.choice(len(points), min(len(points), _START_DRAWS), replace=False)]
        seen = [each.at for each in self._seen.values()]
        return max(some, key=lambda one: min((math.dist(self._placed(one), at) for at in seen), default=0.0))

    def _left(self, draws: Any, known: Collection[str]) -> list[dict[str, Value]]:
        """Give points to choose from that were not tried: all of them where they are few."""
        parameters = self._space.parameters
        sizes = [len(parameter.choices) for parameter in parameters]
        if all(sizes) and math.prod(sizes) <= _POINTS:
            found = list(self._space.points())
        else:
            found = [self._at(row) for row in draws.random((_POINTS, len(parameters)))]
            best = sorted((each for each in self._seen.values() if each.loss is not None), key=lambda each: each.loss or 0.0)
            for each in best[:_NEAR_BEST]:
                moved = draws.normal(each.at, _NEAR_RATIO, (_NEAR_POINTS, len(parameters)))
                found += [self._at(row) for row in moved.clip(0.0, 1.0)]
        return list({said: point for point in found if (said := key(point)) not in known}.values())

    def _at(self, row: Sequence[float]) -> dict[str, Value]:
        return {one.name: _value(one, float(at)) for one, at in zip(self._space.parameters, row, strict=True)}

    def _placed(self, params: Params) -> tuple[float, ...]:
        return tuple(_place(one, params[one.name]) for one in self._space.parameters)


def fits(space: Space, *, objectives: int, is_ordered: Callable[[Parameter], bool]) -> bool:
    """Tell whether a Gaussian process suits: one objective, and numbers that all exist always."""
    return objectives == 1 and all(
        not one.when and (not one.choices or len(one.choices) == 1 or is_ordered(one)) for one in space.parameters
    )


def _told(done: Sequence[_Seen]) -> Told:
    worst = max(each.loss for each in done if each.loss is not None)
    losses = [worst if each.loss is None else each.loss for each in done]
    return Told([each.at for each in done], losses, [each.cost for each in done])


def _place(parameter: Parameter, value: Value) -> float:
    """Give where a value lies between the ends of its parameter, 0 to 1."""
    if parameter.choices:
        return parameter.choices.index(value) / max(1, len(parameter.choices) - 1)
    low, high = _ends(parameter)
    return min(1.0, max(0.0, ((math.log(float(value)) if parameter.log else float(value)) - low) / (high - low)))


def _value(parameter: Parameter, share: float) -> Value:
    if parameter.choices:
        return parameter.choices[min(len(parameter.choices) - 1, int(share * len(parameter.choices)))]
    low, high = _ends(parameter)
    number = low + (high - low) * share
    number = math.exp(number) if parameter.log else number
    number = min(max(number, float(parameter.low or 0.0)), float(parameter.high or 0.0))
    return round(number) if parameter.is_whole else number


def _ends(parameter: Parameter) -> tuple[float, float]:
    low, high = float(parameter.low or 0.0), float(parameter.high or 0.0)
    return (math.log(low), math.log(high)) if parameter.log else (low, high)
