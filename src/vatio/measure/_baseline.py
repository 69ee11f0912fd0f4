"""The idle watts of a host: what each device draws while nothing is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from time import monotonic, sleep
from typing import TYPE_CHECKING

from vatio.errors import MeasureError
from vatio.records import Channel, Quantity

if TYPE_CHECKING:
    from vatio.measure._meter import Meter

# A machine at rest still has seconds in which it tidies up: the median of parts this long leaves them out.
_PART_S = 1.0
_LEAST_PARTS = 3


def measure_baseline(
    meters: Iterable[Meter],
    duration_s: float,
    *,
    clock: Callable[[], float] = monotonic,
    wait: Callable[[float], object] = sleep,
) -> Mapping[str, Quantity]:
    """Give each device's idle watts, the median over one-second parts with the meter's error and the spread of the parts.

    Raises:
        MeasureError: the time is too short for three parts, or no device could be read.
    """
    opened = tuple(meters)
    channels = [channel for meter in opened for channel in meter.channels]
    parts = int(duration_s / _PART_S)
    if parts < _LEAST_PARTS:
        raise MeasureError(f"{duration_s:g} s are too few for a baseline", hint=f"take at least {_LEAST_PARTS * _PART_S:g} s")
    rows = [_row(opened, clock)]
    poll_s = min((meter.poll_s for meter in opened if meter.poll_s is not None), default=_PART_S)
    for _ in range(parts):
        rows.append(_after(_PART_S, min(poll_s, _PART_S), opened, clock, wait))
    found = {channel.device: _idle_w(channel, index, rows) for index, channel in enumerate(channels) if _counts(channel)}
    known = {device: idle_w for device, idle_w in found.items() if idle_w is not None}
    if not known:
        raise MeasureError("no device could be read", hint="vatio doctor")
    return known


def _counts(channel: Channel) -> bool:
    return channel.unit == "j" and channel.component is not None and channel.part_of is None


def _row(meters: Sequence[Meter], clock: Callable[[], float]) -> tuple[float, list[float | None]]:
    return clock(), [value for meter in meters for value in meter.read()]


def _after(
    duration_s: float, poll_s: float, meters: Sequence[Meter], clock: Callable[[], float], wait: Callable[[float], object]
) -> tuple[float, list[float | None]]:
    for _ in range(max(1, round(duration_s / poll_s)) - 1):
        wait(poll_s)
        _row(meters, clock)
    wait(poll_s)
    return _row(meters, clock)


def _idle_w(channel: Channel, index: int, rows: Sequence[tuple[float, list[float | None]]]) -> Quantity | None:
    powers = []
    for (start_s, before), (end_s, after) in pairwise(rows):
        first, last = before[index], after[index]
        if first is not None and last is not None and end_s > start_s:
            powers.append((last - first) / (end_s - start_s))
    if len(powers) < _LEAST_PARTS:
        return None
    powers.sort()
    middle_w = powers[len(powers) // 2]
    low_w, high_w = powers[len(powers) // 4], powers[(3 * len(powers)) // 4]
    return Quantity.around(
        middle_w,
        low_w * channel.low_ratio,
        high_w * channel.high_ratio,
        provenance=channel.provenance,
        source=f"baseline of {len(powers)} s by {channel.meter}",
    )
