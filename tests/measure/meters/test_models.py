from collections.abc import Iterable
from pathlib import Path

import pytest

from vatio.measure import Job, Surroundings
from vatio.measure.meters import CpuModelMeter, DramModelMeter
from vatio.records import Quantity
from vatio.testing import FakeClock, MeterContract

SERVER = "AMD EPYC 7742 64-Core Processor"


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def stat(root: Path, *, user: int, idle: int = 0, steal: int = 0) -> None:
    write(root, "proc/stat", f"cpu  {user} 0 0 {idle} 0 0 0 {steal} 0 0\ncpu0 0 0 0 0\n")


def usage(root: Path, seconds: float) -> None:
    write(root, "cg/cpu.stat", f"usage_usec {round(seconds * 1e6)}\nuser_usec 0\n")


def around(root: Path, **more: object) -> Surroundings:
    return Surroundings(root=str(root), cpu_model=SERVER, cpus=128, memory_bytes=64 * 2**30, **more)  # type: ignore[arg-type]


def joules(meter: CpuModelMeter) -> float:
    value = meter.read()[0]
    assert value is not None
    return value


class TestContract(MeterContract):
    @pytest.fixture(autouse=True)
    def _root(self, tmp_path: Path) -> None:
        self.root, self.ticks, self.clock = tmp_path, 0, FakeClock()
        stat(tmp_path, user=0)

    def meter(self) -> CpuModelMeter:
        return CpuModelMeter.open(around(self.root), clock=self.clock)

    def advance(self, meter: object) -> None:
        self.ticks += 6400
        self.clock.advance(1.0)
        stat(self.root, user=self.ticks)

    def break_sensor(self, meter: object) -> bool:
        write(self.root, "proc/stat", "")
        return True


class TestDramContract(MeterContract):
    def meter(self) -> DramModelMeter:
        return DramModelMeter.open(Surroundings(memory_bytes=2**34))


def powers(meter: CpuModelMeter, root: Path, clock: FakeClock, ticks: Iterable[int]) -> list[float]:
    found, last = [], joules(meter)
    for tick in ticks:
        clock.advance(1.0)
        stat(root, user=tick)
        now = joules(meter)
        found.append(now - last)
        last = now
    return found


def test_an_idle_machine_draws_its_idle_power_and_a_busy_one_its_peak(tmp_path: Path) -> None:
    clock = FakeClock()
    stat(tmp_path, user=0)
    meter = CpuModelMeter.open(around(tmp_path), clock=clock)
    from vatio.catalog import processor

    row = processor(SERVER)
    idle_w, half_w, peak_w = powers(meter, tmp_path, clock, (0, 6400, 6400 + 12800))
    assert idle_w == pytest.approx(row.idle_w.value)
    assert peak_w == pytest.approx(row.peak_w.value)
    assert idle_w < half_w < peak_w
    assert meter.channels[0].low_ratio < 1.0 < meter.channels[0].high_ratio


def test_stolen_time_is_not_this_machines(tmp_path: Path) -> None:
    clock = FakeClock()
    stat(tmp_path, user=0)
    meter = CpuModelMeter.open(around(tmp_path), clock=clock)
    clock.advance(1.0)
    stat(tmp_path, user=0)
    idle_j = joules(meter)
    clock.advance(1.0)
    stat(tmp_path, user=0, steal=12_800)
    assert joules(meter) - idle_j == pytest.approx(idle_j)


def test_a_container_with_a_quota_is_modelled_by_what_it_was_granted(tmp_path: Path) -> None:
    clock = FakeClock()
    stat(tmp_path, user=0)
    usage(tmp_path, 0.0)
    place = {"": str(tmp_path / "cg")}
    granted = around(tmp_path, container="docker", cpus_granted=4.0, cgroup=place)
    meter = CpuModelMeter.open(granted, clock=clock)
    clock.advance(10.0)
    stat(tmp_path, user=128 * 100 * 10)  # the rest of the host is busy: not ours
    usage(tmp_path, 0.0)
    from vatio.catalog import processor

    assert joules(meter) == pytest.approx(10.0 * (processor(SERVER).idle_w.value or 0.0) * 4 / 128)
    assert "4 CPUs granted" in meter.channels[0].source


def test_a_container_without_a_limit_gets_the_host_in_proportion_to_its_time(tmp_path: Path) -> None:
    clock = FakeClock()
    stat(tmp_path, user=0)
    usage(tmp_path, 0.0)
    meter = CpuModelMeter.open(around(tmp_path, container="docker", cgroup={"": str(tmp_path / "cg")}), clock=clock)
    clock.advance(1.0)
    stat(tmp_path, user=12_800)
    usage(tmp_path, 32.0)
    from vatio.catalog import processor

    assert joules(meter) == pytest.approx((processor(SERVER).peak_w.value or 0.0) / 4)


def test_a_slurm_job_is_modelled_by_its_cpus(tmp_path: Path) -> None:
    stat(tmp_path, user=0)
    slurm = around(tmp_path, job=Job(key="1:slurm:7.0", launcher="slurm"), cpus_granted=32.0)
    assert "32 CPUs granted" in CpuModelMeter.open(slurm).channels[0].source


def test_a_virtual_machine_is_its_threads_of_a_package_with_a_wider_interval(tmp_path: Path) -> None:
    clock = FakeClock()
    stat(tmp_path, user=0)
    small = Surroundings(root=str(tmp_path), cpu_model=SERVER, cpus=2, vm="KVM")
    meter = CpuModelMeter.open(small, clock=clock)
    clock.advance(100.0)
    from vatio.catalog import processor

    row = processor(SERVER)
    assert joules(meter) == pytest.approx(100.0 * (row.idle_w.value or 0.0) * 2 / (row.threads or 1))
    bare = CpuModelMeter.open(around(tmp_path), clock=clock).channels[0]
    assert meter.channels[0].high_ratio > bare.high_ratio


def test_an_unknown_processor_is_a_class_default_and_flagged(tmp_path: Path) -> None:
    stat(tmp_path, user=0)
    channel = CpuModelMeter.open(Surroundings(root=str(tmp_path), cpu_model="Zilog Z80"), why="no RAPL").channels[0]
    assert channel.provenance == "default"
    assert "no RAPL" in channel.source


def test_without_proc_the_own_process_is_what_is_seen(tmp_path: Path) -> None:
    mac = Surroundings(root=str(tmp_path), system="darwin", cpu_model="arm64", cpus=8)
    meter = CpuModelMeter.open(mac)
    assert joules(meter) >= 0.0
    assert "no /proc" in meter.channels[0].source


def test_memory_draws_by_the_gib_that_are_there_or_were_granted() -> None:
    clock = FakeClock()
    each_w = Quantity.around(0.4, 0.2, 0.8, provenance="modelled", source="test")
    whole = DramModelMeter.open(Surroundings(memory_bytes=64 * 2**30), w_per_gib=each_w, clock=clock)
    some = DramModelMeter.open(
        Surroundings(memory_bytes=64 * 2**30, memory_granted_bytes=8 * 2**30), w_per_gib=each_w, clock=clock
    )
    clock.advance(10.0)
    assert whole.read() == (pytest.approx(256.0),)
    assert some.read() == (pytest.approx(32.0),)
    assert (whole.channels[0].low_ratio, whole.channels[0].high_ratio) == (0.5, 2.0)
