import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.testing import FakeClock, FakePowercap, MeterContract, ReplayMeter, Trace, _feeder, cpu, dram, gpu

steps = st.lists(st.tuples(st.floats(0.01, 10.0), st.floats(0.0, 1000.0)), min_size=1, max_size=6)
times = st.floats(0.0, 1000.0)


class TestReplayContract(MeterContract):
    def meter(self) -> ReplayMeter:
        return ReplayMeter([cpu(1.0) + gpu(2.0), cpu(None) + gpu(4.0), cpu(5.0) + gpu(6.0)])


@given(steps, times, times, times)
def test_the_joules_of_a_trace_are_additive(
    course: list[tuple[float, float]], one_s: float, two_s: float, three_s: float
) -> None:
    trace = Trace(steps=tuple(course))
    first, middle, last = sorted((one_s, two_s, three_s))
    parts_j = trace.energy_j(first, middle) + trace.energy_j(middle, last)
    assert parts_j == pytest.approx(trace.energy_j(first, last), rel=1e-9, abs=1e-6)


def test_a_replayed_hole_names_its_channel() -> None:
    meter = ReplayMeter([cpu(None) + dram(1.0)])
    assert meter.read() == (None, 1.0)
    assert list(meter.faults()) == ["package-0"]


def test_readings_of_several_devices_are_added_to_one() -> None:
    meter = ReplayMeter([cpu(1.0) + gpu(2.0)])
    assert [channel.component for channel in meter.channels] == ["cpu", "gpu"]


def test_a_fake_clock_sleeps_in_no_time() -> None:
    clock = FakeClock()
    clock.sleep(3600.0)
    assert clock() == 3600.0


def test_the_feeder_moves_counters_in_real_time_and_ends_with_its_input(tmp_path: Path) -> None:
    tree = FakePowercap(str(tmp_path))
    tree.add("intel-rapl:0", "package-0", trace=100.0, start_j=0.0, range_j=1e6)
    spec = tmp_path / "spec.json"
    epoch_s = time.monotonic()
    spec.write_text(json.dumps({**tree.spec(), "epoch_s": epoch_s}))
    feeder = subprocess.Popen([sys.executable, str(_feeder.__file__), str(spec)], stdin=subprocess.PIPE)
    file = os.open(tree.counter("intel-rapl:0"), os.O_RDONLY)
    time.sleep(0.4)
    shown_j = int(os.pread(file, 32, 0)) * 1e-6
    passed_s = time.monotonic() - epoch_s
    assert 0.0 < shown_j <= 100.0 * passed_s
    assert feeder.stdin is not None
    feeder.stdin.close()
    assert feeder.wait(timeout=5.0) == 0
    os.close(file)
