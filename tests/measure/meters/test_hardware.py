"""Real sensors, where the machine has them: the same promises, and that two ways to the joules agree."""

import time

import pytest

from vatio.errors import MeterAbsent, MeterDenied
from vatio.measure import surroundings
from vatio.measure.meters import NvmlMeter, RaplMeter
from vatio.measure.meters._integral import Integral
from vatio.testing import MeterContract
from vatio.units import W_PER_MW

pytestmark = pytest.mark.hardware


def opened(kind: type[RaplMeter] | type[NvmlMeter]) -> RaplMeter | NvmlMeter:
    try:
        return kind.open(surroundings())
    except (MeterAbsent, MeterDenied) as error:
        pytest.skip(str(error))


class TestRapl(MeterContract):
    def meter(self) -> RaplMeter | NvmlMeter:
        return opened(RaplMeter)

    def advance(self, meter: object) -> None:
        time.sleep(0.01)


class TestNvml(MeterContract):
    def meter(self) -> RaplMeter | NvmlMeter:
        return opened(NvmlMeter)

    def advance(self, meter: object) -> None:
        time.sleep(0.02)


def test_a_package_draws_a_plausible_power() -> None:
    meter = opened(RaplMeter)
    start_s, before = time.monotonic(), meter.read()
    sum(range(20_000_000))
    after, elapsed_s = meter.read(), time.monotonic() - start_s
    for channel, first, last in zip(meter.channels, before, after, strict=True):
        if channel.component == "cpu" and channel.part_of is None:
            assert first is not None
            assert last is not None
            assert 0.1 < (last - first) / elapsed_s < 1500.0
    meter.close()


def test_the_counter_of_a_gpu_agrees_with_the_integral_of_its_power() -> None:
    meter = opened(NvmlMeter)
    assert isinstance(meter, NvmlMeter)
    library, gpu = meter._library, meter._gpus[0]
    first_mj = library.energy_mj(gpu.handle)
    if not first_mj:
        pytest.skip("this GPU has no counter of total energy")
    integral, until_s = Integral(longest_s=1.0), time.monotonic() + 10.0
    while time.monotonic() < until_s:
        power_mw = library.power_mw(gpu.handle)
        integral.add(None if power_mw is None else power_mw * W_PER_MW, time.monotonic())
        time.sleep(0.02)
    last_mj = library.energy_mj(gpu.handle)
    assert last_mj is not None
    assert integral.energy_j == pytest.approx((last_mj - first_mj) * 1e-3, rel=0.1)
    meter.close()
