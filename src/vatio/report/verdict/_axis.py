"""Lay the changes of a comparison on one axis: what has to be seen, and which pairs lie beyond the edge."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vatio.records import Verdict
from vatio.report.verdict._say import limit_ratio

_MARGIN = 0.07  # kept free at each side, as a share of what is shown
_TICKS = 6
_MOST = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Hold the lowest and the highest change that a picture shows."""

    low_ratio: float
    high_ratio: float

    def share(self, ratio: float) -> float:
        """Give where a change lies, 0 at the left and 1 at the right edge; what is beyond lies at the edge."""
        place = (ratio - self.low_ratio) / (self.high_ratio - self.low_ratio)
        return min(1.0, max(0.0, place))

    def holds(self, ratio: float) -> bool:
        """Tell whether a change lies on the axis."""
        return self.low_ratio <= ratio <= self.high_ratio


def axis_of(verdict: Verdict, changes: Sequence[float]) -> Axis:
    """Choose the axis: no change, both limits, the interval and the pairs but for far outliers."""
    found = verdict.change_ratio
    seen = [0.0, verdict.allowed_ratio, limit_ratio(verdict), found.value, found.low, found.high, *_near(changes)]
    known = [min(_MOST, max(-_MOST, ratio)) for ratio in seen if ratio is not None]
    low, high = min(known), max(known)
    room = max(high - low, 1e-6) * _MARGIN
    return Axis(low_ratio=low - room, high_ratio=high + room)


def ticks(axis: Axis) -> tuple[float, ...]:
    """Choose round changes to write below the axis.

    >>> ticks(Axis(low_ratio=-0.031, high_ratio=0.068))
    (-0.02, 0.0, 0.02, 0.04, 0.06)
    """
    raw = (axis.high_ratio - axis.low_ratio) / _TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(size * power for size in (1.0, 2.0, 5.0, 10.0) if size * power >= raw * 0.999)
    first, last = math.ceil(axis.low_ratio / step), math.floor(axis.high_ratio / step)
    return tuple(float(f"{at * step:.6g}") for at in range(first, last + 1))


def _near(changes: Sequence[float]) -> list[float]:
    """Leave out what is far out by Tukey's fences (three times the middle half), so that one hiccup hides no interval."""
    ordered = sorted(changes)
    if len(ordered) < 4:
        return ordered
    first, third = ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4]
    reach = 3.0 * max(third - first, 1e-3)
    return [one for one in ordered if first - reach <= one <= third + reach]
