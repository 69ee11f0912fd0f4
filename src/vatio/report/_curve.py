"""Turn accumulated joules into power over time, few enough points to draw and none of the peaks lost.

A counter's difference over a slot is exact however many samples lie in it, so the mean loses nothing; the band goes from
the lowest to the highest interval between two samples within the slot, widened by what the meter may be wrong.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from vatio.records import Channel

SLOTS = 240


class SampleTable(Protocol):
    """Give a run's samples: the channels, the times since its start, and one column of values for each channel."""

    @property
    def channels(self) -> Sequence[Channel]:
        """List the channels, in the order of the columns."""

    @property
    def times_s(self) -> Sequence[float]:
        """List the times of the samples in seconds since the run's start."""

    @property
    def columns(self) -> Sequence[Sequence[float]]:
        """List the values of each channel; NaN where a reading failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerCurve:
    """Hold power over slots of time, in watts; None where it is not known. ``edges_s`` has one more item than the others.

    ``parts_w`` holds the mean of each kind of device; they add up to ``mean_w``.
    """

    edges_s: tuple[float, ...]
    mean_w: tuple[float | None, ...]
    low_w: tuple[float | None, ...]
    high_w: tuple[float | None, ...]
    parts_w: dict[str, tuple[float | None, ...]]


def power_curve(samples: SampleTable, *, counted: frozenset[str] | None = None, slots: int = SLOTS) -> PowerCurve:
    """Compute the power of the counted devices over at most ``slots`` slots of equal length.

    ``counted`` names the devices that add up to the run's energy; without it every energy channel that is part of no
    other counts. Slots are never shorter than the interval between two samples.
    """
    times_s = samples.times_s
    chosen = [at for at, channel in enumerate(samples.channels) if _counts(channel, counted)]
    picks = _picks(times_s, slots)
    edges_s = tuple(times_s[at] for at in picks)
    if not chosen or len(picks) < 2:
        return PowerCurve(edges_s=(), mean_w=(), low_w=(), high_w=(), parts_w={})
    traces = [_trace(samples.channels[at], samples.columns[at], times_s, picks) for at in chosen]
    kinds = dict.fromkeys(samples.channels[at].component or "other" for at in chosen)
    parts_w = {
        kind: _summed([trace[0] for at, trace in zip(chosen, traces, strict=True) if samples.channels[at].component == kind])
        for kind in kinds
    }
    mean_w, low_w, high_w = (_summed([trace[which] for trace in traces]) for which in range(3))
    return PowerCurve(edges_s=edges_s, mean_w=mean_w, low_w=low_w, high_w=high_w, parts_w=parts_w)


Trace = tuple[list[float | None], list[float | None], list[float | None]]


def _counts(channel: Channel, counted: frozenset[str] | None) -> bool:
    if channel.unit != "j" or channel.kind != "counter" or channel.component is None or channel.part_of is not None:
        return False
    return channel.component != "platform" if counted is None else channel.device in counted


def _picks(times_s: Sequence[float], slots: int) -> list[int]:
    """Choose the samples that end the slots: all of them when they are few, else one near each equal division."""
    last = len(times_s) - 1
    if last <= slots:
        return list(range(last + 1))
    start_s, length_s = times_s[0], times_s[last] - times_s[0]
    wanted = (bisect_left(times_s, start_s + length_s * at / slots) for at in range(1, slots))
    return sorted({0, *wanted, last})


def _trace(channel: Channel, column: Sequence[float], times_s: Sequence[float], picks: Sequence[int]) -> Trace:
    trace: Trace = ([], [], [])
    for first, last in pairwise(picks):
        for side, power_w in zip(trace, _slot(channel, column, times_s, first, last), strict=True):
            side.append(power_w)
    return trace


def _slot(
    channel: Channel, column: Sequence[float], times_s: Sequence[float], first: int, last: int
) -> tuple[float | None, float | None, float | None]:
    """Give mean, low and high of one slot; none of them when the slot begins or ends in a hole."""
    length_s = times_s[last] - times_s[first]
    mean_w = (column[last] - column[first]) / length_s if length_s > 0.0 else math.nan
    if math.isnan(mean_w):
        return None, None, None
    low_w, high_w = _extremes(column[first : last + 1], times_s[first : last + 1], mean_w)
    # What the counter may lag behind at both ends, and what one step of it is worth, as power over this slot.
    slack_w = (channel.refresh_s * abs(mean_w) + channel.resolution) / length_s
    return mean_w, max(0.0, low_w * channel.low_ratio - slack_w), high_w * channel.high_ratio + slack_w


def _extremes(column: Sequence[float], times_s: Sequence[float], mean_w: float) -> tuple[float, float]:
    """Give the least and the most power between two samples, or the mean where all samples inside were lost."""
    powers_w = [
        (after - before) / (end_s - start_s)
        for before, after, start_s, end_s in zip(column, column[1:], times_s, times_s[1:], strict=False)
        if end_s > start_s
    ]
    known = [power_w for power_w in powers_w if not math.isnan(power_w)]
    return min(known, default=mean_w), max(known, default=mean_w)


def _summed(traces: Sequence[Sequence[float | None]]) -> tuple[float | None, ...]:
    """Add slot by slot; a slot in which one part is not known is not known."""
    slots = zip(*traces, strict=True)
    return tuple(None if None in slot else math.fsum(power for power in slot if power is not None) for slot in slots)
