"""Say how large the numbers beside one are, in its row and column: what a rounding error of it is relative to."""

from __future__ import annotations

import math
from collections.abc import Sequence

# What a row or column is judged by: a part of it, where it is long.
_MOST = 1 << 16
# Beyond that, numbers stand beside one another and are not of one kind: a date and a loss.
_WIDEST_RATIO = 1000.0


class Scales:
    """Tell the scale of each place of an array that is laid out in rows of ``width`` numbers (0: it is no array).

    It is the smaller one of its row's and its column's: in a table, neither a large column nor a large row hides what
    stands beside it.
    """

    def __init__(self, values: Sequence[float], *, width: int) -> None:
        self._values, self._width = values, width
        self._rows: dict[int, float] = {}
        self._columns: dict[int, float] = {}

    def at(self, place: int) -> float:
        """Give the scale of one place."""
        if self._width == 0:
            return 0.0
        row, column = divmod(place, self._width)
        if self._width >= len(self._values):
            return self._row(row)
        return self._column(column) if self._width == 1 else min(self._row(row), self._column(column))

    def _row(self, row: int) -> float:
        if row not in self._rows:
            begin = row * self._width
            self._rows[row] = scale_of(self._values[begin : begin + min(self._width, _MOST)])
        return self._rows[row]

    def _column(self, column: int) -> float:
        if column not in self._columns:
            self._columns[column] = scale_of(self._values[column : column + self._width * _MOST : self._width])
        return self._columns[column]


def scale_of(values: Sequence[float]) -> float:
    """Give the root mean square of numbers of one kind; of numbers that are not, the size that three quarters of them have.

    >>> scale_of([3.0, -4.0, 3.0, 4.0])
    3.5355339059327378
    >>> scale_of([1.7e9, 0.9, 0.7])
    0.7
    """
    sizes = sorted(abs(value) for value in values if value and math.isfinite(value))
    if not sizes:
        return 0.0
    smaller, largest = sizes[len(sizes) // 4], sizes[-1]
    # Relative to the largest: squares of numbers beyond 1e154 are no floats.
    rms = largest * math.sqrt(math.fsum((size / largest) ** 2 for size in sizes) / len(values))
    return rms if rms <= _WIDEST_RATIO * smaller else smaller
