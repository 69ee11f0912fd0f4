"""Plans are the optimum: every shape of a small job against trying everything, and laws that hold for any curve."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from benchmarks.plan._cases import NOW, cases, long_cases
from hypothesis import given, settings
from hypothesis import strategies as st

from vatio.account import IntensityCurve
from vatio.plan.job import (
    Job,
    Question,
    Rate,
    cheapest_slots,
    fewest_pauses,
    first_cheapest,
    hull,
    oracle,
    plan_job,
    window_costs,
)
from vatio.records import Quantity

START_S = NOW.timestamp()
HOUR = timedelta(hours=1)
grams = st.lists(st.floats(0.0, 900.0), min_size=2, max_size=30)


def curve(values, **more):
    starts_s = tuple(START_S + 3600.0 * at for at in range(len(values)))
    return IntensityCurve(starts_s=starts_s, values_g_per_kwh=tuple(values), end_s=starts_s[-1] + 3600.0, **more)


def job(duration_h, room_h, **more):
    more = {"power_w": Quantity.exact(1000.0), **more}
    return Job(duration_s=duration_h * 3600.0, deadline=NOW + room_h * HOUR, **more)


def planned(values, duration_h, room_h, **more):
    return plan_job(job(duration_h, room_h, **more), {"A": curve(values)}, now=NOW)


def test_every_shape_is_the_optimum_of_trying_everything():
    for case in [*cases(320, seed=11), *long_cases(9, seed=11)]:
        plan = plan_job(case.job, case.curves, now=NOW, places=case.places)
        assert plan.emissions_g.value == pytest.approx(case.best_g, rel=1e-9, abs=1e-9), case


@given(grams, st.integers(1, 10), st.booleans(), st.data())
def test_no_feasible_start_is_cheaper(values, length, interruptible, data):
    length = min(length, len(values))
    at = data.draw(st.integers(0, len(values) - length))
    plan = planned(values, length, len(values), interruptible=interruptible)
    assert plan.emissions_g.value <= math.fsum(values[at : at + length]) + 1e-6


@given(grams, st.integers(1, 5), st.booleans(), st.sampled_from([0.0, 900.0, 3600.0]))
def test_more_slack_is_never_worse_and_run_now_never_better(values, length, interruptible, resume_cost_s):
    length = min(length, len(values))
    rooms = range(length, len(values) + 1)
    plans = [planned(values, length, room, interruptible=interruptible, resume_cost_s=resume_cost_s) for room in rooms]
    costs = [plan.emissions_g.value for plan in plans]
    assert all(late <= early + 1e-6 for early, late in pairwise(costs))
    assert all(plan.emissions_g.value <= plan.now_emissions_g.value + 1e-6 for plan in plans)
    assert all(plan.finish <= NOW + room * HOUR for plan, room in zip(plans, rooms, strict=True))


@given(grams, st.floats(0.1, 8.0), st.floats(0.0, 3.0))
def test_windows_add_up_to_the_job(values, length_h, resume_h):
    length_h = min(length_h, float(len(values)))
    plan = planned(values, length_h, len(values), interruptible=True, resume_cost_s=resume_h * 3600.0)
    ran_s = sum((window.end - window.start).total_seconds() for window in plan.windows)
    assert ran_s == pytest.approx(length_h * 3600.0, abs=1e-3)


@pytest.mark.slow
@given(grams, st.integers(1, 5))
def test_pauses_cost_more_than_none_and_save_what_windows_do_not(values, length):
    length = min(length, len(values))
    free, dear, whole = (
        planned(values, length, len(values), **more).emissions_g.value
        for more in ({"interruptible": True}, {"interruptible": True, "resume_cost_s": 1800.0}, {})
    )
    assert free <= dear + 1e-6
    assert dear <= whole + 1e-6


def test_equal_hours_are_taken_from_the_first_on():
    plan = planned([300.0] * 12, 3, 12)
    assert (plan.start, plan.decided_by) == (NOW, "nothing: run now")
    paused = planned([300.0, 100.0 + 1e-12, 100.0, 100.0, 300.0], 2, 5, interruptible=True)
    assert [window.start for window in paused.windows] == [NOW + HOUR]


def test_starts_are_edges_of_slots_also_from_the_middle_of_one():
    now = NOW + timedelta(minutes=17)
    plan = plan_job(job(1.5, 10), {"A": curve([500.0, 400.0, 100.0, 100.0, 500.0, *[600.0] * 5])}, now=now)
    assert (plan.start, plan.finish) == (NOW + 2 * HOUR, NOW + 3.5 * HOUR)


def test_a_resume_is_paid_where_it_happens_and_blind_plans_pay_more():
    values = [100.0, 500.0, 90.0, 500.0, 80.0, 150.0, 150.0]
    plan = planned(values, 3, 7, interruptible=True, resume_cost_s=7200.0)
    blind = 100.0 + 90.0 * 3.0 + 80.0 * 3.0
    assert plan.emissions_g.value < blind
    assert plan.solver == "dynamic program"


def test_a_job_too_large_for_the_program_is_planned_roughly_and_says_so():
    values = [float(100 + at % 7) for at in range(9000)]
    plan = planned(values, 4500.5, 9000, interruptible=True, resume_cost_s=60.0)
    assert "too large" in plan.solver
    assert plan.emissions_g.value <= plan.now_emissions_g.value


def test_the_program_says_where_the_work_does_not_fit():
    question = Question([0, 10, 20], [1.0, 1.0], 30, float, 0.0, True)
    assert fewest_pauses(question) is None


def test_a_superlinear_profile_runs_at_full_scale_or_not_at_all():
    rates = tuple(Rate(throughput_ratio=scale**1.3, power_w=100.0 * scale, scale=float(scale)) for scale in (1, 2, 4))
    assert hull(rates) == [None, rates[2]]
    plan = planned([500.0, 100.0, 300.0, 200.0], 8, 4, interruptible=True, rates=rates)
    assert {window.scale for window in plan.windows} == {4.0}
    assert plan.windows[0].start == NOW + HOUR


def test_a_price_below_zero_is_taken_at_full_power():
    rates = (Rate(throughput_ratio=1.0, power_w=100.0), Rate(throughput_ratio=1.0, power_w=300.0))
    assert hull(rates, upper=True) == [None, rates[1]]
    assert hull(rates) == [None, rates[0]]


@given(grams, st.integers(1, 6), st.integers(0, 12), st.booleans())
@settings(max_examples=60)
def test_an_oracle_is_the_plan_of_each_start(values, length, slack, interruptible):
    length = min(length, len(values))
    found = oracle(values, length, slack, interruptible=interruptible)
    for at, cost in enumerate(found):
        window = values[at : at + length + slack]
        edges = range(len(window) + 1)
        if interruptible:
            best = math.fsum(window[one] for one, _ in cheapest_slots(edges, window, length))
        else:
            costs = window_costs(edges, window, length)
            best = costs[first_cheapest(costs)]
        assert cost == pytest.approx(best, rel=1e-9, abs=1e-6)


def test_a_year_of_slack_is_planned_in_no_time():
    values = [float((at * 7919) % 997) for at in range(8760)]
    plan = planned(values, 24, 8760, interruptible=True)
    assert plan.emissions_g.value == pytest.approx(math.fsum(sorted(values)[:24]))


def test_doubling_the_power_doubles_the_grams_and_changes_nothing_else():
    values = [float((at * 37) % 101) for at in range(48)]
    one = planned(values, 5, 48, interruptible=True)
    two = planned(values, 5, 48, interruptible=True, power_w=Quantity.exact(2000.0))
    assert two.emissions_g.value == pytest.approx(2.0 * one.emissions_g.value)
    assert two.windows == one.windows
    assert two.saved_ratio.value == pytest.approx(one.saved_ratio.value)


def test_a_profile_lies_where_it_is_dear_least():
    from vatio.plan.job import PowerStep

    profile = (PowerStep(duration_s=3600.0, power_w=100.0), PowerStep(duration_s=3600.0, power_w=1000.0))
    plan = plan_job(replace(job(2, 4), profile=profile), {"A": curve([100.0, 500.0, 900.0, 50.0])}, now=NOW)
    assert plan.start == NOW + 2 * HOUR
    assert plan.emissions_g.value == pytest.approx(0.1 * 900.0 + 1.0 * 50.0)


def test_now_is_utc_or_any_zone_that_says_so():
    naive = datetime(2026, 1, 1)
    with pytest.raises(Exception, match="time zone"):
        plan_job(job(1, 2), {"A": curve([1.0, 2.0])}, now=naive)
    assert UTC is NOW.tzinfo
