"""The exact Mann-Whitney test, ties included, and the shift between two groups with its exact interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from vatio.errors import InvalidQuantity


class RankTest(NamedTuple):
    """Hold the two-sided p and the shift (candidate less baseline) with its interval; an end may be infinite."""

    p: float
    shift: float
    low: float
    high: float


def mann_whitney(candidate: Sequence[float], baseline: Sequence[float], *, level: float = 0.05) -> RankTest:
    """Test whether two groups differ in location, over every way in which the ranks could have fallen.

    The shift is the Hodges-Lehmann estimate (the median of all differences), its interval the test's inversion.

    >>> mann_whitney([1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0, 8.0]).p
    0.03571428571428571

    Raises:
        InvalidQuantity: a group is empty or a value is not finite.
    """
    values = [*candidate, *baseline]
    if not candidate or not baseline or not all(map(math.isfinite, values)):
        raise InvalidQuantity("a rank test needs finite values in both groups")
    ranks = _doubled_ranks(values)
    counts = _rank_sums(ranks, len(candidate))
    middle = len(candidate) * (len(values) + 1)  # of the doubled rank sum
    far = abs(sum(ranks[: len(candidate)]) - middle)
    p = sum(count for at, count in enumerate(counts) if abs(at - middle) >= far) / sum(counts)
    differences = sorted(mine - other for mine in candidate for other in baseline)
    cut = _cut(len(candidate), len(baseline), level)
    low, high = (differences[cut - 1], differences[-cut]) if cut else (-math.inf, math.inf)
    from statistics import median  # here: it loads longer than the rest of a receipt takes

    return RankTest(p, median(differences), low, high)


def _doubled_ranks(values: Sequence[float]) -> list[int]:
    """Rank the values from 1, ties sharing their mean rank; doubled, so that halves stay whole numbers."""
    ordered = sorted(values)
    first: dict[float, int] = {}
    last: dict[float, int] = {}
    for at, value in enumerate(ordered, start=1):
        first.setdefault(value, at)
        last[value] = at
    return [first[value] + last[value] for value in values]


def _rank_sums(ranks: Sequence[int], chosen: int) -> list[int]:
    """Count, for each sum, the ways to choose that many of the ranks.

    One long integer for each number chosen holds all its counts side by side: adding a rank is a shift and an addition.
    """
    bits = len(ranks) + 1
    ways = [1, *([0] * chosen)]
    for rank in ranks:
        for number in range(chosen, 0, -1):
            ways[number] += ways[number - 1] << (rank * bits)
    whole, counts = ways[chosen], []
    while whole:
        counts.append(whole & ((1 << bits) - 1))
        whole >>= bits
    return counts


def _cut(mine: int, others: int, level: float) -> int:
    """Give the rank, from either end of the sorted differences, at which their interval ends; 0 if it has no end."""
    counts = _rank_sums([2 * rank for rank in range(1, mine + others + 1)], mine)
    least, all_ways, below = mine * (mine + 1), sum(counts), 0
    for cut in range(mine * others + 1):
        below += counts[least + 2 * cut]
        if below > level / 2.0 * all_ways:
            return cut
    return 0
