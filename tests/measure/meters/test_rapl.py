import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.errors import MeterAbsent, MeterDenied
from vatio.measure import Surroundings
from vatio.measure.meters import RaplMeter
from vatio.measure.meters._accumulate import Accumulated, poll_s_for
from vatio.testing import FakeClock, FakePowercap, MeterContract, Trace


class Bench:
    """A fake tree and a clock that move together."""

    def __init__(self, root: Path) -> None:
        self.clock = FakeClock(100.0)
        self.tree = FakePowercap(str(root))
        self.around = Surroundings(root=str(root))

    def open(self) -> RaplMeter:
        return RaplMeter.open(self.around, clock=self.clock)

    def advance(self, duration_s: float) -> None:
        self.clock.advance(duration_s)
        self.tree.advance(duration_s)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def drawn_j(meter: RaplMeter, before: list[float | None]) -> dict[str, float | None]:
    after = meter.read()
    return {
        channel.name: None if now is None or then is None else now - then
        for channel, then, now in zip(meter.channels, before, after, strict=True)
    }


class TestContract(MeterContract):
    @pytest.fixture(autouse=True)
    def _tree(self, bench: Bench) -> None:
        self.bench = bench
        bench.tree.add("intel-rapl:0", "package-0", trace=100.0, range_j=150.0)
        bench.tree.add("intel-rapl:0:0", "dram", trace=20.0)

    def meter(self) -> RaplMeter:
        return self.bench.open()

    def advance(self, meter: object) -> None:
        self.bench.advance(1.0)

    def break_sensor(self, meter: object) -> bool:
        self.bench.tree.fail("intel-rapl:0")
        return True


def test_a_server_adds_package_and_dram(bench: Bench) -> None:
    bench.tree.add("intel-rapl:0", "package-0", trace=100.0)
    bench.tree.add("intel-rapl:0:0", "dram", trace=20.0)
    meter = bench.open()
    before = list(meter.read())
    bench.advance(30.0)
    assert drawn_j(meter, before) == pytest.approx({"package-0": 3000.0, "dram-0": 600.0})
    assert [(c.component, c.part_of) for c in meter.channels] == [("cpu", None), ("dram", None)]


def test_readings_start_at_the_counters_own_value_so_that_runs_can_be_joined(bench: Bench) -> None:
    bench.tree.add("intel-rapl:0", "package-0", start_j=1234.5, range_j=262_143.0)
    meter = bench.open()
    assert meter.read() == [1234.5]
    assert meter.counter_ranges_j == {"package-0": 262_143.0}


def test_a_laptop_shows_core_uncore_and_psys_and_adds_them_never(bench: Bench) -> None:
    bench.tree.add("intel-rapl:0", "package-0")
    bench.tree.add("intel-rapl:0:0", "core")
    bench.tree.add("intel-rapl:0:1", "uncore")
    bench.tree.add("intel-rapl:1", "psys")
    bench.tree.add("intel-rapl-mmio:0", "package-0")
    places = {c.name: (c.component, c.part_of) for c in bench.open().channels}
    assert places == {
        "package-0": ("cpu", None),
        "core-0": ("cpu", "package-0"),
        "uncore-0": ("cpu", "package-0"),
        "psys": ("platform", None),
    }


def test_the_mmio_interface_is_used_where_it_is_the_only_one(bench: Bench) -> None:
    bench.tree.add("intel-rapl-mmio:0", "package-0")
    assert [channel.name for channel in bench.open().channels] == ["package-0"]


def test_dies_that_mirror_their_sockets_counter_are_one(bench: Bench) -> None:
    bench.tree.add("intel-rapl:0", "package-0-die-0", trace=100.0)
    bench.tree.add("intel-rapl:1", "package-0-die-1", trace=100.0)
    assert [channel.name for channel in bench.open().channels] == ["package-0-die-0"]


def test_dies_that_count_for_themselves_are_two(bench: Bench) -> None:
    bench.tree.add("intel-rapl:0", "package-0-die-0", start_j=5000.0)
    bench.tree.add("intel-rapl:1", "package-0-die-1", start_j=7000.0)
    assert [channel.part_of for channel in bench.open().channels] == [None, None]


def test_two_sockets_with_the_same_counter_are_two(bench: Bench) -> None:
    bench.tree.add("intel-rapl:0", "package-0")
    bench.tree.add("intel-rapl:1", "package-1")
    bench.tree.add("intel-rapl:1:0", "dram")
    assert [channel.name for channel in bench.open().channels] == ["package-0", "package-1", "dram-1"]


def test_a_failed_reading_is_a_hole_and_not_a_wrap(bench: Bench) -> None:
    bench.tree.add("intel-rapl:0", "package-0", trace=100.0)
    meter = bench.open()
    before = list(meter.read())
    bench.advance(1.0)
    bench.tree.fail("intel-rapl:0")
    assert meter.read() == [None]
    assert "package-0" in meter.faults()
    bench.advance(1.0)
    assert drawn_j(meter, before) == pytest.approx({"package-0": 200.0})
    assert meter.faults() == {}


def test_a_zone_that_disappears_stays_missing_and_says_so(bench: Bench) -> None:
    bench.tree.add("intel-rapl:0", "package-0", trace=100.0)
    bench.tree.add("intel-rapl:0:0", "dram", trace=20.0)
    meter = bench.open()
    bench.tree.remove("intel-rapl:0:0")
    assert meter.read()[1] is None
    bench.tree.add("intel-rapl:0:0", "dram", trace=20.0)
    assert meter.read()[1] is None
    assert meter.faults() == {"dram-0": "the zone is gone"}
    meter.close()


def test_a_reset_is_a_hole_after_which_what_was_surely_drawn_counts(bench: Bench) -> None:
    bench.tree.add("intel-rapl:0", "package-0", trace=100.0, start_j=200_000.0)
    meter = bench.open()
    before = list(meter.read())
    bench.advance(10.0)
    meter.read()
    bench.advance(1.0)
    bench.tree.reset("intel-rapl:0")
    bench.advance(1.0)
    assert meter.read() == [None]
    assert "reset" in meter.faults()["package-0"]
    bench.advance(1.0)
    assert drawn_j(meter, before) == pytest.approx({"package-0": 1200.0})
    assert meter.faults() == {}


def test_no_tree_is_absent_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MeterAbsent) as caught:
        RaplMeter.open(Surroundings(root=str(tmp_path)))
    assert "modprobe" in caught.value.hint
    with pytest.raises(MeterAbsent) as caught:
        RaplMeter.open(Surroundings(root=str(tmp_path), container="docker"))
    assert "--volume /sys/devices/virtual/powercap" in caught.value.hint


def test_unreadable_counters_are_denied_with_the_line_that_mends_it(bench: Bench) -> None:
    bench.tree.add("intel-rapl:0", "package-0")
    counter = bench.tree.counter("intel-rapl:0")
    os.remove(counter)
    os.symlink("/proc/0/nothing", counter)  # unreadable for root too
    os.makedirs(os.path.dirname(counter), exist_ok=True)
    with pytest.raises((MeterDenied, MeterAbsent)):
        bench.open()


def test_amd_counters_are_trusted_less(bench: Bench) -> None:
    bench.tree.add("intel-rapl:0", "package-0")
    bench.around = replace(bench.around, cpu_model="AMD EPYC 9654")
    assert bench.open().channels[0].high_ratio == 1.05


def test_small_counters_ask_to_be_read_oftener(bench: Bench) -> None:
    bench.tree.add("intel-rapl:0", "package-0", range_j=16_384.0)
    assert bench.open().poll_s == pytest.approx(8.192)
    assert poll_s_for(262_144.0) == 60.0


steps = st.lists(st.tuples(st.floats(0.0, 900.0), st.floats(0.01, 1.0), st.booleans()), min_size=1, max_size=60)


@given(steps, st.integers(1_000_000_000, 5_000_000_000), st.integers(0, 10**9))
def test_joules_are_exact_over_any_number_of_wraps_and_failed_readings(
    steps: list[tuple[float, float, bool]], range_uj: int, start_uj: int
) -> None:
    truth_uj, at_s, hole_s = start_uj, 0.0, 0.0
    counter = Accumulated(truth_uj % range_uj, 0.0, range_=range_uj, per_j=1e6)
    first = counter.total
    last = first
    for power_w, duration_s, fails in steps:
        truth_uj += round(power_w * duration_s * 1e6)
        at_s += duration_s
        # A hole must be shorter than a wrap takes: here 1 000 J at 900 W.
        hole_s = hole_s + duration_s if fails else 0.0
        if fails and hole_s < 0.1:
            continue
        hole_s = 0.0
        total = counter.add(truth_uj % range_uj, at_s)
        assert total >= last
        last = total
    total = counter.add(truth_uj % range_uj, at_s + 0.001)
    assert total - first == truth_uj - start_uj


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=50), st.integers(0, 10**12))
def test_a_counter_never_falls_whatever_it_shows(values: list[int], range_uj: int) -> None:
    counter = Accumulated(values[0], 0.0, range_=range_uj, per_j=1e6)
    totals = [counter.add(value, float(at_s)) for at_s, value in enumerate(values)]
    assert totals == sorted(totals)


def test_a_counter_that_steps_back_a_little_invents_nothing() -> None:
    counter = Accumulated(200_000_000_000, 0.0, range_=262_143_328_850, per_j=1e6)
    assert counter.add(199_999_999_000, 1.0) == counter.total == 200_000_000_000
    assert counter.fault
    assert counter.add(200_000_100_000, 2.0) - 200_000_000_000 <= 101_000


def test_a_reader_that_was_away_for_many_wraps_says_so() -> None:
    counter = Accumulated(900, 0.0, range_=1000, per_j=1.0)
    counter.add(100, 10.0)
    assert "more than once" in counter.fault


def test_a_square_wave_is_read_exactly(bench: Bench) -> None:
    bench.tree.add("intel-rapl:0", "package-0", trace=Trace(steps=((0.7, 300.0), (1.3, 20.0))), range_j=500.0)
    meter = bench.open()
    before = list(meter.read())
    for _ in range(33):
        bench.advance(1.0)
        meter.read()
    assert drawn_j(meter, before)["package-0"] == pytest.approx(bench.tree.zones["intel-rapl:0"].energy_j, abs=1e-5)
