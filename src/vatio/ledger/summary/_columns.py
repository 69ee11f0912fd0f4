"""Follow one column of samples from row to row: an energy counter with its boundaries, or a level with its mean and peak."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from vatio.records import Channel, Gap, Quantity

# value, low, high of a counter at one moment
Moment = tuple[float, float, float]


class EnergyColumn:
    """Follow one device's joules. ``boundaries`` are the moments, in order, at which phases begin and end.

    Between two readings a counter is interpolated; being a counter, it was between them, which bounds it.
    """

    def __init__(self, channel: Channel, at: int, time_at: int, boundaries: Sequence[float]) -> None:
        self.channel, self._at, self._time_at, self._boundaries = channel, at, time_at, boundaries
        self._first: tuple[float, float] | None = None
        self._last: tuple[float, float] | None = None
        self._moments: list[Moment] = []
        self._holes: list[tuple[float, float]] = []
        self._in_hole = self._missed_begin = False
        self._readings = 0

    def add(self, row: Sequence[float]) -> None:
        """Take the next row."""
        value_j, t_s = row[self._at], row[self._time_at]
        if value_j != value_j or t_s != t_s:  # NaN: a hole
            self._in_hole = True
            return
        if self._in_hole:
            self._missed_begin = self._missed_begin or self._last is None
            self._holes.append((0.0 if self._last is None else self._last[0], t_s))
            self._in_hole = False
        if self._last is None:
            self._first = self._last = (t_s, value_j)
        self._readings += 1
        before_s, before_j = self._last
        value_j = max(value_j, before_j)
        while len(self._moments) < len(self._boundaries) and self._boundaries[len(self._moments)] <= t_s:
            self._moments.append(_between(self._boundaries[len(self._moments)], (before_s, before_j), (t_s, value_j)))
        self._last = (t_s, value_j)

    @property
    def ends_j(self) -> tuple[float, float] | None:
        """Give the counter at the first and the last reading."""
        return (self._first[1], self._last[1]) if self._first and self._last else None

    def energy_j(self) -> Quantity:
        """Give what the device drew: the last reading minus the first, and what the channel says of its error."""
        if self._first is None or self._last is None or self._readings < 2:  # one reading tells no difference, not 0 J
            return Quantity.absent(self.channel.device, source=self.channel.source or None)
        drawn_j = self._last[1] - self._first[1]
        known = self._quantity(drawn_j, drawn_j, drawn_j, self._last[0] - self._first[0])
        return self._cut(known) if self._is_cut() else known

    def between(self, start_s: float, end_s: float) -> Quantity:
        """Give what the device drew between two boundaries."""
        if self._first is None or self._last is None or self._readings < 2:
            return Quantity.absent(self.channel.device)
        begin, end = self._moment(start_s), self._moment(end_s)
        drawn_j = max(0.0, end[0] - begin[0])
        low_j, high_j = max(0.0, end[1] - begin[2]), end[2] - begin[1]
        known = self._quantity(drawn_j, min(low_j, drawn_j), max(high_j, drawn_j), end_s - start_s)
        covered = start_s >= self._first[0] - _SLACK_S and end_s <= self._last[0] + _SLACK_S
        return self._cut(known) if self._is_cut() and not covered else known

    def gaps(self, end_s: float, reasons: Mapping[str, str]) -> list[Gap]:
        """Name the times without a reading of this device."""
        if self._first is None or self._last is None or self.channel.part_of is not None:
            return []
        holes = [*self._holes, *([(self._last[0], max(self._last[0], end_s))] if self._in_hole else [])]
        reason = reasons.get(self.channel.name, "no reading")
        return [Gap(start_s=start_s, end_s=stop_s, reason=f"{self.channel.device}: {reason}") for start_s, stop_s in holes]

    def _is_cut(self) -> bool:
        return self._in_hole or self._missed_begin

    def _cut(self, known: Quantity) -> Quantity:
        return Quantity(
            value=known.value,
            low=known.low,
            high=None,
            provenance=known.provenance,
            source=known.source,
            missing=(self.channel.device,),
        )

    def _moment(self, t_s: float) -> Moment:
        at = bisect_left(self._boundaries, t_s)
        if at < len(self._moments):
            return self._moments[at]
        last_j = self._last[1] if self._last else 0.0
        return (last_j, last_j, last_j)

    def _quantity(self, value_j: float, low_j: float, high_j: float, duration_s: float) -> Quantity:
        channel = self.channel
        error_j = channel.resolution + (channel.refresh_s * value_j / duration_s if duration_s > 0.0 else 0.0)
        return Quantity.around(
            value_j,
            min(value_j, max(0.0, low_j * channel.low_ratio - error_j)),
            max(value_j, high_j * channel.high_ratio + error_j),
            provenance=channel.provenance,
            source=channel.source or None,
        )


_SLACK_S = 1e-3
# A boundary at which the meters were read; differences of a boot's seconds are rounded.
_SAME_S = 1e-6
# Close to a reading a counter cannot be far from it: power may be this many times the mean of the interval around it.
_BURST_RATIO = 10.0


def _between(t_s: float, before: tuple[float, float], after: tuple[float, float]) -> Moment:
    """Interpolate a counter at ``t_s`` between two readings of ``(seconds, joules)``."""
    (before_s, before_j), (after_s, after_j) = before, after
    if t_s <= before_s + _SAME_S:
        return (before_j, before_j, before_j)
    if t_s >= after_s - _SAME_S:
        return (after_j, after_j, after_j)
    power_w = (after_j - before_j) / (after_s - before_s)
    value_j = min(max(before_j + power_w * (t_s - before_s), before_j), after_j)
    error_j = _BURST_RATIO * power_w * min(t_s - before_s, after_s - t_s)
    return (value_j, max(before_j, value_j - error_j), min(after_j, value_j + error_j))


class LevelColumn:
    """Follow a level or a counter that is not energy: its ends, its peak, and its mean over time."""

    def __init__(self, channel: Channel, at: int) -> None:
        self.channel, self.at = channel, at
        self.first: float | None = None
        self.last: float | None = None
        self.peak: float | None = None
        self._area = self._seconds = 0.0
        self._last_s = 0.0

    def add(self, t_s: float, value: float) -> None:
        """Take the next value; NaN is a hole."""
        if value != value:
            return
        if self.last is None or self.peak is None:
            self.first = self.peak = value
        else:
            # A level is that of the interval which ends with it.
            self._area += value * (t_s - self._last_s)
            self._seconds += t_s - self._last_s
            self.peak = max(self.peak, value)
        self.last, self._last_s = value, t_s

    @property
    def mean(self) -> float | None:
        """Give the mean over time."""
        return self._area / self._seconds if self._seconds > 0.0 else self.last

    @property
    def rise(self) -> float | None:
        """Give how much a counter rose from its first value to its last."""
        return None if self.first is None or self.last is None else max(0.0, self.last - self.first)
