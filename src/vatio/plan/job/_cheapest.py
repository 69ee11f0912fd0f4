"""Choose the cheapest stretch or the cheapest slots: exact, without a solver. Ties go to the earliest start.

Times are whole microseconds, costs of any unit for a microsecond. A slot's cost holds from its edge to the next.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from operator import mul

# Costs that differ by less are the same: without it rounding would choose among the starts of a periodic forecast.
TIE_RATIO = 1e-9

Used = tuple[int, int]


def window_costs(edges_us: Sequence[int], costs: Sequence[float], need_us: int) -> list[float]:
    """Give what running for ``need_us`` without a pause costs from each edge at which that can start.

    >>> window_costs([0, 10, 20, 30], [3.0, 1.0, 2.0], 20)
    [40.0, 30.0]
    """
    sums = [0.0, *accumulate(map(mul, map(int.__sub__, edges_us[1:], edges_us), costs))]
    whole = _whole_slots(edges_us, need_us)
    if whole:
        return [late - early for early, late in zip(sums, sums[whole:], strict=False)]
    found, last = [], edges_us[-1] - need_us
    for at, start_us in enumerate(edges_us):
        if start_us > last:
            break
        found.append(_sum_until(edges_us, costs, sums, start_us + need_us) - sums[at])
    return found


def first_cheapest(costs: Sequence[float]) -> int:
    """Give the place of the least cost, the first of those that differ from it by nothing that counts.

    >>> first_cheapest([5.0, 3.0000000001, 3.0])
    1
    """
    least = min(costs)
    most = least + TIE_RATIO * abs(least)
    return next(at for at, cost in enumerate(costs) if cost <= most)


def cheapest_slots(edges_us: Sequence[int], costs: Sequence[float], need_us: int) -> list[Used]:
    """Give the slots, with the microseconds used of each, in which ``need_us`` of work costs least; in the order of time.

    The last and dearest of them may be used in part.

    >>> cheapest_slots([0, 10, 20, 30], [3.0, 1.0, 2.0], 15)
    [(1, 10), (2, 5)]
    """
    order = sorted(range(len(costs)), key=costs.__getitem__)
    left_us, dearest = need_us, 0.0
    for at in order:
        dearest = costs[at]
        left_us -= edges_us[at + 1] - edges_us[at]
        if left_us <= 0:
            break
    slack = TIE_RATIO * abs(dearest)
    used = [(at, edges_us[at + 1] - edges_us[at]) for at in order if costs[at] < dearest - slack]
    left_us = need_us - sum(length_us for _, length_us in used)
    for at in sorted(at for at in order if abs(costs[at] - dearest) <= slack):
        take_us = min(left_us, edges_us[at + 1] - edges_us[at])
        if take_us > 0:
            used.append((at, take_us))
            left_us -= take_us
    return sorted(used)


def _whole_slots(edges_us: Sequence[int], need_us: int) -> int:
    """Give how many slots the work fills where all are equally long, else 0."""
    length_us = edges_us[1] - edges_us[0]
    if need_us % length_us or any(late - early != length_us for early, late in pairwise(edges_us)):
        return 0
    return need_us // length_us


def _sum_until(edges_us: Sequence[int], costs: Sequence[float], sums: Sequence[float], moment_us: int) -> float:
    at = min(bisect_right(edges_us, moment_us) - 1, len(costs) - 1)
    return sums[at] + (moment_us - edges_us[at]) * costs[at]
