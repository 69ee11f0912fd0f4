import pytest

from vatio.errors import MeterAbsent, MeterDenied
from vatio.measure import Surroundings
from vatio.measure.meters import GpuModelMeter, NvmlMeter
from vatio.testing import FakeClock, FakeGpu, FakeNvml, MeterContract, Trace

BURSTS = Trace(steps=((3.7, 600.0), (4.1, 60.0)))


def nvml(*gpus: FakeGpu, clock: FakeClock, refused: int = 0) -> FakeNvml:
    return FakeNvml(list(gpus), clock=clock, refused=refused)


def named(*letters: str, clock: FakeClock) -> FakeNvml:
    return nvml(*(FakeGpu(trace=Trace.constant(100.0), uuid=f"GPU-{letter * 8}") for letter in letters), clock=clock)


def opened(library: FakeNvml, clock: FakeClock, **around: object) -> NvmlMeter:
    return NvmlMeter.open(Surroundings(nvidia=True, **around), library=library, clock=clock)  # type: ignore[arg-type]


def names(meter: NvmlMeter) -> list[str]:
    return [channel.name for channel in meter.channels if channel.unit == "j"]


class Contract(MeterContract):
    counter = True

    @pytest.fixture(autouse=True)
    def _library(self) -> None:
        self.clock = FakeClock(50.0)
        self.library = nvml(FakeGpu(trace=BURSTS, counter=self.counter), FakeGpu(trace=BURSTS), clock=self.clock)

    def meter(self) -> NvmlMeter:
        return opened(self.library, self.clock)

    def advance(self, meter: object) -> None:
        self.clock.advance(0.1)

    def break_sensor(self, meter: object) -> bool:
        self.library.gpus[0].lost = True
        return True


class TestCounterContract(Contract):
    pass


class TestPolledContract(Contract):
    counter = False


@pytest.mark.parametrize("count", [1, 2, 8])
def test_each_gpu_counts_its_own_joules(count: int) -> None:
    clock = FakeClock(7.0)
    gpus = [FakeGpu(trace=Trace.constant(100.0 * (place + 1))) for place in range(count)]
    meter = opened(nvml(*gpus, clock=clock), clock)
    before = meter.read()[:count]
    clock.advance(20.0)
    after = meter.read()[:count]
    drawn = [now - then for now, then in zip(after, before, strict=True) if now is not None and then is not None]
    assert drawn == pytest.approx([2000.0 * (place + 1) for place in range(count)])
    assert meter.poll_s is None
    assert meter.counter_ranges_j == {f"gpu-{place}": None for place in range(count)}


def test_support_is_found_by_asking_and_a_zero_that_never_moves_is_no_counter() -> None:
    clock = FakeClock()
    dead = FakeGpu(trace=Trace.constant(0.0), start_j=0.0)
    meter = opened(nvml(dead, clock=clock), clock)
    assert meter.poll_s == 0.1
    assert meter.counter_ranges_j == {}


def test_polled_bursts_are_integrated_over_true_time_stamps() -> None:
    clock = FakeClock(0.03)
    meter = opened(nvml(FakeGpu(trace=BURSTS, counter=False), clock=clock), clock)
    for place in range(300):
        clock.advance(0.1 if place % 7 else 0.04)  # the sampler is not punctual
        meter.read()
    energy_j = meter.read()[0]
    assert energy_j == pytest.approx(BURSTS.energy_j(0.03, clock()), rel=0.02)


def test_a_lost_gpu_is_a_hole_and_the_others_go_on() -> None:
    clock = FakeClock()
    library = named("a", "b", clock=clock)
    meter = opened(library, clock)
    library.gpus[0].lost = True
    clock.advance(1.0)
    values = meter.read()
    assert values[0] is None
    assert values[1] is not None
    assert set(meter.faults()) == {"gpu-0"}


def test_a_gpu_that_tells_nothing_is_shown_as_missing_beside_one_that_does() -> None:
    clock = FakeClock()
    silent = FakeGpu(trace=BURSTS, counter=False, power=False)
    meter = opened(nvml(FakeGpu(trace=BURSTS), silent, clock=clock), clock)
    assert meter.read()[1] is None
    assert "gpu-1" in meter.faults()


def test_gauges_tell_utilisation_clock_temperature_and_memory_in_base_units() -> None:
    clock = FakeClock()
    meter = opened(named("a", clock=clock), clock)
    gauges = dict(zip((channel.name for channel in meter.channels), meter.read(), strict=True))
    assert gauges["gpu-0.utilisation_ratio"] == 0.5
    assert gauges["gpu-0.clock_hz"] == 1.5e9
    assert gauges["gpu-0.temperature_celsius"] == 60.0
    assert gauges["gpu-0.memory_bytes"] == 2**30


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        ({"visible_gpus": None}, ["gpu-0", "gpu-1", "gpu-2"]),
        ({"visible_gpus": ("2", "0")}, ["gpu-2", "gpu-0"]),
        ({"visible_gpus": ("1", "9", "0")}, ["gpu-1"]),
        ({"visible_gpus": ("GPU-bbbb",)}, ["gpu-1"]),
        ({"container_gpus": ("GPU-cccccccc",)}, ["gpu-2"]),
        ({"container_gpus": ("1", "2"), "visible_gpus": ("1",)}, ["gpu-2"]),
        ({"container_gpus": ("4", "5", "6")}, ["gpu-0", "gpu-1", "gpu-2"]),
    ],
)
def test_only_the_gpus_that_the_workload_may_see_are_read(around: dict[str, object], expected: list[str]) -> None:
    clock = FakeClock()
    assert names(opened(named("a", "b", "c", clock=clock), clock, **around)) == expected


@pytest.mark.parametrize("entries", [(), ("GPU-zzz",), ("7",)])
def test_no_visible_gpu_is_absent(entries: tuple[str, ...]) -> None:
    clock = FakeClock()
    library = named("a", clock=clock)
    with pytest.raises(MeterAbsent):
        opened(library, clock, visible_gpus=entries)
    assert library.running == 0


def test_containers_keep_the_hosts_numbers() -> None:
    clock = FakeClock()
    library = nvml(FakeGpu(trace=BURSTS, minor=5), clock=clock)
    assert names(opened(library, clock, container="docker")) == ["gpu-5"]


def test_a_mig_instance_is_its_gpu_of_which_a_part_is_the_workloads() -> None:
    clock = FakeClock()
    gpu = FakeGpu(trace=BURSTS, uuid="GPU-aaaaaaaa", slices=("MIG-1111", "MIG-2222"), slice_counts=(3, 4))
    meter = opened(nvml(gpu, clock=clock), clock, visible_gpus=("MIG-2222",))
    assert names(meter) == ["gpu-0"]
    assert meter.shares([1]) == {"gpu-0": pytest.approx(4 / 7)}
    both = opened(nvml(gpu, clock=clock), clock, visible_gpus=("MIG-1111", "MIG-2222"))
    assert names(both) == ["gpu-0"]
    old = opened(nvml(gpu, clock=clock), clock, visible_gpus=("MIG-GPU-aaaaaaaa/3/0",))
    assert names(old) == ["gpu-0"]


@pytest.mark.parametrize(
    ("pids", "used", "share"),
    [
        ((10, 11), {}, 1.0),
        ((), {}, 0.0),
        ((99,), {99: 70}, 0.0),
        ((10, 99), {10: 30, 99: 10}, 0.75),
        ((10, 99), {}, None),
    ],
)
def test_the_share_of_a_gpu_is_that_of_the_workloads_processes(
    pids: tuple[int, ...], used: dict[int, int], share: float | None
) -> None:
    clock = FakeClock()
    meter = opened(nvml(FakeGpu(trace=BURSTS, pids=pids, use_by_pid=used), clock=clock), clock)
    assert meter.shares([10, 11]) == {"gpu-0": share}


def test_unlike_gpus_by_number_are_doubtful_unless_in_pci_order() -> None:
    clock = FakeClock()
    library = nvml(FakeGpu(trace=BURSTS, model="A"), FakeGpu(trace=BURSTS, model="B"), clock=clock)
    assert "CUDA_DEVICE_ORDER" in opened(library, clock, visible_gpus=("0", "1")).channels[0].source
    sure = opened(library, clock, visible_gpus=("0", "1"), gpus_in_pci_order=True)
    assert "CUDA_DEVICE_ORDER" not in sure.channels[0].source


@pytest.mark.parametrize(("code", "error"), [(4, MeterDenied), (9, MeterAbsent), (999, MeterAbsent)])
def test_a_driver_that_refuses_says_why(code: int, error: type[Exception]) -> None:
    clock = FakeClock()
    with pytest.raises(error) as caught:
        opened(nvml(clock=clock, refused=code), clock)
    assert caught.value.hint  # type: ignore[attr-defined]


def test_a_gpu_without_power_is_modelled_by_its_utilisation_and_board_power() -> None:
    clock = FakeClock()
    gpu = FakeGpu(trace=BURSTS, model="NVIDIA A100-SXM4-80GB", counter=False, power=False, utilisation_percent=100)
    library = nvml(gpu, clock=clock)
    with pytest.raises(MeterAbsent):
        opened(library, clock)
    meter = GpuModelMeter.open(Surroundings(nvidia=True), library=library, clock=clock)
    clock.advance(10.0)
    assert meter.read() == [pytest.approx(4000.0)]
    assert meter.channels[0].provenance == "modelled"
    assert meter.channels[0].low_ratio < 1.0 < meter.channels[0].high_ratio
