"""Lay a batch's points on two axes: cost by its logarithm, quality by what has to be seen of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vatio.records import Front, FrontPoint, Quantity

_ROOM = 0.06
_FAR = 6.0  # what loses more than so many times the allowed loss lies beyond the edge
_LEAST_LOSS = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Hold the ends of an axis; ``is_log`` where equal steps are equal ratios."""

    low: float
    high: float
    is_log: bool = False

    def share(self, value: float) -> float:
        """Give where a value lies, from 0 to 1; what is beyond lies at the edge.

        >>> Axis(low=1.0, high=100.0, is_log=True).share(10.0)
        0.5
        """
        low, high, at = (math.log10(each) if self.is_log else each for each in (self.low, self.high, max(value, 1e-300)))
        if not self.is_log:
            at = value
        return min(1.0, max(0.0, (at - low) / (high - low)))

    def holds(self, value: float) -> bool:
        """Tell whether a value lies on the axis."""
        return self.low <= value <= self.high


def cost_axis(costs: Sequence[Quantity]) -> Axis:
    """Choose the axis of costs: all of them, with room at both ends."""
    known = [end for cost in costs for end in (cost.value, cost.low, cost.high) if end is not None and end > 0.0]
    low, high = (math.log10(end) for end in (min(known, default=1.0), max(known, default=1.0)))
    room = max(0.12, (high - low) * _ROOM)
    return Axis(low=10.0 ** (low - room), high=10.0 ** (high + room), is_log=True)


def quality_axis(front: Front, points: list[FrontPoint]) -> Axis:
    """Choose the axis of quality: the baseline, what may be lost, and the points but for those far below."""
    seen = []
    for point in points:
        found = point.quality.get(front.metric)
        if found is None:
            continue
        seen += [found.value, found.value - front.max_loss] if not point.chain else []
        lost = 0.0 if point.change is None else -point.change.value
        if lost <= _FAR * max(front.max_loss, _LEAST_LOSS):
            seen += [found.value, *ends_of(point, found.value)]
    low, high = min(seen, default=0.0), max(seen, default=1.0)
    room = max(high - low, abs(high) * 1e-3, 1e-9) * 2 * _ROOM
    return Axis(low=low - room, high=high + room)


def ends_of(point: FrontPoint, value: float) -> tuple[float, float]:
    """Give the ends of the change's interval, where the point lies: they decide whether the loss is allowed."""
    found = point.change
    if found is None:
        return value, value
    return tuple(value if end is None else value + end - found.value for end in (found.low, found.high))  # type: ignore[return-value]


def log_ticks(axis: Axis) -> tuple[float, ...]:
    """Choose round costs: powers of ten, with twos and fives where there is room.

    >>> log_ticks(Axis(low=0.08, high=12.0, is_log=True))
    (0.1, 1.0, 10.0)
    """
    decades = math.log10(axis.high / axis.low)
    steps = (1.0,) if decades > 2.0 else (1.0, 3.0) if decades > 1.2 else (1.0, 2.0, 5.0)
    powers = range(math.floor(math.log10(axis.low)), math.ceil(math.log10(axis.high)) + 1)
    every = max(1, math.ceil(len(powers) / 6))
    found = (float(f"{step * 10.0**power:.6g}") for power in powers if power % every == 0 for step in steps)
    return tuple(each for each in found if axis.holds(each))


def level_ticks(axis: Axis) -> tuple[float, ...]:
    """Choose round qualities.

    >>> level_ticks(Axis(low=0.961, high=0.998))
    (0.97, 0.98, 0.99)
    """
    raw = (axis.high - axis.low) / 4.0
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(size * power for size in (1.0, 2.0, 5.0, 10.0) if size * power >= raw * 0.999)
    first, last = math.ceil(axis.low / step), math.floor(axis.high / step)
    return tuple(float(f"{at * step:.8g}") for at in range(first, last + 1))
