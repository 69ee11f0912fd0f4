"""Choose how fast a job runs in each slot: the convex hull of its rates, then the cheapest work first.

The greedy choice by marginal throughput (CarbonScaler, SIGMETRICS'24) is optimal only where each further watt buys less
work; where rates are superlinear it loses up to 11 % against the best single rate. On the lower hull of (throughput, cost)
slopes rise, so that taking all slots' segments in the order of their slopes is the optimum of the linear program: at most
one segment is taken in part, which two rates share within its slot.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from vatio.plan.job._job import Rate
from vatio.plan.job._slots import NS_PER_S

_TIE_RATIO = 1e-9


class Share(NamedTuple):
    """Hold how long a slot runs at one rate."""

    at: int
    rate: Rate
    used_ns: int


class _Segment(NamedTuple):
    cost_per_work: float
    at: int
    step: int
    work_s: float


def hull(rates: Sequence[Rate], *, upper: bool = False) -> list[Rate | None]:
    """Give the rates of the lower hull over (throughput, watts), by throughput, from a pause (``None``) on.

    ``upper`` gives those of the upper hull: where energy is paid for taking it, most watts for the work are cheapest.

    >>> two, four = Rate(throughput_ratio=2.0, power_w=300.0), Rate(throughput_ratio=4.0, power_w=400.0)
    >>> hull([two, four]) == [None, four]
    True
    """
    sign = -1.0 if upper else 1.0
    best: dict[float, Rate] = {}
    for rate in rates:
        held = best.get(rate.throughput_ratio)
        if held is None or sign * rate.power_w < sign * held.power_w:
            best[rate.throughput_ratio] = rate
    found: list[Rate | None] = [None]
    for throughput in sorted(best):
        while len(found) > 1 and _slope(found[-2], found[-1]) * sign >= _slope(found[-2], best[throughput]) * sign:
            found.pop()
        found.append(best[throughput])
    return found


def cheapest_work(edges_ns: Sequence[int], costs: Sequence[float], rates: Sequence[Rate], need_s: float) -> list[Share] | None:
    """Give how long each slot runs at which rate, so that the work costs least; ``None`` where it does not fit.

    ``need_s`` is the work, in seconds at the job's own speed.
    """
    lower, upper = hull(rates), hull(rates, upper=True)
    hulls = [upper if cost < 0.0 else lower for cost in costs]
    segments = _segments(edges_ns, costs, hulls)
    taken: dict[int, float] = {}
    left_s = need_s
    for segment in segments:
        if left_s <= need_s * 1e-12:
            break
        share = min(1.0, left_s / segment.work_s)
        taken[segment.at] = segment.step + share
        left_s -= share * segment.work_s
    if left_s > need_s * 1e-9:
        return None
    return [one for at in sorted(taken) for one in _shared(hulls[at], at, edges_ns[at + 1] - edges_ns[at], taken[at])]


def _segments(edges_ns: Sequence[int], costs: Sequence[float], hulls: Sequence[list[Rate | None]]) -> list[_Segment]:
    found = []
    for at, (cost, ((start_ns, end_ns), rates)) in enumerate(
        zip(costs, zip(pairwise(edges_ns), hulls, strict=True), strict=True)
    ):
        for step, (slow, fast) in enumerate(pairwise(rates)):
            work_s = (_throughput(fast) - _throughput(slow)) * (end_ns - start_ns) / NS_PER_S
            found.append(_Segment(cost * _slope(slow, fast), at, step, work_s))
    # By rounded slopes first, so that among equals the earliest slot is taken; a slot's own segments keep their order.
    found.sort()
    return _earliest_first(found)


def _earliest_first(segments: list[_Segment]) -> list[_Segment]:
    """Order segments whose slopes differ by nothing that counts by their slots."""
    ordered: list[_Segment] = []
    group: list[_Segment] = []
    for segment in segments:
        if group and segment.cost_per_work > group[0].cost_per_work + _TIE_RATIO * abs(group[0].cost_per_work):
            ordered += sorted(group, key=lambda one: (one.at, one.step))
            group = []
        group.append(segment)
    return ordered + sorted(group, key=lambda one: (one.at, one.step))


def _shared(rates: list[Rate | None], at: int, length_ns: int, level: float) -> list[Share]:
    """Run a slot at the rate below its level and at the one above, the faster first."""
    below = min(int(level), len(rates) - 1)
    upper_ns = round((level - below) * length_ns)
    pairs = [(rates[below + 1] if upper_ns else None, upper_ns), (rates[below], length_ns - upper_ns)]
    return [Share(at, rate, used_ns) for rate, used_ns in pairs if rate is not None and used_ns > 0]


def _throughput(rate: Rate | None) -> float:
    return 0.0 if rate is None else rate.throughput_ratio


def _slope(slow: Rate | None, fast: Rate | None) -> float:
    slow_w, fast_w = (0.0 if rate is None else rate.power_w for rate in (slow, fast))
    return (fast_w - slow_w) / (_throughput(fast) - _throughput(slow))
