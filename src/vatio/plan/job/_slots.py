"""Cut a curve into the slots of a window of time, in whole microseconds, so that lengths add up exactly.

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

US_PER_S = 1_000_000


class StepCurve(Protocol):
    """Give a step curve's starts, in seconds since 1970, and where its last value ends."""

    @property
    def starts_s(self) -> tuple[float, ...]:
        """List where each value begins."""

    @property
    def end_s(self) -> float | None:
        """Say where the last value ends; ``None`` for never."""


class Slots(NamedTuple):
    """Hold the slots between ``edges_us``: what they are expected to cost, the interval, and what to choose them by."""

    edges_us: list[int]
    value: list[float]
    low: list[float]
    high: list[float]
    chosen_by: list[float]
    holes_s: float

    @property
    def end_us(self) -> int:
        """Give where knowledge ends."""
        return self.edges_us[-1]


class _Piece(NamedTuple):
    value: float | None
    low: float | None
    high: float | None


def microseconds(moment_s: float) -> int:
    """Give whole microseconds."""
    return round(moment_s * US_PER_S)


def slots_between(curve: StepCurve, values: Sequence[float | None], start_us: int, end_us: int) -> Slots | None:
    """Give the slots from a start to an end, or to the end of what is known; ``None`` where nothing is known at all."""
    starts_s = curve.starts_s
    low, high = _bounds(curve, values)
    last = _last_known(values)
    if last < 0 or end_us <= start_us:
        return None
    known_until = curve.end_s if last == len(values) - 1 else starts_s[last + 1]
    end_us = end_us if known_until is None else min(end_us, microseconds(known_until))
    first = max(0, bisect_right(starts_s, start_us / US_PER_S) - 1)
    stop = min(last + 1, bisect_left(starts_s, end_us / US_PER_S))
    if end_us <= start_us or stop <= first:
        return None
    edges = [max(start_us, microseconds(starts_s[at])) for at in range(first, stop)]
    lead = edges[0] > start_us
    edges = [start_us, *edges, end_us] if lead else [*edges, end_us]
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
    holes_us, at = 0, 0
    while at < len(pieces):
        piece = pieces[at]
        if piece.value is not None and piece.low is not None and piece.high is not None:
            value[at], low[at], high[at], chosen_by[at] = piece.value, piece.low, piece.high, piece.value
            at += 1
            continue
        end = next((later for later in range(at, len(pieces)) if pieces[later].value is not None), len(pieces))
        length_us = edges[end] - edges[at]
        holes_us += length_us
        short = length_us <= S_PER_DAY * US_PER_S
        for hole in range(at, end):
            guess = _between(edges, pieces, at, end, hole) if short else mean
            value[hole], low[hole], high[hole] = guess, min(least, guess), max(most, guess)
            chosen_by[hole] = guess if short else most
        at = end
    return Slots(edges, value, low, high, chosen_by, holes_us / US_PER_S)


def _between(edges: list[int], pieces: list[_Piece], first: int, end: int, at: int) -> float:
    before = pieces[first - 1].value if first else None
    after = pieces[end].value if end < len(pieces) else None
    if before is None or after is None:
        return before if before is not None else after if after is not None else 0.0
    share = (edges[at] + edges[at + 1] - 2 * edges[first]) / (2 * (edges[end] - edges[first]))
    return before + (after - before) * share
