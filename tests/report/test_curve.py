"""Power over time keeps the joules, the peaks and the holes, however many samples there are."""

import math
from array import array
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report._examples import Samples, training_samples

from vatio.records import Channel
from vatio.report import PowerCurve, power_curve
from vatio.report.page._plot import band, levels, line, ticks, time_ticks


def counter(**changes: object) -> Channel:
    return Channel(**{"name": "package-0", "unit": "j", "component": "cpu", "device": "package-0", **changes})  # type: ignore[arg-type]


def samples(joules: Sequence[float], *, channel: Channel | None = None, step_s: float = 1.0) -> Samples:
    return Samples(
        channels=(channel or counter(),),
        times_s=array("d", (at * step_s for at in range(len(joules)))),
        columns=(array("d", joules),),
    )


def energy_j(curve: PowerCurve) -> float:
    lengths = [end - start for start, end in zip(curve.edges_s, curve.edges_s[1:], strict=False)]
    return math.fsum(length * (power or 0.0) for length, power in zip(lengths, curve.mean_w, strict=True))


@given(st.lists(st.floats(0.0, 1e4), min_size=1, max_size=60), st.integers(2, 20))
def test_no_joule_is_lost_by_drawing_fewer_points(steps_j: list[float], slots: int) -> None:
    sums = [math.fsum(steps_j[:at]) for at in range(len(steps_j) + 1)]
    curve = power_curve(samples(sums), slots=slots)

    assert energy_j(curve) == pytest.approx(sums[-1], rel=1e-9, abs=1e-6)


@given(st.lists(st.floats(0.0, 1e4), min_size=1, max_size=60), st.integers(2, 20))
def test_the_band_holds_the_mean_and_the_highest_peak(steps_j: list[float], slots: int) -> None:
    sums = [math.fsum(steps_j[:at]) for at in range(len(steps_j) + 1)]
    curve = power_curve(samples(sums), slots=slots)

    assert max(high for high in curve.high_w if high is not None) >= max(steps_j) - 1e-6
    for low, mean, high in zip(curve.low_w, curve.mean_w, curve.high_w, strict=True):
        assert low is not None
        assert mean is not None
        assert high is not None
        assert low - 1e-6 <= mean <= high + 1e-6


@given(st.integers(1, 2000), st.integers(1, 300))
def test_there_are_never_more_slots_than_asked(count: int, slots: int) -> None:
    curve = power_curve(samples([float(at) for at in range(count + 1)]), slots=slots)

    assert 1 <= len(curve.mean_w) <= slots
    assert (curve.edges_s[0], curve.edges_s[-1]) == (0.0, float(count))


def test_parts_add_up_to_the_whole() -> None:
    curve = power_curve(training_samples())

    assert set(curve.parts_w) == {"cpu", "dram", "gpu"}
    for at, mean in enumerate(curve.mean_w):
        if mean is not None:
            assert math.fsum(part[at] or 0.0 for part in curve.parts_w.values()) == pytest.approx(mean)


def test_a_hole_stays_a_hole() -> None:
    curve = power_curve(samples([0.0, 10.0, math.nan, 30.0, 40.0]))

    assert curve.mean_w == (10.0, None, None, 10.0)


def test_a_hole_inside_a_slot_costs_no_joule() -> None:
    curve = power_curve(samples([0.0, math.nan, 20.0, 30.0, 40.0]), slots=2)

    assert energy_j(curve) == 40.0


def test_the_meters_error_widens_the_band() -> None:
    channel = counter(low_ratio=0.9, high_ratio=1.2, resolution=1.0)
    curve = power_curve(samples([0.0, 100.0], channel=channel))

    assert (curve.low_w, curve.high_w) == ((89.0,), (121.0,))


def test_only_what_counts_is_drawn() -> None:
    channels = (
        counter(),
        counter(name="core-0", device="core-0", part_of="package-0"),
        counter(name="psys", device="psys", component="platform"),
        counter(name="share:package-0", component=None),
        Channel(name="cpu.busy_s", unit="s"),
    )
    column = array("d", [0.0, 10.0])
    table = Samples(channels=channels, times_s=array("d", [0.0, 1.0]), columns=(column,) * 5)

    assert power_curve(table).mean_w == (10.0,)
    assert power_curve(table, counted=frozenset({"psys"})).parts_w == {"platform": (10.0,)}


@pytest.mark.parametrize("joules", [[], [0.0]])
def test_too_few_samples_make_no_curve(joules: list[float]) -> None:
    assert power_curve(samples(joules)).mean_w == ()


@given(st.floats(1e-3, 1e9), st.integers(1, 8))
def test_an_axis_reaches_above_what_it_shows(highest: float, wanted: int) -> None:
    found = ticks(highest, wanted)

    assert found[0] == 0.0
    assert found[-1] >= highest * 0.998
    assert len(found) <= wanted + 2
    assert levels([highest])[-1] >= highest * 0.998


@given(st.floats(1e-3, 1e8))
def test_times_are_marked_within_the_run(length_s: float) -> None:
    found = time_ticks(length_s)

    assert 1 <= len(found) <= 8
    assert found[-1] <= length_s


def test_the_pen_is_lifted_over_a_hole() -> None:
    edges = (0.0, 1.0, 2.0, 3.0)

    assert line(edges, (10.0, None, 10.0), length_s=3.0, top_w=10.0) == "M0 0h800M1600 0h800"
    assert band(edges, (0.0, None, 0.0), (10.0, None, 10.0), length_s=3.0, top_w=10.0).count("z") == 2
