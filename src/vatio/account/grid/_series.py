"""What is known of a zone's electricity, slot by slot: intensity, renewable share, carbon-free share, price."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from vatio.account._intensity import KINDS, IntensityCurve
from vatio.errors import InvalidQuantity, UnknownName

# What a slot can tell beside its intensity, and the range of what is believed.
RANGES: Mapping[str, tuple[float, float]] = {
    "g_per_kwh": (0.0, 3000.0),
    "low_g_per_kwh": (0.0, 3000.0),
    "high_g_per_kwh": (0.0, 3000.0),
    "renewable_ratio": (0.0, 1.0),
    "carbon_free_ratio": (0.0, 1.0),
    "price_eur_per_kwh": (-10.0, 10.0),
}


class Slot(NamedTuple):
    """Hold one slot as a source tells it: seconds since 1970, and what it knows by the names of ``RANGES``."""

    start_s: float
    known: Mapping[str, float]
    estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GridSeries:
    """Hold slots of a zone in their order, without doubles; a slot that is not known is a hole (``None``).

    ``step_s`` is the length of most slots; the last ends at ``end_s``, past which nothing is known. ``low_g_per_kwh`` and
    ``high_g_per_kwh`` are the interval of a forecast, where the source tells one. ``forecast_from_s`` is where a forecast
    begins, ``None`` where all has happened. ``estimated_ratio`` is the share of slots that the source itself calls estimated.

    Raises:
        InvalidQuantity: the slots are not in order, or a value is out of its range.
    """

    zone: str
    source: str
    kind: str = "average"
    starts_s: tuple[float, ...]
    end_s: float
    step_s: float
    g_per_kwh: tuple[float | None, ...]
    low_g_per_kwh: tuple[float | None, ...] = ()
    high_g_per_kwh: tuple[float | None, ...] = ()
    renewable_ratio: tuple[float | None, ...] = ()
    carbon_free_ratio: tuple[float | None, ...] = ()
    price_eur_per_kwh: tuple[float | None, ...] = ()
    forecast_from_s: float | None = None
    estimated_ratio: float = 0.0
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InvalidQuantity(f"intensity kind {self.kind!r}", hint=f"use one of {', '.join(KINDS)}")
        if not self.starts_s or any(late <= early for early, late in pairwise((*self.starts_s, self.end_s))):
            raise InvalidQuantity(f"the slots of {self.zone or 'a zone'} are not in order, or there are none")
        for name, (lowest, highest) in RANGES.items():
            column: Sequence[float | None] = getattr(self, name)
            if column and len(column) != len(self.starts_s):
                raise InvalidQuantity(f"{len(self.starts_s)} slots and {len(column)} values of {name}")
            for value in column:
                if value is not None and not lowest <= value <= highest:
                    raise InvalidQuantity(
                        f"{name} {value:g} lies outside {lowest:g} to {highest:g}", hint="is its unit another?"
                    )

    def curve(self) -> IntensityCurve:
        """Give the intensity as a curve over seconds since 1970.

        Raises:
            InvalidQuantity: no slot knows its intensity, or a value lies outside its interval.
        """
        if all(value is None for value in self.g_per_kwh):
            raise InvalidQuantity(f"{self.source} tells no intensity of {self.zone}")
        sided = bool(self.low_g_per_kwh or self.high_g_per_kwh)
        return IntensityCurve(
            starts_s=self.starts_s,
            values_g_per_kwh=self.g_per_kwh,
            end_s=self.end_s,
            kind=self.kind,
            source=self.source,
            zone=self.zone,
            low_g_per_kwh=_side(self.low_g_per_kwh, self.g_per_kwh) if sided else (),
            high_g_per_kwh=_side(self.high_g_per_kwh, self.g_per_kwh) if sided else (),
        )

    def column(self, name: str) -> tuple[float | None, ...]:
        """Give one column by its name.

        Raises:
            UnknownName: there is no such column, or this source does not tell it.
        """
        told: tuple[float | None, ...] = getattr(self, name, ()) if name in RANGES else ()
        if not told:
            raise UnknownName.among("column", name, [known for known in RANGES if getattr(self, known)])
        return told

    def slot_start_s(self, moment_s: float) -> float:
        """Give the start of the slot in which a moment lies; the moment itself where it lies in none."""
        at = bisect_right(self.starts_s, moment_s) - 1
        return self.starts_s[at] if at >= 0 and moment_s < self.end_s else moment_s

    def longest_hole_s(self, name: str = "g_per_kwh") -> float:
        """Give the length of the longest stretch without a value."""
        longest_s = begin_s = 0.0
        inside = False
        for at, value in enumerate(self.column(name)):
            if value is None and not inside:
                inside, begin_s = True, self.starts_s[at]
            if value is not None and inside:
                inside, longest_s = False, max(longest_s, self.starts_s[at] - begin_s)
        return max(longest_s, self.end_s - begin_s) if inside else longest_s

    def between(self, start_s: float, end_s: float) -> GridSeries | None:
        """Give the slots that begin in a stretch of time; ``None`` where there are none."""
        first, last = bisect_left(self.starts_s, start_s), bisect_left(self.starts_s, end_s)
        if first == last:
            return None
        from dataclasses import replace

        cut: dict[str, Any] = {name: getattr(self, name)[first:last] for name in RANGES if getattr(self, name)}
        until_s = self.end_s if last == len(self.starts_s) else self.starts_s[last]
        return replace(self, starts_s=self.starts_s[first:last], end_s=until_s, **cut)


def _side(side: Sequence[float | None], values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Give an end of the interval for each value: the value itself where the source tells none."""
    told = side or values
    return tuple(None if value is None else value if end is None else end for end, value in zip(told, values, strict=True))


def hours_of(series: GridSeries) -> GridSeries:
    """Lay a series on whole hours: the mean of what each hour knows, weighted by time; an hour that knows nothing is a hole."""
    first_s, last_s = math.floor(series.starts_s[0] / 3600.0) * 3600.0, math.ceil(series.end_s / 3600.0) * 3600.0
    hours = [first_s + 3600.0 * hour for hour in range(round((last_s - first_s) / 3600.0))]
    columns: dict[str, Any] = {name: _hourly(series, getattr(series, name), hours) for name in RANGES if getattr(series, name)}
    from dataclasses import replace

    return replace(series, starts_s=tuple(hours), end_s=last_s, step_s=3600.0, **columns)


def _hourly(series: GridSeries, column: Sequence[float | None], hours: Sequence[float]) -> tuple[float | None, ...]:
    weights = [[0.0, 0.0] for _ in hours]
    for start_s, end_s, value in zip(series.starts_s, [*series.starts_s[1:], series.end_s], column, strict=True):
        at_s = start_s
        while value is not None and at_s < end_s:
            hour = int((at_s - hours[0]) // 3600.0)
            until_s = min(end_s, hours[hour] + 3600.0)
            weights[hour][0] += until_s - at_s
            weights[hour][1] += (until_s - at_s) * value
            at_s = until_s
    return tuple(total / seconds if seconds else None for seconds, total in weights)
