from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.account import EnergyCurve, Slot, footprint, mean_over, series_of
from vatio.testing import a_record

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
HOUR_S = 3600.0


def hourly(*values, **more):
    begin_s = BEGIN.timestamp()
    slots = [
        Slot(begin_s + at * HOUR_S, {} if value is None else {"g_per_kwh": value, "renewable_ratio": value / 1000.0})
        for at, value in enumerate(values)
    ]
    return series_of(slots, zone="ES", source="hours.csv", **more)


def test_a_run_meets_the_hours_in_which_it_ran():
    met = mean_over(hourly(100.0, 200.0, 300.0), "g_per_kwh", BEGIN + timedelta(minutes=30), HOUR_S)
    assert (met.low, met.value, met.high) == (150.0, 150.0, 150.0)
    assert met.source == "hours.csv, hours of the run"


def test_energy_that_was_drawn_late_meets_the_late_hour():
    drawn = EnergyCurve(times_s=(0.0, HOUR_S, 2 * HOUR_S), energy_j=(0.0, 10.0, 100.0))
    assert mean_over(hourly(100.0, 200.0), "g_per_kwh", BEGIN, 2 * HOUR_S, drawn=drawn).value == pytest.approx(190.0)


def test_an_hour_that_nobody_knows_widens_the_interval():
    met = mean_over(hourly(100.0, None, 300.0), "g_per_kwh", BEGIN, 3 * HOUR_S)
    assert met.low == pytest.approx(500.0 / 3)
    assert met.high == pytest.approx(700.0 / 3)
    assert met.provenance == "default"


def test_a_run_outside_of_the_series_has_no_mean_and_keeps_the_annual_one():
    late = BEGIN + timedelta(days=3)
    assert mean_over(hourly(100.0), "g_per_kwh", late, HOUR_S).is_missing
    run = a_record()
    assert footprint(run, zone="ES", grid=hourly(100.0)).intensity_g_per_kwh == footprint(run, zone="ES").intensity_g_per_kwh


def test_a_run_without_length_still_meets_its_moment():
    assert mean_over(hourly(100.0, 200.0), "g_per_kwh", BEGIN + timedelta(hours=1), 0.0).value == 200.0


@given(
    st.lists(st.one_of(st.none(), st.floats(min_value=0.0, max_value=900.0)), min_size=1, max_size=8),
    st.floats(min_value=-3.0, max_value=10.0),
    st.floats(min_value=0.0, max_value=12.0),
)
def test_the_mean_lies_within_its_interval_and_that_within_the_series(values, begin_h, duration_h):
    if all(value is None for value in values):
        return
    known = [value for value in values if value is not None]
    met = mean_over(hourly(*values, step_s=HOUR_S), "g_per_kwh", BEGIN + timedelta(hours=begin_h), duration_h * HOUR_S)
    if not met.is_missing:
        assert min(known) - 1e-9 <= met.low <= met.value <= met.high <= max(known) + 1e-9


def test_a_footprint_by_the_hour_names_the_series_and_the_renewable_share():
    run = replace(a_record(), ended_at=BEGIN + timedelta(hours=1), duration_s=HOUR_S)
    found = footprint(run, grid=hourly(120.0, 900.0))
    assert found.intensity_g_per_kwh.g_per_kwh.value == pytest.approx(120.0)
    assert found.intensity_g_per_kwh.zone == "ES"
    assert found.renewable_ratio.value == pytest.approx(0.12)
