"""Give what a job of whole slots costs at best from every start of a series, as published oracles are reported."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import accumulate

from vatio.errors import UsageError


def oracle(values: Sequence[float], job: int, slack: int, *, interruptible: bool = False) -> list[float]:
    """Give the least cost for each start at which the job fits, in ``job + slack`` slots, cut where the series ends.

    Without interruption it is the cheapest window, with it the cheapest slots, which may then lie apart.

    >>> oracle([3.0, 1.0, 2.0, 5.0], 2, 1)
    [3.0, 3.0, 7.0]
    >>> oracle([1.0, 9.0, 2.0, 5.0], 2, 1, interruptible=True)
    [3.0, 7.0, 7.0]

    Raises:
        UsageError: the job has no length, or is longer than the series.
    """
    if not 0 < job <= len(values) or slack < 0:
        raise UsageError(f"a job of {job} slots with {slack} to wait in a series of {len(values)}")
    return list((_slots if interruptible else _windows)(values, job, slack))


def _windows(values: Sequence[float], job: int, slack: int) -> Iterator[float]:
    """Slide a window's minimum over the sums of all windows."""
    sums = [0.0, *accumulate(values)]
    costs = [late - early for early, late in zip(sums, sums[job:], strict=False)]
    best: deque[int] = deque()
    seen = 0
    for start in range(len(costs)):
        for at in range(seen, min(start + slack, len(costs) - 1) + 1):
            while best and costs[best[-1]] > costs[at]:
                best.pop()
            best.append(at)
        seen = max(seen, min(start + slack, len(costs) - 1) + 1)
        while best[0] < start:
            best.popleft()
        yield costs[best[0]]


def _slots(values: Sequence[float], job: int, slack: int) -> Iterator[float]:
    """Keep the slots of the window sorted: the first ones are the cheapest."""
    inside = sorted(values[: job + slack])
    for start in range(len(values) - job + 1):
        yield sum(inside[:job])
        del inside[bisect_left(inside, values[start])]
        if start + job + slack < len(values):
            insort(inside, values[start + job + slack])
