"""Wait for a plan's begin on the wall clock: in slices, so that a changed clock or a suspended machine is seen."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from typing import NamedTuple

from vatio.measure import suspended_s
from vatio.records import Plan

# How late a clock that was set, or a machine that has woken, may be seen.
SLICE_S = 5.0
# Less is the drift of a clock that is being slewed.
_JUMP_S = 2.0


class Clocks(NamedTuple):
    """Hold the clocks of a waiter: seconds since 1970, CLOCK_MONOTONIC, and the seconds for which the machine was suspended."""

    wall_s: Callable[[], float] = time.time
    monotonic_s: Callable[[], float] = time.monotonic
    suspended_s: Callable[[], float] = suspended_s


class Waiting(NamedTuple):
    """Hold what a waiter does while it waits.

    ``still_wanted`` tells whether the order is still there; ``look`` gives the plan to follow, and is told whether the clock
    was set or the machine slept; ``show`` shows a plan and the seconds that are left; ``nap`` sleeps, for at most so long.
    """

    still_wanted: Callable[[], bool]
    look: Callable[[Plan, bool], Plan]
    show: Callable[[Plan, float], None]
    nap: Callable[[float], None]


def wait_for(plan: Plan, *, latest_s: float, waiting: Waiting, clocks: Clocks = Clocks()) -> Plan | None:  # noqa: B008  it never changes
    """Wait until a plan begins, at the latest until ``latest_s``; give the plan as it is then, ``None`` if it is taken back.

    ``latest_s`` is when the job must start to meet its deadline: no forecast moves it.
    """
    offset_s = _offset_s(clocks)
    slept_s = clocks.suspended_s()
    while waiting.still_wanted():
        left_s = min(plan.start.timestamp(), latest_s) - clocks.wall_s()
        now_offset_s, now_slept_s = _offset_s(clocks), clocks.suspended_s()
        moved = abs(now_offset_s - offset_s) > _JUMP_S or now_slept_s - slept_s > _JUMP_S
        offset_s, slept_s = now_offset_s, now_slept_s
        if left_s <= 0.0 and not moved:
            return plan
        revised = waiting.look(plan, moved)
        if revised is not plan or moved:
            plan = revised
            continue
        waiting.show(plan, left_s)
        waiting.nap(min(left_s, SLICE_S))
    return None


def _offset_s(clocks: Clocks) -> float:
    """Give the distance of the wall clock from the one that only ever goes on."""
    return clocks.wall_s() - clocks.monotonic_s()


def napper(bell: int | None) -> Callable[[float], None]:
    """Give what sleeps until a time has passed or somebody rings."""
    if bell is None or not hasattr(select, "poll"):
        return time.sleep
    poll = select.poll()
    poll.register(bell, select.POLLIN)

    def nap(length_s: float) -> None:
        if poll.poll(max(1.0, length_s * 1e3)):
            os.read(bell, 4096)

    return nap
