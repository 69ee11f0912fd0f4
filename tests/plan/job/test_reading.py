"""Curves, tables, moments and earlier runs, read as people write them, and refused by the line where they are wrong."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.errors import UsageError
from vatio.plan.job import learn, parse_moment, read_curve_file, read_profile, read_rates
from vatio.records import Quantity
from vatio.testing import a_record

MADRID = ZoneInfo("Europe/Madrid")


def written(tmp_path, text, name="curve.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def read(tmp_path, *rows, head="start,g_per_kwh"):
    return read_curve_file(written(tmp_path, "\n".join((head, *rows)) + "\n"), zone="DE")["DE"].curve


def test_a_curve_is_read_as_the_contract_writes_it(tmp_path):
    curve = read(tmp_path, "2026-01-01T00:00:00Z,100", "2026-01-01T02:00:00+01:00,200", "2026-01-01T02:00:00,300")
    first = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    assert curve.starts_s == (first, first + 3600.0, first + 7200.0)
    assert curve.values_g_per_kwh == (100.0, 200.0, 300.0)
    assert (curve.end_s, curve.source, curve.zone) == (first + 3 * 3600.0, "curve.csv", "DE")


def test_rows_may_be_out_of_order_and_doubled_and_the_last_one_counts(tmp_path):
    curve = read(tmp_path, "2026-01-01T01:00Z,200", "2026-01-01T00:00Z,100", "2026-01-01T01:00Z,250", "2026-01-01T02:00Z,1")
    assert curve.values_g_per_kwh == (100.0, 250.0, 1.0)


def test_missing_stamps_and_empty_cells_are_holes(tmp_path):
    rows = [f"2026-01-01T{hour:02}:00Z,{hour}" for hour in (0, 1, 2, 6, 7)]
    curve = read(tmp_path, *rows, "2026-01-01T08:00Z,", "2026-01-01T09:00Z,9")
    assert curve.values_g_per_kwh == (0.0, 1.0, 2.0, None, 6.0, 7.0, None, 9.0)


def test_sub_hourly_and_mixed_slots_are_no_holes(tmp_path):
    quarters = [f"2026-01-01T00:{minute:02}Z,1" for minute in (0, 15, 30, 45)]
    curve = read(tmp_path, *quarters, *[f"2026-01-01T{hour:02}:00Z,2" for hour in (1, 2, 3)])
    assert None not in curve.values_g_per_kwh


def test_the_hours_of_a_clock_change_are_as_long_as_they_were(tmp_path):
    curve = read(tmp_path, "2026-10-25T01:00+02:00,1", "2026-10-25T02:00+02:00,2", "2026-10-25T02:00+01:00,3")
    assert [late - early for early, late in zip(curve.starts_s, curve.starts_s[1:], strict=False)] == [3600.0, 3600.0]


def test_more_columns_are_an_interval_a_share_a_price_and_zones(tmp_path):
    head = "start,g_per_kwh,low_g_per_kwh,high_g_per_kwh,renewable_ratio,eur_per_kwh,zone,comment"
    text = f"{head}\n2026-01-01T00:00Z,100,90,120,0.4,-0.02,DE,x\n2026-01-01T00:00Z,50,,,,,FR,y\n"
    found = read_curve_file(written(tmp_path, text))
    assert set(found) == {"DE", "FR"}
    assert (found["DE"].curve.low_g_per_kwh, found["DE"].curve.high_g_per_kwh) == ((90.0,), (120.0,))
    assert found["DE"].renewable_ratio.values == (0.4,)
    assert found["DE"].price_eur_per_kwh.values == (-0.02,)
    assert found["FR"].renewable_ratio is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("start,g_per_kwh\n2026-01-01T00:00Z,-1\n", "line 2: g_per_kwh is -1"),
        ("start,g_per_kwh\n2026-01-01T00:00Z,nan\n", "line 2: g_per_kwh is nan"),
        ("start,g_per_kwh\n2026-01-01T00:00Z,1e99\n", "line 2"),
        ("start,g_per_kwh\n2026-01-01T00:00Z,much\n", "not a number"),
        ("start,g_per_kwh\nyesterday,1\n", "line 2: 'yesterday' is not a date"),
        ("start,g_per_kwh\n2026-01-01T00:00Z,1,2\n", "3 cells under 2 columns"),
        ("start;g_per_kwh\n2026-01-01T00:00Z;1\n", "no column start"),
        ("start,kg_per_kwh\n2026-01-01T00:00Z,1\n", "no column g_per_kwh"),
        ("start,g_per_kwh\n", "no rows"),
        ("start,g_per_kwh\n2026-01-01T00:00Z,\n", "no values"),
        ("start,g_per_kwh,low_g_per_kwh\n2026-01-01T00:00Z,1,2\n", "low <= value"),
        ("", "no column start"),
    ],
)
def test_a_curve_that_cannot_be_is_refused_by_its_line(tmp_path, text, said):
    with pytest.raises(UsageError, match=said):
        read_curve_file(written(tmp_path, text))


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot read"):
        read_curve_file(str(tmp_path / "none.csv"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="UTF-8"):
        read_curve_file(str(tmp_path / "binary"))


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b"start,g_per_kwh\n" + data)
    with suppress(UsageError):
        read_curve_file(str(path))


NOW = datetime(2026, 3, 28, 20, 30, tzinfo=MADRID)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("21:00", "2026-03-28T21:00:00+01:00"),
        ("08:00", "2026-03-29T08:00:00+02:00"),
        ("tomorrow 08:00", "2026-03-29T08:00:00+02:00"),
        ("today 23:15", "2026-03-28T23:15:00+01:00"),
        ("2026-04-01T12:00", "2026-04-01T12:00:00+02:00"),
        ("2026-04-01 12:00", "2026-04-01T12:00:00+02:00"),
        ("2026-04-01T12:00+00:00", "2026-04-01T12:00:00+00:00"),
        ("2026-04-01T12:00Z", "2026-04-01T12:00:00+00:00"),
        # The clock skips this hour: it is the moment that the clock then shows as 03:30.
        ("2026-03-29T02:30", "2026-03-29T03:30:00+02:00"),
        # It has this hour twice: the first of them.
        ("2026-10-25T02:30", "2026-10-25T02:30:00+02:00"),
    ],
)
def test_times_are_local_unless_they_say_otherwise(text, expected):
    assert parse_moment(text, now=NOW, zone=MADRID) == datetime.fromisoformat(expected)


@pytest.mark.parametrize("text", ["", "soon", "25:00", "tomorow 08:00", "tomorrow", "tomorrow 8", "2026-02-30", "12:60"])
def test_what_says_no_moment_is_refused(text):
    with pytest.raises(UsageError, match="date or time"):
        parse_moment(text, now=NOW, zone=MADRID)


def test_a_night_across_the_clock_change_is_an_hour_shorter():
    evening = parse_moment("20:00", now=NOW - timedelta(hours=2), zone=MADRID)
    morning = parse_moment("tomorrow 08:00", now=NOW, zone=MADRID)
    assert (morning.astimezone(UTC) - evening.astimezone(UTC)) == timedelta(hours=11)


def test_rates_and_profiles_are_tables(tmp_path):
    rates = read_rates(written(tmp_path, "throughput_ratio,power_w,scale,power_limit_w\n1,300,1,\n1.8,520,2,250\n"))
    assert [(rate.scale, rate.power_limit_w) for rate in rates] == [(1.0, None), (2.0, 250.0)]
    profile = read_profile(written(tmp_path, "duration_s,power_w\n600,100\n3000,400\n"))
    assert sum(step.duration_s for step in profile) == 3600.0


@pytest.mark.parametrize(
    "text",
    ["throughput_ratio,power_w\n0,3\n", "throughput_ratio,power_w\n,3\n", "a,b\n1,2\n", "throughput_ratio,power_w\nx,2\n"],
)
def test_a_table_of_rates_that_cannot_be_is_refused(tmp_path, text):
    with pytest.raises(UsageError):
        read_rates(written(tmp_path, text))


def runs(*rows):
    made = a_record()
    return [
        replace(
            made,
            command=("python", "train.py", "--token", "***"),
            status=status,
            duration_s=duration_s,
            paused_s=0.0,
            basis="machine",
            energy_j=Quantity.exact(energy_j) if energy_j else Quantity.absent("cpu"),
        )
        for status, duration_s, energy_j in rows
    ]


def test_the_median_of_earlier_runs_is_learnt_with_its_range():
    found = learn(
        runs(("finished", 100.0, 1e4), ("finished", 120.0, 1.8e4), ("finished", 200.0, 2e4), ("failed", 3.0, 1.0)),
        ("python", "train.py", "--token", "secret"),
    )
    assert found.runs == 3
    assert (found.duration_s.low, found.duration_s.value, found.duration_s.high) == (100.0, 120.0, 200.0)
    assert (found.power_w.low, found.power_w.value, found.power_w.high) == (100.0, 100.0, 150.0)


def test_other_commands_teach_nothing_and_unmeasured_runs_the_duration_alone():
    assert learn(runs(("finished", 100.0, 1e4)), ("python", "other.py")) is None
    assert learn([], ("python",)) is None
    found = learn(runs(("finished", 100.0, None)), ("python", "train.py", "--token", "x"))
    assert found.power_w.is_missing
    assert found.duration_s.value == 100.0
