"""What a forecast's chart and its words are made of."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from vatio.account import IntensityCurve
from vatio.report._format import clean, local_time
from vatio.units import S_PER_HOUR

_CLEANEST_H = 6


class Hour(NamedTuple):
    """Hold one slot: its ends in seconds since 1970, g/kWh with their interval, and whether it has happened."""

    start_s: float
    end_s: float
    value: float | None
    low: float
    high: float
    is_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Hold a forecast to be shown: the curve ahead with its interval, and what was known before it.

    ``level`` is the share of hours that the interval holds; ``method`` says how the forecast was made.
    """

    ahead: IntensityCurve
    known: IntensityCurve | None
    level: float
    method: str
    notes: tuple[str, ...] = ()

    def hours(self) -> list[Hour]:
        """List the slots in their order, those that are known first."""
        before = [] if self.known is None else list(_hours(self.known, is_known=True))
        ahead = _hours(self.ahead, is_known=False)
        return [*(hour for hour in before if hour.end_s <= self.ahead.starts_s[0]), *ahead]

    def headline(self) -> str:
        """Say in one line what is foretold, and when it is cleanest.

        The zone, how far, the mean, and the cleanest six hours in a row with the mean of their intervals.
        """
        slots = [hour for hour in self.hours() if not hour.is_known]
        mean = math.fsum(hour.value or 0.0 for hour in slots) / len(slots)
        zone = f"{clean(self.ahead.zone)}: " if self.ahead.zone else ""
        first, last, value = _cleanest(slots)
        until = f"{local(first.start_s)} to {local(last.end_s)}"
        if len(slots) <= _CLEANEST_H:
            return f"{zone}{mean:.0f} g/kWh, {until}"
        return f"{zone}{mean:.0f} g/kWh in the mean of {len(slots)} h; cleanest {until}, {value:.0f} g/kWh"

    def facts(self) -> list[tuple[str, str]]:
        """Name what the forecast was made from."""
        slots = [hour for hour in self.hours() if not hour.is_known]
        least, most = min(slots, key=_value), max(slots, key=_value)
        return [
            ("from", f"{local(slots[0].start_s)} to {local(slots[-1].end_s)}"),
            ("cleanest", self._one(least)),
            ("dirtiest", self._one(most)),
            ("interval", f"holds {100.0 * self.level:.0f} % of the hours"),
            ("made from", clean(self.ahead.source) or "given"),
            ("by", clean(self.method)),
        ]

    def _one(self, hour: Hour) -> str:
        return f"{local(hour.start_s)}, {hour.value or 0.0:.0f} g/kWh ({hour.low:.0f} to {hour.high:.0f})"


def local(moment_s: float) -> str:
    """Write a moment in local time, with the weekday."""
    return local_time(datetime.fromtimestamp(moment_s, UTC))


def _value(hour: Hour) -> float:
    return hour.value or 0.0


def _hours(curve: IntensityCurve, *, is_known: bool) -> Iterator[Hour]:
    last_s = curve.starts_s[-1] + S_PER_HOUR if curve.end_s is None else curve.end_s
    lows, highs = curve.low_g_per_kwh or curve.values_g_per_kwh, curve.high_g_per_kwh or curve.values_g_per_kwh
    for at, (start_s, end_s) in enumerate(pairwise((*curve.starts_s, last_s))):
        value = curve.values_g_per_kwh[at]
        yield Hour(start_s, end_s, value, lows[at] or 0.0, highs[at] or 0.0, is_known)


def _cleanest(slots: Sequence[Hour]) -> tuple[Hour, Hour, float]:
    """Find the cleanest hours in a row."""
    length = min(_CLEANEST_H, len(slots))
    means = [math.fsum(hour.value or 0.0 for hour in slots[at : at + length]) / length for at in range(len(slots) - length + 1)]
    first = means.index(min(means))
    return slots[first], slots[first + length - 1], means[first]
