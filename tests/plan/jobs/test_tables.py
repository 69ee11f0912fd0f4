"""Tables of jobs: units, faults with their lines, slots, what is kept."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.account import GridSeries
from vatio.errors import UsageError
from vatio.plan.jobs import (
    AskedJob,
    PlannedWindow,
    SlotGrid,
    ZoneAsked,
    begun_jobs,
    lay,
    load_by_slot,
    plan_csv,
    read_jobs,
    read_load,
    read_plan,
    read_trace,
    slot_means,
)

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def table(tmp_path: Path):  # type: ignore[no-untyped-def]
    def write(text: str) -> str:
        path = tmp_path / "jobs.csv"
        path.write_text(text)
        return str(path)

    return write


def test_units_are_read_from_the_columns_names(table) -> None:  # type: ignore[no-untyped-def]
    np = pytest.importorskip("numpy")
    texts = ("arrival_h,length_h\n1.5,2\n", "arrival_s,length_min\n5400,120\n", "arrival,length_s\n2026-01-01T01:30Z,7200\n")
    for text in texts:
        trace = read_trace(table(text), begin=BEGIN)
        assert (trace.arrival_h[0], trace.length_h[0]) == (1.5, 2.0)
    assert np.array_equal(read_trace(table("arrival,length\n90,120\n"), begin=BEGIN, unit="min").arrival_h, [1.5])


def test_a_trace_is_read_packed_and_keeps_cpus_deadlines_and_pauses(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    path = tmp_path / "jobs.csv.gz"
    text = "arrival_h,length_h,cpus,deadline_h,interruptible\n1,2,4,5,yes\n2,3,1,,no\n3,3,2,4,no\n"
    path.write_bytes(gzip.compress(text.encode()))
    trace = read_trace(str(path), begin=BEGIN, offset_s=7200.0, power_w=100.0, slack_s=3600.0)
    assert trace.arrival_h.tolist() == [3.0, 4.0, 5.0]
    assert trace.power_w.tolist() == [400.0, 100.0, 200.0]
    assert trace.slack_h.tolist() == [2.0, 1.0, -2.0]
    assert trace.interruptible.tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column"),
        ("arrival_h\n1\n", "no column length"),
        ("arrival_h,length_h\n", "no jobs"),
        ("arrival,length\n1,2\n", "unit of the column length"),
        ("arrival_h,length_h\n1,-2\n", "line 2: length_h is -2"),
        ("arrival_h,length_h\n1,2\n\n1,nan\n", "line 4: length_h is nan"),
        ("arrival_h,length_h\n1,two\n", "line 2: length_h is 'two'"),
        ("arrival_h,length_h\n-3,2\n", "before the curve begins"),
        ("arrival_h,length_h\n1,2,3\n", "line 2: 3 cells under 2"),
        ("arrival_h,length_h,deadline_h\n5,2,4\n", "deadline is not after its arrival"),
        ("arrival_h,length_h,power_w\n5,2,0\n", "power_w is 0"),
        ("arrival_h,length_h,interruptible\n5,2,maybe\n", "interruptible is 'maybe'"),
        ("arrival_h,length_h,length_h\n5,2,4\n", "two columns"),
        ("arrival_h,length_h\nsoon,2\n", "neither a date nor a number"),
    ],
)
def test_a_hostile_trace_is_an_error_that_says_where(table, text: str, said: str) -> None:  # type: ignore[no-untyped-def]
    pytest.importorskip("numpy")
    with pytest.raises(UsageError, match=said):
        read_trace(table(text), begin=BEGIN)


def test_jobs_are_read_with_all_that_they_say(table) -> None:  # type: ignore[no-untyped-def]
    text = "id,duration_h,power_w,earliest,deadline,zones,home,move_gb,devices,priority,interruptible\n"
    text += "a,2,500,2026-01-01T03:00+01:00,2026-01-02T00:00Z,DE FR;GB,DE,1.5,2,-3,true\nb,0.5,100,,,,,,,,\n"
    one, two = read_jobs(table(text), begin=BEGIN)
    assert (one.duration_s, one.earliest, one.deadline) == (7200.0, BEGIN + 2 * HOUR, BEGIN + 24 * HOUR)
    assert (one.zones, one.home, one.move_bytes, one.devices, one.rank) == (("DE", "FR", "GB"), "DE", 1.5e9, 2, -3)
    assert (two.earliest, two.deadline, two.zones, two.interruptible) == (None, None, (), False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,duration_h\na,1\n", "no column power_w"),
        ("id,duration,power_w\na,1,5\n", "unit of the column duration"),
        ("id,duration_h,power_w\na,1,5\na,1,5\n", "line 3: 'a' is there twice"),
        ("id,duration_h,power_w\n,1,5\n", "no id"),
        ("id,duration_h,power_w,earliest_h,deadline_h\na,1,5,6,3\n", "deadline is not after its earliest"),
        ("id,duration_h,power_w,devices\na,1,5,1.5\n", "not a whole number"),
        ("id,duration_h,power_w,move_gb\na,1,5,-2\n", "less than 0"),
        ("id,duration_h,power_w,deadline_h\na,1,5,1e300\n", "too far away"),
        ("id,duration_h,power_w\na,inf,5\n", "duration_h is inf"),
    ],
)
def test_a_hostile_table_of_jobs_is_an_error_that_says_where(table, text: str, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError, match=said):
        read_jobs(table(text), begin=BEGIN)


def test_a_file_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00id")
    for path in (tmp_path / "none.csv", tmp_path / "x.csv", tmp_path):
        with pytest.raises(UsageError, match="cannot read"):
            read_jobs(str(path), begin=BEGIN)


def grid(count: int = 10) -> SlotGrid:
    return SlotGrid(begin=BEGIN, slot_s=3600.0, count=count)


def zone(name: str = "DE", *, capacity_w: float = 1000.0, count: int = 10) -> ZoneAsked:
    return ZoneAsked(name=name, g_per_kwh=(100.0,) * count, base_w=(0.0,) * count, capacity_w=capacity_w)


def asked(**more: object) -> AskedJob:
    fields: dict = {"id": "a", "where": "jobs.csv, line 2", "duration_s": 5400.0, "power_w": 400.0, **more}
    return AskedJob(**fields)


def test_jobs_take_whole_slots_within_their_windows_and_it_is_said() -> None:
    job = asked(earliest=BEGIN + 0.5 * HOUR, deadline=BEGIN + 5.5 * HOUR, move_bytes=1e9, home="DE")
    laid = lay([job], [zone()], grid(), move_j_per_gb=3.6e6)
    assert laid.fleet is not None
    (placed,) = laid.fleet.jobs
    assert (placed.slots, placed.earliest, placed.latest) == (2, 1, 5)
    assert placed.move_g == pytest.approx(100.0)
    assert "whole slots" in laid.notes[0]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"duration_s": 4 * 3600.0, "deadline": BEGIN + 3 * HOUR}, "takes 4 slots and has 3"),
        ({"duration_s": 40 * 3600.0}, "until the curves end"),
        ({"deadline": BEGIN - HOUR}, "has passed"),
        ({"power_w": 2000.0}, "has 2000 W"),
    ],
)
def test_a_job_that_fits_nowhere_alone_is_named_and_the_others_planned(more: dict, said: str) -> None:
    laid = lay([asked(**more), asked(id="b")], [zone()], grid())
    assert laid.fleet is not None
    assert [job.id for job in laid.fleet.jobs] == ["b"]
    assert said in laid.unfit[0].reason
    assert laid.unfit[0].proved


def test_a_zone_without_a_curve_names_the_line() -> None:
    with pytest.raises(UsageError, match="line 2: zone 'XX'"):
        lay([asked(zones=("XX",))], [zone()], grid())


def test_what_is_kept_takes_its_part_of_the_capacity() -> None:
    kept = PlannedWindow(job="k", zone="DE", start=BEGIN - HOUR, end=BEGIN + 2.5 * HOUR, power_w=700.0)
    laid = lay([asked()], [zone()], grid(), kept=[kept])
    assert laid.fleet is not None
    assert laid.fleet.zones[0].capacity_w == (300.0,) * 3 + (1000.0,) * 7


def test_a_plan_is_written_and_read_back_and_tells_what_has_begun(tmp_path: Path) -> None:
    windows = tuple(
        PlannedWindow(job=name, zone="DE", start=BEGIN + at * HOUR, end=BEGIN + (at + 2) * HOUR, power_w=0.1 + at, devices=at)
        for at, name in enumerate(('a,"b"', "c"))
    )
    path = tmp_path / "plan.csv"
    path.write_text(plan_csv(windows))
    assert read_plan(str(path)) == windows
    assert begun_jobs(windows, at=BEGIN + HOUR) == {'a,"b"'}


def series(values: list[float | None], *, step_s: float = 3600.0) -> GridSeries:
    starts_s = tuple(BEGIN.timestamp() + step_s * at for at in range(len(values)))
    return GridSeries(
        zone="DE", source="test", starts_s=starts_s, end_s=starts_s[-1] + step_s, step_s=step_s, g_per_kwh=tuple(values)
    )


def test_holes_of_a_day_are_filled_straight_and_longer_ones_refused() -> None:
    values: list[float | None] = [None, 100.0, None, None, 400.0, None]
    assert slot_means(series(values), grid(6)) == ((100.0, 100.0, 200.0, 300.0, 400.0, 400.0), 4)
    with pytest.raises(UsageError, match="knows nothing"):
        slot_means(series([100.0, *[None] * 30, 100.0]), grid(32))


@given(st.lists(st.floats(0.0, 900.0), min_size=4, max_size=40))
def test_slots_conserve_the_mean_of_finer_curves(values: list[float]) -> None:
    whole = values[: len(values) // 4 * 4]
    found, filled = slot_means(series(list(whole), step_s=900.0), grid(len(whole) // 4))
    assert filled == 0
    assert sum(found) * 4 == pytest.approx(sum(whole), abs=1e-6)


def test_a_base_load_holds_until_its_next_row_and_a_slot_takes_its_most(table) -> None:  # type: ignore[no-untyped-def]
    text = "start,power_w\n2025-12-31T00:00Z,100\n2026-01-01T01:30Z,300\n2026-01-01T02:00Z,50\n"
    assert read_load(table(text), ["DE"], grid(4)) == {"DE": (100.0, 300.0, 50.0, 50.0)}
    with pytest.raises(UsageError, match="no column zone"):
        read_load(table(text), ["DE", "FR"], grid(4))
    with pytest.raises(UsageError, match="says nothing of DE before"):
        read_load(table("start,power_w\n2026-01-01T01:00Z,5\n"), ["DE"], grid(4))
    with pytest.raises(UsageError, match="less than 0"):
        read_load(table("start,power_w\n2026-01-01T01:00Z,-5\n"), ["DE"], grid(4))


def test_the_load_of_windows_is_counted_in_every_slot_that_they_touch() -> None:
    window = PlannedWindow(job="a", zone="DE", start=BEGIN + 0.5 * HOUR, end=BEGIN + 2 * HOUR, power_w=10.0, devices=1)
    assert load_by_slot([window, window], "DE", grid(4)) == ([20.0, 20.0, 0.0, 0.0], [2, 2, 0, 0])
    assert load_by_slot([window], "FR", grid(2)) == ([0.0, 0.0], [0, 0])
