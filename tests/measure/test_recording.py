"""A recording reads its meters, keeps what it can, and says what it could not."""

import _thread
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vatio.ledger import Spool, read_spool
from vatio.measure import Facts, HostMeter, Instruments, ProcessTree, Recording
from vatio.measure._recording import Clocks
from vatio.measure.block._sampler import Sampler
from vatio.records import Ended, Quantity, Started
from vatio.testing import FakeClock, ReplayMeter, cpu, dram, gpu


def started(interval_s: float = 1.0) -> Started:
    return Started(
        id="r", name="n", project="p", series="s", command=("python",), stage="other",
        started_at=datetime(2026, 1, 1, tzinfo=UTC), start_monotonic_s=0.0, boot="b", host="h", interval_s=interval_s,
    )  # fmt: skip


class Times:
    """A clock that moves, and a count of the seconds for which the machine slept."""

    def __init__(self) -> None:
        self.clock, self.slept_s = FakeClock(), 0.0

    def clocks(self) -> Clocks:
        return Clocks(self.clock, lambda: self.slept_s)


def recording(meter: ReplayMeter, times: Times, folder: Path | None = None, **more: object) -> Recording:
    instruments = Instruments((meter,), host=HostMeter())
    return Recording(
        started(),
        instruments,
        folder=None if folder is None else str(folder),
        clocks=times.clocks(),
        **more,  # type: ignore[arg-type]
    )


def run(meter: ReplayMeter, seconds: int, folder: Path | None = None) -> Ended:
    times = Times()
    one = recording(meter, times, folder)
    one.begin()
    for _ in range(seconds - 1):
        times.clock.advance(1.0)
        one.wake()
    times.clock.advance(1.0)
    return one.end("finished")


def test_a_sample_is_due_every_interval_and_late_ones_are_left_out() -> None:
    meter, times = ReplayMeter([gpu(float(joules)) for joules in range(9)]), Times()
    one = recording(meter, times)
    one.begin()

    assert one.due_s() == 1.0
    times.clock.advance(5.5)
    assert one.wake()
    assert not one.wake()
    assert one.due_s() == pytest.approx(1.0)


def test_a_meter_that_must_be_polled_is_read_between_samples() -> None:
    meter, times = ReplayMeter([gpu(float(joules)) for joules in range(9)], poll_s=0.25), Times()
    one = recording(meter, times)
    one.begin()

    assert one.due_s() == 0.25
    times.clock.advance(0.3)
    assert not one.wake()
    assert meter.left == 7


def test_energy_is_the_last_reading_minus_the_first() -> None:
    ended = run(ReplayMeter([cpu(5.0) + dram(1.0), cpu(9.0) + dram(2.0), cpu(25.0) + dram(4.0)]), 2)

    assert {part.device: part.energy_j.value for part in ended.components} == {"package-0": 20.0, "dram-0": 3.0}


def test_a_failed_reading_in_between_costs_no_joule_and_is_a_gap() -> None:
    ended = run(ReplayMeter([cpu(0.0), cpu(None), cpu(None), cpu(30.0)]), 3)

    assert ended.components[0].energy_j.value == 30.0
    assert ended.components[0].energy_j.is_complete
    assert [(gap.start_s, gap.end_s) for gap in ended.gaps] == [(0.0, 3.0)]
    assert ended.gaps[0].reason == "package-0: the replayed reading is a hole"


def test_a_sensor_that_is_lost_leaves_a_missing_part_and_a_gap() -> None:
    ended = run(ReplayMeter([cpu(0.0) + dram(0.0), cpu(10.0) + dram(1.0), cpu(20.0) + dram(None)]), 3)
    lost = ended.components[1].energy_j

    assert (lost.value, lost.low, lost.high, lost.missing) == (1.0, 1.0, None, ("dram-0",))
    assert (ended.gaps[0].start_s, ended.gaps[0].end_s) == (1.0, 3.0)
    assert not ended.complete


def test_a_sensor_that_never_gave_a_value_is_missing_and_not_zero() -> None:
    ended = run(ReplayMeter([cpu(0.0) + dram(None), cpu(10.0) + dram(None)]), 1)

    assert ended.components[1].energy_j.is_missing


def test_a_counter_that_falls_stands_still() -> None:
    ended = run(ReplayMeter([cpu(10.0), cpu(30.0), cpu(20.0)]), 3)

    assert ended.components[0].energy_j.value == 20.0


def test_a_suspended_machine_is_a_gap_and_paused_seconds() -> None:
    meter, times = ReplayMeter([gpu(0.0), gpu(1.0), gpu(2.0)]), Times()
    one = recording(meter, times)
    one.begin()
    times.clock.advance(1.0)
    times.slept_s = 3600.0
    one.wake()
    times.clock.advance(1.0)
    ended = one.end("finished")

    assert (ended.paused_s, ended.duration_s) == (3600.0, 2.0)
    assert [gap.reason for gap in ended.gaps] == ["suspended"]
    assert ended.ended_at == datetime(2026, 1, 1, 1, 0, 2, tzinfo=UTC)


def test_a_sampler_that_was_held_up_is_a_gap_in_the_power_curve() -> None:
    meter, times = ReplayMeter([gpu(0.0), gpu(1.0), gpu(60.0), gpu(60.0)]), Times()
    one = recording(meter, times)
    one.begin()
    for seconds in (1.0, 30.0, 1.0):
        times.clock.advance(seconds)
        one.wake()
    ended = one.end("finished")

    assert [(gap.start_s, gap.end_s, gap.reason) for gap in ended.gaps] == [(1.0, 31.0, "no sample")]


def test_a_full_disk_keeps_the_samples_in_memory(tmp_path: Path) -> None:
    meter, times = ReplayMeter([gpu(float(joules)) for joules in range(9)]), Times()
    one = recording(meter, times, tmp_path / "spool")
    one.begin()
    assert one._rows is not None
    spool = one._rows._spool  # type: ignore[union-attr]
    assert isinstance(spool, Spool)
    spool.close()  # every write fails from now on
    for _ in range(3):
        times.clock.advance(1.0)
        one.wake()
    ended = one.end("finished")

    assert ended.components[0].energy_j.value == 4.0
    assert any("samples stay in memory" in note for note in ended.notes)
    assert len(read_spool(str(tmp_path / "spool")).rows) == 1


def test_a_folder_that_cannot_be_made_keeps_the_samples_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = run(ReplayMeter([gpu(0.0), gpu(7.0)]), 1, tmp_path / "file" / "spool")

    assert ended.components[0].energy_j.value == 7.0
    assert any("samples stay in memory" in note for note in ended.notes)


def test_boundaries_are_read_at_most_twenty_times_a_second() -> None:
    meter, times = ReplayMeter([gpu(float(joules)) for joules in range(99)]), Times()
    one = recording(meter, times)
    one.begin()
    before = meter.left
    for _ in range(100):
        times.clock.advance(0.001)
        one.boundary()

    assert before - meter.left <= 3


def test_a_clock_step_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: -1e9)

    assert run(ReplayMeter([gpu(0.0), gpu(7.0)]), 5).duration_s == 5.0


class Slow:
    """A meter of two counters between whose readings another thread holds the interpreter."""

    name = "slow"
    poll_s: float | None = None
    channels = (cpu(0.0) + dram(0.0)).channels

    def __init__(self, clock: FakeClock, held_s: list[float]) -> None:
        self._clock, self._held_s = clock, held_s
        self.counter_ranges_j: Mapping[str, float | None] = {}

    def read(self) -> Sequence[float | None]:
        package_j = 100.0 * self._clock()
        self._clock.advance(self._held_s.pop(0) if self._held_s else 0.0)
        return package_j, 20.0 * self._clock()

    def faults(self) -> Mapping[str, str]:
        return {}

    def close(self) -> None:
        return


def test_a_reading_torn_by_a_held_interpreter_is_read_again() -> None:
    times = Times()
    one = Recording(started(), Instruments((Slow(times.clock, [0.0, 1.0]),), host=HostMeter()), clocks=times.clocks())
    one.begin()
    times.clock.advance(2.0)
    ended = one.end("finished")

    assert [part.energy_j.value for part in ended.components] == [300.0, 60.0]
    assert ended.duration_s == 3.0


def test_the_workload_has_the_active_joules_of_its_cpu_time_and_its_reserved_idle_ones() -> None:
    times = Times()
    tree = ProcessTree()
    meter = ReplayMeter([cpu(0.0), cpu(100.0)])
    facts = Facts(idle_w={"package-0": Quantity.exact(10.0)}, reserved_ratio=0.5)
    one = Recording(started(), Instruments((meter,), host=HostMeter(), tree=tree), facts=facts, clocks=times.clocks())
    one.begin()
    times.clock.advance(2.0)
    ended = one.end("finished")
    part = ended.components[0]

    assert ended.basis == "workload"
    assert part.idle_j.value == 20.0
    assert part.workload_j is not None
    assert part.workload_j.value is not None
    assert 10.0 <= part.workload_j.value <= 90.0


def test_without_idle_watts_the_basis_is_the_machine() -> None:
    times = Times()
    one = Recording(
        started(),
        Instruments((ReplayMeter([cpu(0.0), cpu(1.0)]),), host=HostMeter(), tree=ProcessTree()),
        clocks=times.clocks(),
    )
    one.begin()
    times.clock.advance(1.0)
    ended = one.end("finished")

    assert (ended.basis, ended.workload_energy_j.is_missing) == ("machine", True)


def test_one_thread_samples_many_runs_and_ends_with_the_last() -> None:
    threads: list[int] = []

    class Work:
        def due_s(self) -> float:
            return 0.01

        def wake(self) -> bool:
            threads.append(_thread.get_ident())
            return True

    sampler, works = Sampler(), [Work(), Work()]
    for work in works:
        sampler.add(work)
    time.sleep(0.1)
    for work in works:
        sampler.remove(work)
    woken = len(threads)
    time.sleep(0.05)

    assert len(set(threads)) == 1
    assert threads[0] != _thread.get_ident()
    assert len(threads) == woken >= 4
