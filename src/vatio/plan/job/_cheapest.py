"""Choose the cheapest stretch or the cheapest slots: exact, without a solver. Ties go to the earliest start.

Times are whole nanoseconds, costs of any unit for a nanosecond. A slot's cost holds from its edge to the next.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from operator import mul

# Costs that differ by less are the same: without it rounding would choose among the starts of a periodic forecast.
TIE_RATIO = 1e-9

Used = tuple[int, int]


def window_costs(edges_ns: Sequence[int], costs: Sequence[float], need_ns: int) -> list[float]:
    """Give what running for ``need_ns`` without a pause costs from each edge at which that can start.

    >>> window_costs([0, 10, 20, 30], [3.0, 1.0, 2.0], 20)
    [40.0, 30.0]
    """
    sums = [0.0, *accumulate(map(mul, map(int.__sub__, edges_ns[1:], edges_ns), costs))]
    whole = _whole_slots(edges_ns, need_ns)
    if whole:
        return [late - early for early, late in zip(sums, sums[whole:], strict=False)]
    found, last = [], edges_ns[-1] - need_ns
    for at, start_ns in enumerate(edges_ns):
        if start_ns > last:
            break
        found.append(_sum_until(edges_ns, costs, sums, start_ns + need_ns) - sums[at])
    return found


def first_cheapest(costs: Sequence[float]) -> int:
    """Give the place of the least cost, the first of those that differ from it by nothing that counts.

    >>> first_cheapest([5.0, 3.0000000001, 3.0])
    1
    """
    least = min(costs)
    most = least + TIE_RATIO * abs(least)
    return next(at for at, cost in enumerate(costs) if cost <= most)


def cheapest_slots(edges_ns: Sequence[int], costs: Sequence[float], need_ns: int) -> list[Used]:
    """Give the slots, with the nanoseconds used of each, in which ``need_ns`` of work costs least; in the order of time.

    The last and dearest of them may be used in part.

    >>> cheapest_slots([0, 10, 20, 30], [3.0, 1.0, 2.0], 15)
    [(1, 10), (2, 5)]
    """
    order = sorted(range(len(costs)), key=costs.__getitem__)
    left_ns, dearest = need_ns, 0.0
    for at in order:
        dearest = costs[at]
        left_ns -= edges_ns[at + 1] - edges_ns[at]
        if left_ns <= 0:
            break
    slack = TIE_RATIO * abs(dearest)
    used = [(at, edges_ns[at + 1] - edges_ns[at]) for at in order if costs[at] < dearest - slack]
    left_ns = need_ns - sum(length_ns for _, length_ns in used)
    for at in sorted(at for at in order if abs(costs[at] - dearest) <= slack):
        take_ns = min(left_ns, edges_ns[at + 1] - edges_ns[at])
        if take_ns > 0:
            used.append((at, take_ns))
            left_ns -= take_ns
    return sorted(used)


def _whole_slots(edges_ns: Sequence[int], need_ns: int) -> int:
    """Give how many slots the work fills where all are equally long, else 0."""
    length_ns = edges_ns[1] - edges_ns[0]
    if need_ns % length_ns or any(late - early != length_ns for early, late in pairwise(edges_ns)):
        return 0
    return need_ns // length_ns


def _sum_until(edges_ns: Sequence[int], costs: Sequence[float], sums: Sequence[float], moment_ns: int) -> float:
    at = min(bisect_right(edges_ns, moment_ns) - 1, len(costs) - 1)
    return sums[at] + (moment_ns - edges_ns[at]) * costs[at]
