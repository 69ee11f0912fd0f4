"""Tables, moments and earlier runs, read as people write them, and refused by the line where they are wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from vatio.errors import UsageError
from vatio.plan.job import learn, parse_moment, read_profile, read_rates
from vatio.records import Gap, Quantity
from vatio.testing import a_record

MADRID = ZoneInfo("Europe/Madrid")


def written(tmp_path, text, name="table.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


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


def test_the_machines_own_clock_skips_and_repeats_hours_as_a_named_one_does():
    told = "from datetime import UTC, datetime; from vatio.plan.job import parse_moment"
    asked = "print(*(parse_moment(t, now=datetime(2026, 3, 1, tzinfo=UTC)).isoformat() for t in sys.argv[1:]))"
    words = (sys.executable, "-c", f"import sys; {told}; {asked}", "2026-03-29T02:30", "2026-10-25T02:30")
    done = subprocess.run(words, env={**os.environ, "TZ": "Europe/Madrid"}, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2026-03-29T01:30:00+00:00", "2026-10-25T00:30:00+00:00"]


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


def test_a_pause_by_the_plan_is_no_part_of_a_duration_and_a_suspended_machine_never_was():
    (run,) = runs(("finished", 100.0, 6e3))
    paused = Gap(start_s=20.0, end_s=60.0, reason="paused by the plan")
    slept = Gap(start_s=70.0, end_s=70.0, reason="suspended")
    found = learn([replace(run, paused_s=40.0 + 3600.0, gaps=(paused, slept))], run.command)
    assert (found.duration_s.value, found.power_w.value) == (60.0, 100.0)
    found = learn([replace(run, paused_s=3600.0, gaps=(slept,))], run.command)
    assert (found.duration_s.value, found.power_w.value) == (100.0, 60.0)
