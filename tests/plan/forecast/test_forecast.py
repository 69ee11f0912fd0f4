"""A forecast is made of earlier hours only, from whatever there is, and says what it does not know."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.forecast._grids import START, history, solar, windy

from vatio.errors import UsageError
from vatio.plan.forecast import forecast, walk
from vatio.records import to_json

HOURS = np.arange(1, 49)


def test_what_comes_later_changes_no_earlier_forecast() -> None:
    values = windy(1200)
    other = values.copy()
    other[1000:] *= 3.0
    known = np.ones(1200, dtype=bool)
    before, after = (walk(one, known, hours=HOURS, first_origin=192) for one in (values, other))
    assert np.array_equal(before[: 1000 - 192], after[: 1000 - 192])
    assert not np.allclose(before[1010 - 192], after[1010 - 192])


@pytest.mark.parametrize("count", [300, 801, 1100])
def test_todays_forecast_is_the_last_step_of_the_walk(count: int) -> None:
    values = solar(1200)
    steps = walk(values, np.ones(1200, dtype=bool), hours=HOURS, first_origin=100, phase=(count - 1) % 24)
    made = forecast(history(values[:count]), horizon_h=48)
    assert np.allclose(made.g_per_kwh, steps[count - 1 - 100], rtol=1e-9)


def test_the_hours_follow_the_last_known_one() -> None:
    made = forecast(history(solar(800)), horizon_h=30)
    assert made.origin == START + timedelta(hours=799)
    assert made.starts[0] == made.origin + timedelta(hours=1)
    assert (len(made.starts), made.starts[-1] + timedelta(hours=1)) == (30, made.horizon_end)


def test_the_sun_is_foretold() -> None:
    values = solar(900)
    made = forecast(history(values[:852]), horizon_h=48)
    error = np.abs(np.array(made.g_per_kwh) - values[852:900]).mean()
    assert error < 10.0  # the noise itself is 6.4


@pytest.mark.parametrize("days", [1, 2, 3, 5, 8, 13])
def test_a_few_days_are_enough_and_are_said_to_be_few(days: int) -> None:
    made = forecast(history(windy(24 * days + 5)), horizon_h=72)
    assert len(made.g_per_kwh) == 72
    assert any(f"only {(24 * days + 5) / 24:.1f} days" in note for note in made.notes)


def test_a_month_is_not_said_to_be_few() -> None:
    assert forecast(history(windy(28 * 24)), horizon_h=48).notes == ()


def test_less_than_a_day_is_refused() -> None:
    with pytest.raises(UsageError, match="23 known hours"):
        forecast(history(solar(23)), horizon_h=4)


@pytest.mark.parametrize("horizon_h", [0, -3, 366 * 24 + 1])
def test_a_horizon_that_cannot_be_is_refused(horizon_h: int) -> None:
    with pytest.raises(UsageError, match="horizon"):
        forecast(history(solar(100)), horizon_h=horizon_h)


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, float("nan"), 80.0])
def test_a_level_that_cannot_be_is_refused(level: float) -> None:
    with pytest.raises(UsageError, match="level"):
        forecast(history(solar(100)), level=level)


def test_a_long_hole_widens_the_interval_and_is_said() -> None:
    whole = windy(1500)
    holed = whole.copy()
    holed[1300:1340] = np.nan
    wide, usual = (forecast(history(one), horizon_h=24) for one in (holed, whole))
    assert "a hole of 40 h in the last 28 days: the interval is wider" in wide.notes
    assert _width(wide) > _width(usual)


def test_short_holes_are_filled_and_not_mentioned() -> None:
    values = solar(1500)
    values[np.random.default_rng(1).choice(1400, 200, replace=False)] = np.nan
    made = forecast(history(values), horizon_h=24)
    assert made.notes == ()
    assert made.history_h == 1300


def test_a_day_that_is_a_hole_does_not_teach_that_nights_are_clean() -> None:
    values = solar(1500)
    values[1380:1480] = np.nan
    made = forecast(history(values), horizon_h=24)
    assert np.abs(np.array(made.g_per_kwh) - solar(1524)[1500:]).mean() < 15.0


def test_a_grid_that_never_changes_is_foretold_as_it_is() -> None:
    made = forecast(history(np.full(900, 120.0)), horizon_h=400)
    assert np.allclose(made.g_per_kwh, 120.0)
    assert np.allclose(made.low_g_per_kwh, 120.0)


def test_a_grid_of_zeros_stays_at_zero() -> None:
    made = forecast(history(np.zeros(900)), horizon_h=200)
    assert np.abs(made.g_per_kwh).max() < 1e-6


def test_an_interval_is_wider_further_ahead_in_the_wind() -> None:
    made = forecast(history(windy(3000)), horizon_h=48)
    widths = np.subtract(made.high_g_per_kwh, made.low_g_per_kwh)
    assert widths[40:].mean() > 2.0 * widths[:3].mean()


def test_a_rise_of_weeks_does_not_let_the_ends_run_away() -> None:
    values = windy(3000) + np.concatenate([np.zeros(2400), np.linspace(0.0, 400.0, 600)])
    made = forecast(history(values), horizon_h=168)
    seen = values[-28 * 24 :]
    assert max(made.high_g_per_kwh) <= seen.max() + 0.5 * (seen.max() - seen.min()) + 1e-9


def test_a_higher_level_is_wider() -> None:
    past = history(windy(3000))
    assert _width(forecast(past, level=0.95)) > _width(forecast(past, level=0.8)) > _width(forecast(past, level=0.5))


def test_past_a_week_it_fades_into_what_the_hour_has_brought() -> None:
    values = solar(2000)
    made = forecast(history(values), horizon_h=1500)
    last = np.array(made.g_per_kwh[-24:])
    by_hour = np.array([values[(2000 + 1476 + at) % 24 :: 24].mean() for at in range(24)])
    assert np.abs(last - by_hour).max() < 1.0
    assert any("past a week" in note for note in made.notes)


@pytest.mark.slow
def test_a_year_of_history_brings_the_season_back() -> None:
    at = np.arange(400 * 24)
    values = 200.0 + 100.0 * np.cos(2.0 * np.pi * at / (365 * 24))
    made = forecast(history(values), horizon_h=180 * 24)
    there = 400 * 24 + 180 * 24
    assert made.g_per_kwh[-1] == pytest.approx(200.0 + 100.0 * np.cos(2.0 * np.pi * there / (365 * 24)), abs=5.0)


def test_a_curve_begins_with_the_known_hour_and_carries_the_interval() -> None:
    made = forecast(history(solar(800)), horizon_h=30)
    curve = made.curve()
    assert curve.starts_s[0] == made.origin.timestamp()
    assert curve.values_g_per_kwh[0] == curve.low_g_per_kwh[0] == curve.high_g_per_kwh[0] == made.known_g_per_kwh
    assert curve.low_g_per_kwh[1:] == made.low_g_per_kwh
    assert curve.end_s == made.horizon_end.timestamp()
    assert curve.zone == "XX"


def test_a_forecast_is_json() -> None:
    document = to_json(forecast(history(solar(800)), horizon_h=3))
    assert document["schema"] == "vatio.forecast/1"
    assert document["starts"][0] == "2025-02-03T08:00:00.000000Z"
    assert len(document["g_per_kwh"]) == len(document["low_g_per_kwh"]) == 3


values_or_holes = st.one_of(st.none(), st.floats(min_value=0.0, max_value=3000.0))


@settings(max_examples=40, deadline=None)
@given(st.lists(values_or_holes, min_size=40, max_size=700), st.integers(min_value=1, max_value=200))
def test_any_history_gives_finite_numbers_in_their_order(values: list[float | None], horizon_h: int) -> None:
    told = [*(np.nan if one is None else one for one in values), 100.0]
    if np.isfinite(told).sum() < 24:
        told = [*([50.0] * 24), *told]
    made = forecast(history(np.array(told)), horizon_h=horizon_h)
    for low, value, high in zip(made.low_g_per_kwh, made.g_per_kwh, made.high_g_per_kwh, strict=True):
        assert 0.0 <= low <= value <= high < 10_000.0


def _width(made: object) -> float:
    return float(np.subtract(made.high_g_per_kwh, made.low_g_per_kwh).mean())  # type: ignore[attr-defined]
