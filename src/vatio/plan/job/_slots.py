"""Cut a curve into the slots of a window of time, in whole nanoseconds, so that lengths add up exactly.

A hole of a day at most is filled between its neighbours; a longer one is taken at its dearest when a start is chosen, so
that nothing is planned into it that need not be, and at its mean when it is paid for. Both have the curve's whole range as
their interval. What follows the last known value is not there at all.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from vatio.units import S_PER_DAY

NS_PER_S = 1_000_000_000
_NS_PER_US = 1_000
_US_PER_S = 1_000_000
# Shorter than any slot, longer than what a float of today's date leaves out.
_NOTHING_S = 1e-6


class StepCurve(Protocol):
    """Give a step curve's starts, in seconds since 1970, and where its last value ends."""

    @property
    def starts_s(self) -> tuple[float, ...]:
        """List where each value begins."""

    @property
    def end_s(self) -> float | None:
        """Say where the last value ends; ``None`` for never."""


class Slots(NamedTuple):
    """Hold the slots between ``edges_ns``: what they are expected to cost, the interval, and what to choose them by."""

    edges_ns: list[int]
    value: list[float]
    low: list[float]
    high: list[float]
    chosen_by: list[float]
    holes_s: float

    @property
    def end_ns(self) -> int:
        """Give where knowledge ends."""
        return self.edges_ns[-1]


class _Piece(NamedTuple):
    value: float | None
    low: float | None
    high: float | None


def nanoseconds(duration_s: float) -> int:
    """Give whole nanoseconds of a length of time."""
    return round(duration_s * NS_PER_S)


def moment_ns(moment_s: float) -> int:
    """Give the nanoseconds since 1970 of a moment that is known to the microsecond, as dates are.

    >>> moment_ns(1767225600.1)
    1767225600100000000
    """
    return round(moment_s * _US_PER_S) * _NS_PER_US


def slots_between(curve: StepCurve, values: Sequence[float | None], start_ns: int, end_ns: int) -> Slots | None:
    """Give the slots from a start to an end, or to the end of what is known; ``None`` where nothing is known at all."""
    starts_s = curve.starts_s
    low, high = _bounds(curve, values)
    last = _last_known(values)
    if last < 0 or end_ns <= start_ns:
        return None
    known_until = curve.end_s if last == len(values) - 1 else starts_s[last + 1]
    end_ns = end_ns if known_until is None else min(end_ns, moment_ns(known_until))
    first = max(0, bisect_right(starts_s, start_ns / NS_PER_S + _NOTHING_S) - 1)
    stop = min(last + 1, bisect_left(starts_s, end_ns / NS_PER_S - _NOTHING_S))
    if end_ns <= start_ns or stop <= first:
        return None
    edges = [max(start_ns, moment_ns(starts_s[at])) for at in range(first, stop)]
    lead = edges[0] > start_ns
    edges = [start_ns, *edges, end_ns] if lead else [*edges, end_ns]
    rows = slice(first, stop)
    if not lead and None not in values[rows]:
        found = _floats(values[rows])
        return Slots(edges, found, _floats(low[rows]), _floats(high[rows]), found, 0.0)
    pieces = [_Piece(*row) for row in zip(values[rows], low[rows], high[rows], strict=True)]
    return _filled(edges, [_Piece(None, None, None), *pieces] if lead else pieces, [one for one in values if one is not None])


def _floats(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _bounds(curve: StepCurve, values: Sequence[float | None]) -> tuple[Sequence[float | None], Sequence[float | None]]:
    low, high = getattr(curve, "low_g_per_kwh", None), getattr(curve, "high_g_per_kwh", None)
    return (low or values), (high or values)


def _last_known(values: Sequence[float | None]) -> int:
    return next((at for at in range(len(values) - 1, -1, -1) if values[at] is not None), -1)


def _filled(edges: list[int], pieces: list[_Piece], known: list[float]) -> Slots:
    least, most, mean = min(known), max(known), math.fsum(known) / len(known)
    value, low, high, chosen_by = ([0.0] * len(pieces) for _ in range(4))
    holes_ns, at = 0, 0
    while at < len(pieces):
        piece = pieces[at]
        if piece.value is not None and piece.low is not None and piece.high is not None:
            value[at], low[at], high[at], chosen_by[at] = piece.value, piece.low, piece.high, piece.value
            at += 1
            continue
        end = next((later for later in range(at, len(pieces)) if pieces[later].value is not None), len(pieces))
        length_ns = edges[end] - edges[at]
        holes_ns += length_ns
        short = length_ns <= S_PER_DAY * NS_PER_S
        for hole in range(at, end):
            guess = _between(edges, pieces, at, end, hole) if short else mean
            value[hole], low[hole], high[hole] = guess, min(least, guess), max(most, guess)
            chosen_by[hole] = guess if short else most
        at = end
    return Slots(edges, value, low, high, chosen_by, holes_ns / NS_PER_S)


def _between(edges: list[int], pieces: list[_Piece], first: int, end: int, at: int) -> float:
    before = pieces[first - 1].value if first else None
    after = pieces[end].value if end < len(pieces) else None
    if before is None or after is None:
        return before if before is not None else after if after is not None else 0.0
    share = (edges[at] + edges[at + 1] - 2 * edges[first]) / (2 * (edges[end] - edges[first]))
    return before + (after - before) * share
