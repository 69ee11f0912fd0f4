"""A gain is claimed where forecasts of the zone have earned it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from tests.plan.forecast._grids import history, solar, windy

from vatio.plan.forecast import (
    Foresight,
    at_once,
    bears,
    cheapest_hours,
    cheapest_window,
    day_errors,
    earned_ratio_of,
    foresee,
    surprised,
)
from vatio.plan.job import Job, plan_job
from vatio.records import Quantity

DAY = [1.0] * 24


def shifted(foresight: Foresight, *, length_h: int, window_h: int, kind=cheapest_window) -> tuple[list[float], list[float]]:
    """Choose hours on the forecast as the planner does."""
    path = np.array([[foresight.forecast.known_g_per_kwh, *foresight.forecast.g_per_kwh][:window_h]])
    return list(at_once(path, length_h)[0]), list(kind(path, length_h)[0])


def test_a_shift_into_the_sun_is_real() -> None:
    foresight = foresee(history(solar(2400)))  # ends at midnight
    now, plan = shifted(foresight, length_h=4, window_h=28)
    found = foresight.promise(now, plan, interruptible=False, window_h=28)
    assert found.is_real, found.why
    assert found.saved_ratio > 0.2
    assert found.low_ratio > 0.1
    assert found.low_ratio <= found.saved_ratio <= found.high_ratio


def test_a_day_long_job_has_no_predictable_gain_in_the_sun() -> None:
    foresight = foresee(history(solar(2400)))
    now, plan = shifted(foresight, length_h=24, window_h=48)
    found = foresight.promise(now, plan, interruptible=False, window_h=48)
    assert found.saved_ratio < 0.02
    assert found.high_ratio < 0.1


def test_an_interruptible_day_in_the_sun_is_real() -> None:
    foresight = foresee(history(solar(2400)))
    now, plan = shifted(foresight, length_h=24, window_h=48, kind=cheapest_hours)
    assert foresight.promise(now, plan, interruptible=True, window_h=48).is_real


def test_noise_promises_nothing_in_one_piece() -> None:
    real = 0
    for seed in range(12):
        values = np.random.default_rng(seed).lognormal(5.0, 0.5, 2400)
        foresight = foresee(history(values))
        now, plan = shifted(foresight, length_h=12, window_h=36)
        real += foresight.promise(now, plan, interruptible=False, window_h=36).is_real
    assert real == 0


def test_running_now_promises_nothing() -> None:
    found = foresee(history(windy(1500))).promise(DAY, DAY, interruptible=True, window_h=48)
    assert (found.is_real, found.saved_ratio, found.why) == (False, 0.0, "the plan is to run now")


def test_a_plan_that_is_dirtier_is_not_real() -> None:
    foresight = foresee(history(solar(2413)))  # ends at noon
    found = foresight.promise([1.0, 1.0], [0.0] * 11 + [1.0, 1.0], interruptible=True, window_h=48)
    assert (found.is_real, found.why) == (False, "it saves nothing")


def test_a_short_history_cannot_say_what_a_gain_is_worth() -> None:
    found = foresee(history(solar(150))).promise([1.0], [0.0] * 12 + [1.0], interruptible=True, window_h=24)
    assert not found.is_real
    assert "too short a history" in found.why


def test_a_day_as_none_before_lets_nothing_be_claimed() -> None:
    values = solar(2400)
    values[-20:] += 600.0
    foresight = foresee(history(values))
    assert foresight.is_surprised
    found = foresight.promise([1.0], [0.0] * 12 + [1.0], interruptible=True, window_h=24)
    assert not found.is_real


def test_a_surprise_counts_for_two_days_and_no_longer() -> None:
    days = np.full(2000, 10.0)
    days[1500:1510] = 25.0
    found = [at for at in range(1400, 1700) if surprised(days, at, level=100.0)]
    assert (found[0], found[-1]) == (1500, 1509 + 24)


def test_small_errors_are_no_surprise_however_rare() -> None:
    days = np.full(1000, 0.1)
    days[900] = 5.0
    assert not surprised(days, 900, level=100.0)


def test_the_last_day_is_weighed_by_what_was_known_of_it() -> None:
    errors = np.full((100, 48), np.nan)
    errors[50:60, :24] = 3.0
    assert day_errors(errors)[[49, 59, 80]].tolist() == pytest.approx([0.0, 3.0, 3.0])


def test_a_record_counts_whole_weeks_below_their_mean() -> None:
    weeks = np.repeat([0.02, 0.04, 0.03, 0.05], 168)
    mean, error = 0.035, np.std([0.02, 0.04, 0.03, 0.05], ddof=1) / 2.0
    assert earned_ratio_of(weeks) == pytest.approx(mean - 2.0 * error)
    assert earned_ratio_of(np.concatenate([[-9.0] * 100, weeks])) == pytest.approx(mean - 2.0 * error)
    assert earned_ratio_of(weeks[: 2 * 168]) == 0.0
    assert earned_ratio_of(-weeks) == 0.0


def test_a_bet_is_borne_by_its_record() -> None:
    errors = np.zeros((2880, 3))
    errors[9, 1] = -30.0  # once, one hour was 30 g cleaner than foretold: for a plan that gives it up, 30 lost
    changes, gains, whole = np.array([[1.0, 1.0, -2.0]]), np.array([5.0]), np.array([100.0])
    assert not bears(gains, whole, changes, errors, 0.0)[0]
    assert bears(gains, whole, changes, errors, 0.02)[0]
    assert not bears(gains, whole, changes, errors[:720], 0.02)[0]  # a short record has seen less of the worst


def test_a_planner_runs_now_where_the_guard_sees_noise() -> None:
    values = np.random.default_rng(1).lognormal(5.0, 0.5, 2400)
    foresight = foresee(history(values))
    now = foresight.forecast.origin
    job = Job(duration_s=12 * 3600.0, deadline=now + timedelta(hours=36), power_w=Quantity.exact(500.0, provenance="modelled"))
    guard = foresight.guard(interruptible=False, window_h=36)
    plan = plan_job(job, {"XX": foresight.forecast.curve()}, now=now, guard=guard)
    assert plan.start == now
    assert plan.decided_by == "nothing: no predictable gain"


def test_a_planner_waits_for_the_sun_where_the_guard_lets_it() -> None:
    foresight = foresee(history(solar(2400)))
    now = foresight.forecast.origin
    job = Job(duration_s=4 * 3600.0, deadline=now + timedelta(hours=28), power_w=Quantity.exact(500.0, provenance="modelled"))
    plan = plan_job(job, {"XX": foresight.forecast.curve()}, now=now, guard=foresight.guard(interruptible=False, window_h=28))
    assert plan.start > now + timedelta(hours=8)
    assert plan.saved_ratio.low is not None
    assert plan.saved_ratio.low > 0.1


def test_plans_longer_than_a_week_are_judged_too() -> None:
    foresight = foresee(history(windy(3000)), horizon_h=400)
    now, plan = [1.0] * 24 + [0.0] * 300, [0.0] * 300 + [1.0] * 24
    found = foresight.promise(now, plan, interruptible=False, window_h=324)
    assert -10.0 <= found.low_ratio <= found.saved_ratio <= found.high_ratio <= 1.0


def test_the_earliest_of_equal_hours_is_chosen() -> None:
    flat = np.full((1, 10), 7.0) * (1.0 + 1e-13 * np.arange(10)[::-1])
    assert cheapest_hours(flat, 3)[0].tolist() == [1.0] * 3 + [0.0] * 7
    assert cheapest_window(flat, 3)[0].tolist() == [1.0] * 3 + [0.0] * 7
