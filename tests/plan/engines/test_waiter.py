"""Waiting for a plan's begin, on clocks of the test's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from vatio.plan.engines import Clocks, Schedule, Waiting, schedule_of, wait_for
from vatio.plan.job import Job, plan_job
from vatio.records import Plan, PlanWindow

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_plan(*hours: tuple[float, float]) -> Plan:
    bare = plan_job(Job(duration_s=60.0, deadline=NOW + 24 * HOUR), {}, now=NOW)
    windows = tuple(PlanWindow(start=NOW + begin * HOUR, end=NOW + end * HOUR) for begin, end in hours)
    return replace(bare, start=windows[0].start, finish=windows[-1].end, windows=windows)


class World:
    """Hold clocks that go on by napping, and what happens at some of the naps."""

    def __init__(self) -> None:
        self.wall_s, self.monotonic_s, self.suspended_s = NOW.timestamp(), 1000.0, 0.0
        self.naps: list[float] = []
        self.looks: list[bool] = []
        self.wanted = True
        self.answer: Plan | None = None
        self.happens = lambda nap: None

    @property
    def clocks(self) -> Clocks:
        return Clocks(lambda: self.wall_s, lambda: self.monotonic_s, lambda: self.suspended_s)

    def nap(self, length_s: float) -> None:
        self.naps.append(length_s)
        self.wall_s += length_s
        self.monotonic_s += length_s
        self.happens(len(self.naps))

    def look(self, plan: Plan, moved: bool) -> Plan:
        self.looks.append(moved)
        return self.answer or plan

    def wait(self, plan: Plan, *, latest_h: float = 1000.0) -> Plan | None:
        waiting = Waiting(lambda: self.wanted, self.look, lambda plan, left_s: None, self.nap)
        return wait_for(plan, latest_s=NOW.timestamp() + latest_h * 3600.0, waiting=waiting, clocks=self.clocks)

    @property
    def waited_h(self) -> float:
        return (self.wall_s - NOW.timestamp()) / 3600.0


def test_a_plan_that_begins_now_is_not_waited_for() -> None:
    world = World()
    assert world.wait(a_plan((0.0, 1.0))) is not None
    assert world.naps == []


@given(begin_h=st.floats(0.0, 3.0), latest_h=st.floats(0.0, 3.0))
def test_it_starts_at_its_begin_and_never_later_than_the_deadline_allows(begin_h: float, latest_h: float) -> None:
    world = World()
    world.wait(a_plan((begin_h, begin_h + 1.0)), latest_h=latest_h)
    assert abs(world.waited_h - min(begin_h, latest_h)) < 1e-6
    assert max(world.naps, default=0.0) <= 5.0


def test_what_is_taken_back_does_not_start() -> None:
    world = World()
    world.happens = lambda nap: setattr(world, "wanted", nap < 3)
    assert world.wait(a_plan((1.0, 2.0))) is None
    assert len(world.naps) == 3


def test_a_clock_that_is_set_forward_is_seen_at_once() -> None:
    world = World()
    plan = a_plan((5.0, 6.0))

    def set_forward(nap: int) -> None:
        if nap == 2:
            world.wall_s += 10 * 3600.0

    world.happens = set_forward
    assert world.wait(plan) is plan
    assert len(world.naps) == 2
    assert world.looks[-1]  # and the plan was made anew before it started


def test_a_clock_that_is_set_back_makes_it_wait_longer() -> None:
    world = World()
    world.happens = lambda nap: setattr(world, "wall_s", world.wall_s - 3600.0) if nap == 2 else None
    world.wait(a_plan((0.01, 1.0)))
    assert len(world.naps) > 700


def test_a_machine_that_slept_recomputes_on_waking() -> None:
    world, later = World(), a_plan((8.0, 9.0))

    def sleep(nap: int) -> None:
        if nap == 1:  # the wall clock and the boot's go on, the monotonic one stands still
            world.wall_s += 7 * 3600.0
            world.suspended_s += 7 * 3600.0
            world.answer = later

    world.happens = sleep
    assert world.wait(a_plan((2.0, 3.0))) is later
    assert abs(world.waited_h - 8.0) < 1e-6


def test_a_new_forecast_moves_the_begin() -> None:
    world, sooner = World(), a_plan((0.5, 1.5))
    world.happens = lambda nap: setattr(world, "answer", sooner) if nap == 4 else None
    assert world.wait(a_plan((3.0, 4.0))) is sooner
    assert abs(world.waited_h - 0.5) < 1e-6


def test_windows_that_touch_are_one() -> None:
    found = schedule_of(a_plan((0.0, 1.0), (1.0, 2.0), (4.0, 5.0)), deadline_s=9e9, duration_s=3 * 3600.0)
    assert len(found.windows_s) == 2


def test_a_job_runs_in_its_windows_and_past_the_last_one() -> None:
    schedule = Schedule(((10.0, 20.0), (40.0, 50.0)), deadline_s=1000.0, duration_s=20.0)
    moments = (5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 45.0, 50.0, 99.0)
    assert [schedule.runs_at(now_s, 5.0) for now_s in moments] == [True, True, True, False, False, True, True, True, True]


@given(now_s=st.floats(0.0, 100.0), done_s=st.floats(0.0, 20.0))
def test_no_pause_costs_the_deadline(now_s: float, done_s: float) -> None:
    schedule = Schedule(((10.0, 20.0), (80.0, 90.0)), deadline_s=60.0, duration_s=20.0)
    if now_s + 20.0 - done_s >= 60.0:
        assert schedule.runs_at(now_s, done_s)
