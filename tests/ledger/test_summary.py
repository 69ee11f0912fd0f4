"""A run is the sum of its parts: energies add up over its phases, and nothing that is missing becomes 0."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.ledger import SpoolHeader, summarise
from vatio.records import Channel, Ended, Started

NAN = math.nan
PACKAGE = Channel(name="package-0", unit="j", component="cpu", device="package-0", meter="rapl")
START_S = 1000.0


def header(*channels: Channel, **more: Any) -> SpoolHeader:
    started = Started(
        id="r", name="n", project="p", series="s", command=("c",), stage="other", started_at=datetime(2026, 1, 1, tzinfo=UTC),
        start_monotonic_s=START_S, boot="b", host="h", interval_s=1.0,
    )  # fmt: skip
    return SpoolHeader(started=started, channels=channels or (PACKAGE,), wall_start=started.started_at, **more)


def phases(*bounds: tuple[str, float, float]) -> list[dict[str, Any]]:
    begins = [{"e": "begin", "id": name, "name": name, "t": START_S + start_s, "cpu_s": 1.0} for name, start_s, _ in bounds]
    return [*begins, *({"e": "end", "id": name, "t": START_S + end_s, "cpu_s": 3.0} for name, _, end_s in bounds)]


courses = st.lists(st.tuples(st.floats(0.01, 5.0), st.floats(0.0, 1000.0)), min_size=1, max_size=30)


def rows_of(course: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    rows = [(0.0, 7.0)]
    for duration_s, power_w in course:
        rows.append((rows[-1][0] + duration_s, rows[-1][1] + duration_s * power_w))
    return rows


@given(courses, st.lists(st.floats(0.0, 1.0), max_size=6))
def test_phases_that_follow_one_another_add_up_to_the_run(course: list[tuple[float, float]], cuts: list[float]) -> None:
    rows = rows_of(course)
    bounds = [0.0, *sorted(cut * rows[-1][0] for cut in cuts), rows[-1][0]]
    ended = summarise(header(), rows, phases(*((f"p{at}", *pair) for at, pair in enumerate(pairwise(bounds)))))

    parts = [phase.energy_j.value or 0.0 for phase in ended.phases]
    assert math.fsum(parts) == pytest.approx(ended.components[0].energy_j.value, rel=1e-9, abs=1e-6)


@given(courses, st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_longer_phase_has_no_fewer_joules(course: list[tuple[float, float]], a: float, b: float, c: float) -> None:
    rows = rows_of(course)
    first, second, third = sorted(part * rows[-1][0] for part in (a, b, c))
    short, long = summarise(header(), rows, phases(("long", first, third), ("short", first, second))).phases[::-1]
    if short.name == "long":
        short, long = long, short

    assert (short.energy_j.value or 0.0) <= (long.energy_j.value or 0.0) + 1e-9


@given(courses, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_phases_truth_lies_in_its_interval_when_power_is_steady_between_readings(
    course: list[tuple[float, float]], a: float, b: float
) -> None:
    rows = rows_of(course)
    start_s, end_s = sorted(part * rows[-1][0] for part in (a, b))
    energy_j = summarise(header(), rows, phases(("p", start_s, end_s))).phases[0].energy_j
    at_s, truth_j = 0.0, 0.0
    for duration_s, power_w in course:
        truth_j += power_w * max(0.0, min(end_s, at_s + duration_s) - max(start_s, at_s))
        at_s += duration_s

    # A boundary within a microsecond of a reading is taken to be at it.
    slack_j = 1e-6 + 2e-6 * max(power_w for _, power_w in course)
    assert energy_j.low is not None
    assert energy_j.high is not None
    assert energy_j.low - slack_j <= truth_j <= energy_j.high + slack_j


def test_a_boundary_that_was_read_has_no_interpolation_error() -> None:
    phase = summarise(header(), [(0.0, 0.0), (0.4, 10.0), (1.0, 90.0)], phases(("p", 0.0, 0.4))).phases[0]

    assert (phase.energy_j.low, phase.energy_j.value, phase.energy_j.high) == (10.0, 10.0, 10.0)
    assert phase.cpu_s == 2.0


def test_an_open_phase_lasts_until_the_last_sample() -> None:
    event = {"e": "begin", "id": "x", "name": "train", "t": START_S + 1.0}
    phase = summarise(header(), [(0.0, 0.0), (1.0, 10.0), (3.0, 40.0)], [event]).phases[0]

    assert (phase.duration_s, phase.energy_j.value, phase.cpu_s) == (2.0, 30.0, None)


def test_each_meter_is_interpolated_on_its_own_times() -> None:
    gpu = Channel(name="gpu-0", unit="j", component="gpu", device="gpu-0", meter="nvml")
    time = Channel(name="time:nvml", unit="s", kind="gauge")
    rows = [(0.0, 0.0, 0.0, 0.0), (1.0, 100.0, 200.0, 2.0), (3.0, 300.0, 300.0, 3.0)]
    ended = summarise(header(PACKAGE, gpu, time), rows, phases(("p", 0.0, 1.0)))

    assert ended.phases[0].energy_j.value == pytest.approx(100.0 + 100.0)


def test_the_meters_error_is_in_the_interval() -> None:
    rough = Channel(
        name="p", unit="j", component="cpu", device="p", meter="m", low_ratio=0.9, high_ratio=1.1, resolution=1.0, refresh_s=0.5
    )
    energy_j = summarise(header(rough), [(0.0, 0.0), (10.0, 1000.0)]).components[0].energy_j

    assert (energy_j.low, energy_j.value, energy_j.high) == (900.0 - 51.0, 1000.0, 1100.0 + 51.0)


def test_no_rows_are_no_joules_and_not_zero() -> None:
    ended = summarise(header(), [])

    assert ended.components[0].energy_j.is_missing
    assert ended.duration_s == 0.0


def test_a_reading_that_came_late_is_a_missing_part() -> None:
    ended = summarise(header(), [(0.0, NAN), (1.0, 5.0), (2.0, 9.0)])

    assert ended.components[0].energy_j.missing == ("package-0",)
    assert [(gap.start_s, gap.end_s) for gap in ended.gaps] == [(0.0, 1.0)]


def test_a_part_of_another_is_shown_and_never_added() -> None:
    core = Channel(name="core", unit="j", component="other", device="core", part_of="package-0", meter="rapl")
    ended = summarise(header(PACKAGE, core), [(0.0, 0.0, 0.0), (1.0, 10.0, 6.0)], phases(("p", 0.0, 1.0)))

    assert ended.phases[0].energy_j.value == 10.0
    assert [part.part_of for part in ended.components] == [None, "package-0"]


@pytest.mark.parametrize(
    ("visible", "hosts", "complete"), [((), None, True), (("0",), None, False), ((), 1, True), ((), 2, False)]
)
def test_complete_asks_for_cpu_dram_every_visible_gpu_and_every_host(
    visible: tuple[str, ...], hosts: int | None, complete: bool
) -> None:
    dram = Channel(name="dram", unit="j", component="dram", device="dram", meter="rapl")
    shown = header(PACKAGE, dram, visible_gpus=visible, expected_hosts=hosts)

    assert summarise(shown, [(0.0, 0.0, 0.0), (1.0, 1.0, 1.0)]).complete is complete


def test_utilisation_is_busy_over_all_and_its_peak_is_of_half_a_second_or_more() -> None:
    busy, whole = Channel(name="cpu.busy_s", unit="s"), Channel(name="cpu.total_s", unit="s")
    rows = [(0.0, 0.0, 0.0), (1.0, 1.0, 2.0), (2.0, 3.0, 4.0), (2.01, 3.02, 4.02), (4.0, 3.02, 8.0)]
    ended = summarise(header(busy, whole), rows)

    assert ended.utilisation["cpu"]["mean_ratio"] == pytest.approx(3.02 / 8.0)
    assert ended.utilisation["cpu"]["peak_ratio"] == 1.0


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
names = (
    "id",
    "name",
    "parent",
    "t",
    "cpu_s",
    "rank",
    "units",
    "value",
    "start",
    "end",
    "reason",
    "paused_s",
    "text",
    "pid",
)
kinds = ("begin", "end", "work", "metric", "artifact", "gap", "note", "rank", "fault", "other")


@pytest.mark.slow
@given(
    st.lists(
        st.fixed_dictionaries({"e": st.sampled_from(kinds)}, optional=dict.fromkeys(names, anything)),
        max_size=8,
    )
)
def test_no_event_whatever_it_says_breaks_the_sum(events: list[dict[str, Any]]) -> None:
    ended = summarise(header(), [(0.0, 0.0), (1.0, 10.0)], events)

    assert isinstance(ended, Ended)
    assert ended.components[0].energy_j.value == 10.0
