"""Hold numbers against numbers: bit by bit, or within a relative tolerance."""

from __future__ import annotations

import math
from typing import NamedTuple

from vatio.govern.reproduce._numbers import Column, Numbers
from vatio.govern.reproduce._scale import Scales

# Below this a difference is one of zero.
_FLOOR = 1e-12
_BLOCK = 4096


class Part(NamedTuple):
    """Name the first place in which two sets of numbers are not close, with both values."""

    place: str
    original: float | str
    replay: float | str


class Closeness(NamedTuple):
    """Tell how close two files are: the first place that is not within the tolerance, and the largest relative difference."""

    first: Part | None
    worst_ratio: float


def close_numbers(original: Numbers, replay: Numbers, *, rtol: float) -> Closeness:
    """Hold the numbers of two files against each other.

    Two numbers agree when they differ by at most ``rtol`` of the larger, or of the size of those beside it in their array: a
    weight near zero is as uncertain as its neighbours.
    """
    worst_ratio = 0.0
    for place in (*original, *(name for name in replay if name not in original)):
        if place not in original or place not in replay:
            return Closeness(Part(place, _there(place in original), _there(place in replay)), math.inf)
        found = _close_columns(place, original[place], replay[place], rtol)
        worst_ratio = max(worst_ratio, found.worst_ratio)
        if found.first is not None:
            return Closeness(found.first, worst_ratio)
    return Closeness(None, worst_ratio)


def is_close(a: float, b: float, *, rtol: float, scale: float = 0.0) -> bool:
    """Tell whether two numbers agree within a relative tolerance; an infinite one agrees with itself only.

    >>> is_close(1.0, 1.00001, rtol=1e-4), is_close(0.788, 0.227, rtol=1e-4), is_close(float("nan"), float("nan"), rtol=0.0)
    (True, False, True)
    >>> is_close(float("inf"), 1.0, rtol=1e-4)
    False
    """
    if is_same(a, b) or not (math.isfinite(a) and math.isfinite(b)):
        return is_same(a, b)
    return abs(a - b) <= max(rtol * max(abs(a), abs(b), scale), _FLOOR if rtol else 0.0)


def is_same(a: float, b: float) -> bool:
    """Tell whether two numbers are equal; what is not a number is, to another such."""
    return a == b or (a != a and b != b)


def _close_columns(place: str, original: Column, replay: Column, rtol: float) -> Closeness:
    if original.form != replay.form or len(original.values) != len(replay.values):
        return Closeness(Part(place, _clipped(original.form), _clipped(replay.form)), math.inf)
    scales, worst_ratio = Scales(original.values, width=original.width), 0.0
    for begin in range(0, len(original.values), _BLOCK):
        a, b = original.values[begin : begin + _BLOCK], replay.values[begin : begin + _BLOCK]
        if a == b:  # most blocks of most results
            continue
        for at, (x, y) in enumerate(zip(a, b, strict=True), begin):
            if is_same(x, y):
                continue
            scale = scales.at(at)
            largest = max(abs(x), abs(y), scale)
            worst_ratio = max(worst_ratio, abs(x - y) / largest if math.isfinite(x) and math.isfinite(y) else math.inf)
            if not is_close(x, y, rtol=rtol, scale=scale):
                return Closeness(Part(f"{place}[{at}]" if len(original.values) > 1 else place, x, y), worst_ratio)
    return Closeness(None, worst_ratio)


def _there(is_there: bool) -> str:
    return "there" if is_there else "not there"


def _clipped(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
