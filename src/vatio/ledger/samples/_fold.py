"""Fold samples into minutes: what a year of a run costs to draw, without reading its samples.

A gauge keeps lowest, highest, count and sum of each minute; a counter, which only grows, its first and last value. The sum
is ``math.fsum`` over the minute's samples, so that a mean from here equals the mean of the raw samples to the last bit.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import fsum

from vatio.units import S_PER_MINUTE

_NAN = float("nan")


class MinuteFold:
    """Take columns of samples, block by block, and give one number a minute of each thing that is kept."""

    def __init__(self, counters: Sequence[bool]) -> None:
        self._counters = counters
        self.width = 2 + sum(2 if counter else 4 for counter in counters)
        self._out = [array("d") for _ in range(self.width)]
        self._open: list[list[float]] = [[] for _ in range(len(counters) + 1)]

    def add(self, columns: Sequence[Sequence[float]]) -> None:
        """Take the next block: times first, then one column a channel. Its last minute stays open."""
        whole = [[*kept, *column] for kept, column in zip(self._open, columns, strict=True)]
        minutes = [time_s // S_PER_MINUTE for time_s in whole[0]]
        start = 0
        while minutes[start] != minutes[-1]:  # times only grow
            end = _end(minutes, start)
            self._fold(minutes[start], [column[start:end] for column in whole])
            start = end
        self._open = [column[start:] for column in whole]

    def finish(self) -> list[array[float]]:
        """Close the open minute and give the columns."""
        if self._open[0]:
            self._fold(self._open[0][0] // S_PER_MINUTE, self._open)
            self._open = [[] for _ in self._open]
        return self._out

    def _fold(self, minute: float, columns: Sequence[list[float]]) -> None:
        row = [minute * S_PER_MINUTE, float(len(columns[0]))]
        for counter, column in zip(self._counters, columns[1:], strict=True):
            total = _sum(column)
            known = column if total == total else [value for value in column if value == value]
            if not known:
                row += [_NAN, _NAN] if counter else [_NAN, _NAN, 0.0, 0.0]
            elif counter:
                row += [known[0], known[-1]]
            else:
                row += [min(known), max(known), float(len(known)), total if known is column else _sum(known)]
        for out, value in zip(self._out, row, strict=True):
            out.append(value)


def _end(minutes: Sequence[float], start: int) -> int:
    minute, end = minutes[start], start + 1
    while end < len(minutes) and minutes[end] == minute:
        end += 1
    return end


def _sum(values: Sequence[float]) -> float:
    try:
        return fsum(values)
    except (OverflowError, ValueError):  # infinities of both signs, or a sum past the largest float
        return _NAN
