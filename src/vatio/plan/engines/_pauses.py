"""Pause a run outside its plan's windows and let it go on inside them: a controller of the run."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import NamedTuple

from vatio.plan.engines._hold import AfterCheckpoint, OwnSignals, StopTree
from vatio.plan.outcome import PAUSED
from vatio.records import Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure import Moment
    from vatio.records import Started


class Schedule(NamedTuple):
    """Hold when a job may run, in seconds since 1970: its windows, its deadline, and what it takes without pauses."""

    windows_s: tuple[tuple[float, float], ...]
    deadline_s: float
    duration_s: float

    def runs_at(self, now_s: float, done_s: float) -> bool:
        """Tell whether the job runs at a moment, after it has run for ``done_s``.

        Past its last window it runs on, and so does one that would else miss its deadline.
        """
        if now_s >= self.windows_s[-1][1] or now_s < self.windows_s[0][0]:
            return True
        if any(start_s <= now_s < end_s for start_s, end_s in self.windows_s):
            return True
        return now_s + max(0.0, self.duration_s - done_s) >= self.deadline_s


def schedule_of(plan: Plan, *, deadline_s: float, duration_s: float) -> Schedule:
    """Read the windows of a plan; those that touch are one."""
    joined: list[tuple[float, float]] = []
    for window in plan.windows:
        start_s, end_s = window.start.timestamp(), window.end.timestamp()
        if joined and joined[-1][1] >= start_s:
            joined[-1] = (joined[-1][0], end_s)
        else:
            joined.append((start_s, end_s))
    return Schedule(tuple(joined), deadline_s, duration_s)


class WindowPauses:
    """Hold a run to a schedule. What was paused is a gap of the run, with its seconds."""

    def __init__(
        self,
        schedule: Schedule,
        hold: StopTree | OwnSignals | AfterCheckpoint,
        *,
        told: Callable[[str], None],
        wall_s: Callable[[], float] = time.time,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._schedule, self._hold, self._told = schedule, hold, told
        self._wall_s, self._monotonic_s = wall_s, monotonic_s
        self._gap: Callable[..., None] = _nothing
        self._run, self._pid = "", 0
        self._begun_s = self._paused_s = 0.0
        self._since_s: float | None = None
        self._is_over = False

    @property
    def pids(self) -> Collection[int]:
        """Give the processes that are not the workload's."""
        return self._hold.pids

    def tells(self, gap: Callable[..., None]) -> None:
        """Take what a gap is told to."""
        self._gap = gap

    def begin(self, started: Started, pid: int) -> None:
        """Take notice of the child."""
        self._run, self._pid, self._begun_s = started.id, pid, self._monotonic_s()

    def sample(self, moment: Moment) -> None:
        """Pause or go on, as the schedule has it at this moment."""
        if self._is_over:
            return
        try:
            self._follow()
        except (OSError, ValueError):
            # Whoever fails here is asked no more: nothing may be left stopped.
            self._is_over = True
            self._go_on()
            raise

    def _follow(self) -> None:
        if self._since_s is not None and self._hold.wants_to_end():
            # Ctrl-C reached a job that is stopped: it goes on, to end as it was asked to.
            self._go_on()
            self._is_over = True
            return
        if self._schedule.runs_at(self._wall_s(), self._done_s()):
            self._go_on()
        elif self._hold.pause(self._pid, self._run) and self._since_s is None:
            self._since_s = self._monotonic_s()
            self._told("paused: the plan's next window comes later")

    def end(self) -> None:
        """Leave nothing stopped: whatever of the workload is left goes on."""
        self._go_on()
        self._hold.close()

    def _done_s(self) -> float:
        now_s = self._monotonic_s()
        paused_s = self._paused_s + (now_s - self._since_s if self._since_s is not None else 0.0)
        return max(0.0, now_s - self._begun_s - paused_s)

    def _go_on(self) -> None:
        if self._since_s is None:
            return
        self._hold.resume()
        now_s = self._monotonic_s()
        self._gap(self._since_s, now_s, PAUSED, paused_s=now_s - self._since_s)
        self._paused_s += now_s - self._since_s
        self._since_s = None
        self._told("resumed")


def _nothing(*_args: object, **_named: object) -> None:
    """Stand for what takes gaps until the run has one."""
