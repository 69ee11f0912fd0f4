import pytest

from vatio.errors import MeasureError
from vatio.measure import measure_baseline
from vatio.testing import FakeClock, ReplayMeter, cpu, gpu


def test_the_baseline_is_the_median_power_of_each_device_with_its_spread() -> None:
    clock = FakeClock()
    joules = [0.0, 10.0, 21.0, 31.0, 100.0, 110.0]
    meter = ReplayMeter([cpu(energy_j) + gpu(5.0 * place) for place, energy_j in enumerate(joules)])
    idle_w = measure_baseline([meter], 5.0, clock=clock, wait=clock.sleep)
    assert idle_w["package-0"].value == 10.0
    assert idle_w["gpu-0"].value == 5.0
    low, high = idle_w["package-0"].low, idle_w["package-0"].high
    assert low is not None and high is not None and low <= 10.0 <= high  # noqa: PT018


def test_a_device_that_could_not_be_read_is_left_out() -> None:
    clock = FakeClock()
    meter = ReplayMeter([cpu(float(place)) + gpu(None) for place in range(9)])
    assert set(measure_baseline([meter], 5.0, clock=clock, wait=clock.sleep)) == {"package-0"}


def test_no_reading_at_all_and_too_short_a_time_are_refused() -> None:
    clock = FakeClock()
    with pytest.raises(MeasureError):
        measure_baseline([ReplayMeter([gpu(None)])], 5.0, clock=clock, wait=clock.sleep)
    with pytest.raises(MeasureError):
        measure_baseline([ReplayMeter([gpu(1.0)])], 1.0, clock=clock, wait=clock.sleep)


def test_a_polled_meter_is_read_as_often_as_it_asks() -> None:
    clock = FakeClock()
    meter = ReplayMeter([gpu(float(place)) for place in range(100)], poll_s=0.1)
    assert measure_baseline([meter], 3.0, clock=clock, wait=clock.sleep)["gpu-0"].value == pytest.approx(10.0)
