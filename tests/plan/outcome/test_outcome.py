"""What a plan obtained is held against the same run at once, and what pauses drew is neither hidden nor made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.account import EnergyCurve, footprint, series_of
from vatio.account.grid import Slot
from vatio.plan.job import Job, plan_job
from vatio.plan.outcome import outcome, outcome_lines, running_s
from vatio.records import Gap, Quantity
from vatio.testing import a_record

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR_S = 3600.0
CLEAN, DIRTY = 50.0, 500.0
# Ordered at noon, when it is dirty: two clean hours with a dirty one between them.
HOURS = (DIRTY, DIRTY, CLEAN, DIRTY, CLEAN, DIRTY)


def series(*values):
    slots = [Slot(NOON.timestamp() + HOUR_S * at, {"g_per_kwh": value}, False) for at, value in enumerate(values or HOURS)]
    return series_of(slots, zone="DE", source="curve.csv", step_s=HOUR_S)


def paused_run(*, provenance="measured", idle_w=0.0, busy_w=100.0, found=None):
    """Run for two hours with a pause of one between them, and draw what an idle machine draws meanwhile."""
    found = found or series()
    joules = (0.0, busy_w * HOUR_S, (busy_w + idle_w) * HOUR_S, (2 * busy_w + idle_w) * HOUR_S)
    drawn = EnergyCurve(times_s=(0.0, HOUR_S, 2 * HOUR_S, 3 * HOUR_S), energy_j=joules)
    record = a_record(
        duration_s=3 * HOUR_S,
        started_at=NOON + timedelta(hours=2),
        ended_at=NOON + timedelta(hours=5),
        paused_s=HOUR_S,
        gaps=(Gap(start_s=HOUR_S, end_s=2 * HOUR_S, reason="paused by the plan"),),
        basis="machine",
        energy_j=Quantity.exact(joules[-1], provenance=provenance),
    )
    job = Job(duration_s=2 * HOUR_S, deadline=NOON + timedelta(hours=6), power_w=Quantity.exact(busy_w), interruptible=True)
    plan = plan_job(job, {"DE": found.curve()}, now=NOON)
    account = footprint(record, grid=found, curve=drawn, pue=1.0)
    return outcome(record, account, plan, found, submitted_at=NOON, drawn=drawn)


def test_a_pause_that_draws_nothing_costs_nothing():
    found = paused_run()
    assert found.saved_ratio.value == pytest.approx(0.9)
    assert found.obtained_g.value == pytest.approx(10.0)
    assert found.promised_g.value == pytest.approx(10.0)
    assert found.at_once_g.value == pytest.approx(100.0)
    assert "90.0 % saved" in next(outcome_lines(found))


def test_what_a_pause_drew_is_counted_where_it_was_measured():
    found = paused_run(idle_w=100.0)
    assert found.obtained_g.value == pytest.approx(60.0)
    assert found.saved_ratio.value == pytest.approx(0.4)
    assert found.paused_ratio == pytest.approx(1.0 / 3.0)
    assert any("33 % of its energy was drawn in its pauses" in line for line in outcome_lines(found))


@pytest.mark.parametrize("provenance", ["modelled", "default"])
def test_where_idle_power_is_a_model_both_ends_are_said_and_no_one_number(provenance):
    found = paused_run(idle_w=600.0, provenance=provenance)
    assert found.saved_ratio.value is None
    assert found.saved_ratio.low == pytest.approx(1.0 - 310.0 / 100.0)
    assert found.saved_ratio.high == pytest.approx(0.9)
    first, _, third = outcome_lines(found)
    assert first.endswith("had it run at once: not comparable")
    assert third.endswith("by a model of an idle machine: 210.0 % lost with it, 90.0 % saved without")


def test_a_pause_that_a_model_says_draws_nothing_is_compared():
    assert paused_run(provenance="modelled").saved_ratio.value == pytest.approx(0.9)


@given(st.floats(0.0, 1e4), st.floats(1.0, 1e4))
def test_pauses_never_add_to_a_saving(idle_w, busy_w):
    saving = paused_run(idle_w=idle_w, busy_w=busy_w, provenance="modelled").saved_ratio
    assert saving.high == pytest.approx(0.9)
    assert saving.low <= saving.high + 1e-9


@given(st.floats(1.0, 1e5), st.floats(0.0, 1.0), st.floats(0.0, 1e6))
def test_time_for_which_the_machine_was_suspended_is_no_pause(duration_s, part, slept_s):
    gap = Gap(start_s=0.0, end_s=part * duration_s, reason="paused by the plan")
    record = replace(a_record(), duration_s=duration_s, gaps=(gap,), paused_s=part * duration_s + slept_s)
    assert running_s(record) == pytest.approx(duration_s * (1.0 - part), abs=1e-6)
