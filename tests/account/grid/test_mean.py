from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.account import EnergyCurve, Slot, footprint, mean_over, read_series, series_of
from vatio.config import SiteConfig
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
    found, annual = footprint(run, zone="ES", grid=hourly(100.0)), footprint(run, zone="ES")
    assert found.emissions_g.total.value == annual.emissions_g.total.value
    assert found.intensity_g_per_kwh.g_per_kwh.source.startswith("hours.csv does not know its hours; ")


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


def a_site(tmp_path, text, **more):
    (tmp_path / "es.csv").write_text(text)
    return SiteConfig(zone="ES", grid=str(tmp_path / "es.csv"), **more)


def test_the_sites_file_of_hours_is_used_where_it_knows_those_of_the_run(tmp_path):
    run = replace(a_record(), ended_at=BEGIN + timedelta(hours=1), duration_s=HOUR_S)
    site = a_site(tmp_path, "start,g_per_kwh,renewable_ratio\n2026-01-01T00:00Z,120,0.6\n2026-01-01T01:00Z,90,0.7\n")
    found = footprint(run, site=site)
    assert found.intensity_g_per_kwh.g_per_kwh.value == pytest.approx(120.0)
    assert found.intensity_g_per_kwh.year == 2026
    assert found.renewable_ratio.value == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("start,g_per_kwh\n2020-01-01T00:00Z,120\n", "es.csv does not know its hours"),
        ("start,g_per_kwh\nsoon,120\n", "line 2: 'soon' is not a date"),
        ("start,g_per_kwh,zone\n2026-01-01T00:00Z,120,FR\n", "unknown zone 'ES'"),
        ("", "is empty"),
    ],
)
def test_a_sites_file_that_does_not_help_is_no_error_after_a_run(tmp_path, text, said):
    run = replace(a_record(), ended_at=BEGIN + timedelta(hours=1), duration_s=HOUR_S)
    found, annual = footprint(run, site=a_site(tmp_path, text)), footprint(run, zone="ES")
    assert found.emissions_g.total.value == annual.emissions_g.total.value
    assert said in found.intensity_g_per_kwh.g_per_kwh.source
    assert found.renewable_ratio.is_missing


@pytest.mark.data
@pytest.mark.parametrize("zone", ["ES", "US-CAL-CISO"])
def test_a_run_of_another_year_meets_the_renewable_share_of_a_real_download(zone):
    at = datetime(2022, 6, 15, 10, tzinfo=UTC)
    run = replace(a_record(), ended_at=at + timedelta(hours=2), duration_s=2 * HOUR_S)
    grid = read_series(f"../shared/data/grid/em_portal/{zone}_2022_hourly.csv.gz")
    first = grid.starts_s.index(at.timestamp())
    found = footprint(run, grid=grid)
    assert grid.zone == found.intensity_g_per_kwh.zone == zone
    assert found.renewable_ratio.value == pytest.approx(sum(grid.renewable_ratio[first : first + 2]) / 2)
    assert found.intensity_g_per_kwh.g_per_kwh.value == pytest.approx(sum(grid.g_per_kwh[first : first + 2]) / 2)
