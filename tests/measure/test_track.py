"""A tracked block measures itself, whatever happens in it, and changes nothing of what happens."""

import asyncio
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

import pytest

import vatio
from vatio import log_metric, phase, track, work
from vatio.errors import LedgerUnavailable, MeasureError, UsageError
from vatio.measure import Run
from vatio.testing import ReplayMeter, cpu, gpu

HERE = Path(__file__).parent


def replay(*joules: float) -> ReplayMeter:
    return ReplayMeter([gpu(value) for value in joules])


def clock(*seconds: float):
    return iter(seconds).__next__


def test_track_subtracts_two_readings() -> None:
    with track(ReplayMeter([gpu(100.0), gpu(250.0)]), clock=iter([0.0, 2.0]).__next__) as run:
        pass

    assert run.record.energy_j.value == 150.0
    assert run.record.duration_s == 2.0


def test_an_injected_clock_means_two_reads_and_no_thread() -> None:
    meter = replay(100.0, 250.0, 999.0)
    threads = threading.active_count()

    with track(meter, clock=clock(0.0, 2.0)):
        assert threading.active_count() == threads

    assert meter.left == 1


def test_a_replayed_block_is_not_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with track(replay(1.0, 2.0), clock=clock(0.0, 1.0)) as run:
        pass

    assert run.recorded_in is None
    assert not list(tmp_path.iterdir())


def test_the_users_exception_goes_on_unchanged() -> None:
    error = ValueError("mine")
    with pytest.raises(ValueError, match="mine") as caught, track(replay(0.0, 1.0), clock=clock(0.0, 1.0)) as run:
        raise error

    assert caught.value is error
    assert run.record.status == "failed"


def test_ctrl_c_ends_the_block_and_goes_on() -> None:
    with pytest.raises(KeyboardInterrupt), track(replay(0.0, 1.0), clock=clock(0.0, 1.0)) as run:
        raise KeyboardInterrupt

    assert (run.record.status, run.record.signal) == ("failed", 2)


@pytest.mark.parametrize(("code", "status"), [(0, "finished"), (None, "finished"), (3, "failed"), ("no", "failed")])
def test_sys_exit_says_how_the_block_ended(code: object, status: str) -> None:
    with pytest.raises(SystemExit), track(replay(0.0, 1.0), clock=clock(0.0, 1.0)) as run:
        sys.exit(code)  # type: ignore[arg-type]

    assert run.record.status == status


def test_a_record_is_there_after_the_block_only() -> None:
    with track(replay(0.0, 1.0), clock=clock(0.0, 1.0)) as run, pytest.raises(MeasureError, match="has not ended"):
        _ = run.record


@pytest.mark.parametrize("wrong", [{"interval_s": 0.01}, {"interval_s": 61.0}, {"stage": "trainning"}])
def test_bad_use_is_said_before_the_block(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        track(**wrong)  # type: ignore[call-overload]


def test_a_decorated_function_is_a_run_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vatio.toml").write_text('[record]\nenvironment = "off"\n')

    @track
    def double(value: int) -> int:
        """Double."""
        return 2 * value

    assert [double(2), double(3)] == [4, 6]
    assert double.__doc__ == "Double."
    with vatio.open_ledger(str(tmp_path / ".vatio/ledger.sqlite")) as ledger:
        assert [run.name.rpartition(".")[2] for run in ledger.runs()] == ["double", "double"]


def test_a_coroutine_is_tracked_to_its_end() -> None:
    meter = replay(0.0, 5.0)
    seen: list[str] = []

    @track(meter, name="fetch")
    async def fetch() -> int:
        seen.append("in")
        await asyncio.sleep(0)
        return 7

    assert asyncio.run(fetch()) == 7
    assert (seen, meter.left) == (["in"], 0)


def test_a_generator_is_a_run_from_its_first_step_to_its_end() -> None:
    meter = replay(0.0, 1.0, 2.0)

    @track(meter)
    def numbers() -> Iterator[int]:
        got = yield 1
        assert got == "sent"
        yield 2

    steps = numbers()
    assert meter.left == 3
    assert next(steps) == 1
    assert meter.left == 2
    assert steps.send("sent") == 2  # type: ignore[attr-defined]
    assert list(steps) == []
    assert meter.left == 1


def test_what_a_caller_says_between_the_steps_of_a_generator_is_the_callers() -> None:
    inner, outer = replay(0.0, 1.0), replay(0.0, 1.0)

    @track(inner, name="inner")
    def steps() -> Iterator[int]:
        work(inside=1)
        yield 1
        work(inside=1)

    with track(outer) as run:
        for _ in steps():
            work(outside=1)

    assert run.record.work == {"outside": 1.0}


@pytest.mark.slow
def test_an_abandoned_generator_has_finished() -> None:
    runs: list[Run] = []

    def steps() -> Iterator[int]:
        with track(replay(0.0, 1.0), clock=clock(0.0, 1.0)) as run:
            runs.append(run)
            yield 1
            yield 2

    generator = steps()
    next(generator)
    del generator
    gc.collect()

    assert runs[0].record.status == "finished"


def test_an_exception_thrown_into_a_tracked_generator_reaches_it() -> None:
    @track(replay(0.0, 1.0))
    def steps() -> Iterator[str]:
        try:
            yield "first"
        except ValueError:
            yield "caught"

    generator = steps()
    next(generator)

    assert generator.throw(ValueError()) == "caught"  # type: ignore[attr-defined]


def test_an_asynchronous_generator_is_tracked() -> None:
    meter = replay(0.0, 1.0)

    @track(meter)
    async def numbers() -> AsyncIterator[int]:
        yield 1
        yield 2

    async def collect() -> list[int]:
        return [number async for number in numbers()]

    assert asyncio.run(collect()) == [1, 2]
    assert meter.left == 0


def test_a_block_within_a_block_is_a_run_within_a_run() -> None:
    with track(replay(0.0, 1.0)) as outer:
        work(samples=1)
        with track(replay(0.0, 1.0)) as inner:
            work(samples=10)
        work(samples=2)

    assert inner.record.within == outer.id
    assert (inner.record.work, outer.record.work) == ({"samples": 10.0}, {"samples": 3.0})


def test_a_thread_says_it_to_the_block_it_runs_in() -> None:
    with track(replay(0.0, 1.0)) as run:
        thread = threading.Thread(target=lambda: work(samples=5))
        thread.start()
        thread.join()

    assert run.record.work == {"samples": 5.0}


def test_tasks_have_phases_of_their_own() -> None:
    async def task(name: str) -> None:
        with phase(name):
            await asyncio.sleep(0.01)
            with phase(f"{name} inner"):
                await asyncio.sleep(0.01)

    async def both() -> None:
        await asyncio.gather(task("a"), task("b"))

    with track(replay(0.0, 1.0)) as run:
        asyncio.run(both())

    parents = {each.name: each.parent for each in run.record.phases}
    assert parents == {"a": None, "b": None, "a inner": "a", "b inner": "b"}


def test_the_phases_joules_add_up_to_the_runs() -> None:
    meter = ReplayMeter([cpu(joules) for joules in (0.0, 0.0, 30.0, 30.0, 100.0, 100.0)])
    with track(meter, clock=iter([float(second) for second in range(20)]).__next__) as run:
        with run.phase("load"):
            pass
        with run.phase("train"):
            pass

    assert [each.energy_j.value for each in run.record.phases] == [30.0, 70.0]
    assert run.record.energy_j.value == 100.0


def test_outside_of_a_run_nothing_is_said_to_nobody() -> None:
    with phase("nowhere"):
        work(samples=1)
        log_metric("loss", 0.1)


def test_nonsense_said_in_a_block_raises_nothing() -> None:
    def nonsense(run: Run) -> None:
        run.work(samples="many")  # type: ignore[arg-type]
        run.log_metric("loss", float("nan"))
        run.log_metric("loss", 0.5)

    with track(replay(0.0, 1.0)) as run, pytest.warns(RuntimeWarning):
        nonsense(run)

    assert run.record.metrics == {"loss": 0.5}


class Broken:
    name = "broken"
    poll_s = None
    counter_ranges_j: Mapping[str, float | None] = MappingProxyType({})
    channels = gpu(0.0).channels

    def read(self) -> tuple[float]:
        raise ZeroDivisionError("a plugin's fault")

    def faults(self) -> dict[str, str]:
        return {}

    def close(self) -> None:
        raise OSError("cannot close")


def test_a_meter_that_raises_is_a_hole_and_one_warning() -> None:
    with pytest.warns(RuntimeWarning) as warnings, track(Broken(), ledger=None) as run:
        pass

    assert len(warnings) == 1
    assert run.record.status == "finished"
    assert run.record.energy_j.is_missing
    assert any("a plugin's fault" in note for note in run.record.notes)


class Ledgerless:
    """A ledger that fails whatever it is asked."""

    recorded_in = "nowhere"

    def spool_folder(self, run: str) -> str:
        raise OSError("read-only")

    def start(self, started: object) -> None:
        raise LedgerUnavailable("the disk is full")


def test_a_ledger_that_fails_leaves_the_block_alone() -> None:
    with pytest.warns(RuntimeWarning, match="the disk is full"), track(ledger=Ledgerless()) as run:  # type: ignore[arg-type]
        pass

    assert run.recorded_in is None
    assert (run.record.status, run.record.sealed) == ("finished", False)


def test_a_fork_neither_samples_nor_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vatio.toml").write_text('[record]\nenvironment = "off"\n')
    with track(interval_s=0.1) as run:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                work(samples=1000)
                with run.phase("child"):
                    pass
                run.end("failed")
                code = threading.active_count() - 1
            finally:
                os._exit(code)
        assert os.waitpid(pid, 0)[1] == 0
        work(samples=1)
        time.sleep(0.15)

    assert run.record.work == {"samples": 1.0}
    assert run.record.phases == ()
    with vatio.open_ledger(str(tmp_path / ".vatio/ledger.sqlite")) as ledger:
        assert [each.status for each in ledger.runs()] == ["finished"]
        assert not ledger.verify().findings


def test_a_fork_that_leaves_the_block_ends_no_run(tmp_path: Path) -> None:
    code = """
import os, vatio
with vatio.track(ledger=None) as run:
    pid = os.fork()
if pid == 0:
    os._exit(0 if run.measured._ended is None else 1)
print(os.waitpid(pid, 0)[1], run.record.status)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "finished"]


def test_a_track_in_a_forked_child_is_a_run_within(tmp_path: Path) -> None:
    code = """
import os, vatio
with vatio.track(ledger=None) as run:
    pid = os.fork()
    if pid == 0:
        with vatio.track(ledger=None) as inner:
            pass
        os._exit(0 if inner.record.within == run.id else 1)
    print(os.waitpid(pid, 0)[1])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0"]


def test_a_real_ctrl_c_leaves_a_sealed_failed_run(tmp_path: Path) -> None:
    (tmp_path / "vatio.toml").write_text('[record]\nenvironment = "off"\n')
    code = "import time, vatio\nwith vatio.track(interval_s=0.1):\n    print('in', flush=True)\n    time.sleep(30)\n"
    child = subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    child.stdout.readline()
    child.send_signal(signal.SIGINT)
    errors = child.communicate(timeout=30)[1]

    assert child.returncode == -signal.SIGINT
    assert "KeyboardInterrupt" in errors
    with vatio.open_ledger(str(tmp_path / ".vatio/ledger.sqlite")) as ledger:
        run = ledger.run("@1")
        assert (run.status, run.sealed) == ("failed", True)


def test_after_sigkill_the_run_reads_interrupted_with_its_samples(tmp_path: Path) -> None:
    (tmp_path / "vatio.toml").write_text('[record]\nenvironment = "off"\n')
    code = f"""
import sys, time
sys.path.insert(0, {str(HERE)!r})
import vatio
from clock_meter import ClockMeter
with vatio.track(ClockMeter(100.0), interval_s=0.1) as run:
    with run.phase("train"):
        print('in', flush=True)
        time.sleep(30)
"""
    child = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    child.stdout.readline()
    time.sleep(0.75)
    child.kill()
    child.communicate()

    with vatio.open_ledger(str(tmp_path / ".vatio/ledger.sqlite")) as ledger:
        run = ledger.run("@1")
    assert (run.status, run.sealed) == ("interrupted", False)
    assert run.duration_s > 0.6
    assert run.energy_j.value == pytest.approx(100.0 * run.duration_s, rel=1e-3)
    assert run.phases[0].name == "train"


def test_a_block_left_open_at_exit_is_interrupted_and_sealed(tmp_path: Path) -> None:
    (tmp_path / "vatio.toml").write_text('[record]\nenvironment = "off"\n')
    code = "import vatio\nblock = vatio.track()\nrun = block.__enter__()\n"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)

    with vatio.open_ledger(str(tmp_path / ".vatio/ledger.sqlite")) as ledger:
        run = ledger.run("@1")
    assert (run.status, run.sealed) == ("interrupted", True)
    assert "the process ended inside the block" in run.notes


def test_a_cell_that_is_run_again_ends_what_it_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", type(sys)("IPython"))
    cell = compile("block = track(meter())\nrun = block.__enter__()\nruns.append(run)\n", "<ipython-input-1>", "exec")
    names = {"track": track, "meter": lambda: replay(0.0, 1.0), "runs": []}
    exec(cell, names)
    exec(cell, names)
    first, second = names["runs"]
    names["block"].__exit__(None, None, None)

    assert (first.record.status, second.record.status) == ("interrupted", "finished")
    assert second.record.within is None
    assert "left open; its cell was run again" in first.record.notes


def test_a_track_in_a_wrapped_child_is_a_run_within_and_its_phases_reach_the_wrapper(tmp_path: Path) -> None:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    spool = tmp_path / "spool"
    spool.mkdir()
    (spool / "events.jsonl").write_text("")
    code = """
import vatio
with vatio.phase("outside"):
    pass
with vatio.track(ledger=None) as run:
    vatio.log_metric("loss", 0.5)
print(run.record.within, run.record.metrics["loss"], run.record.interval_s)
"""
    environ = {**os.environ, "VATIO_RUN": "the-run", "VATIO_BOOT": boot, "VATIO_SPOOL": str(spool)}
    done = subprocess.run([sys.executable, "-c", code], env=environ, cwd=tmp_path, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["the-run", "0.5", "10.0"]
    lines = (spool / "events.jsonl").read_text().splitlines()
    assert ['"e":"begin"' in line for line in lines] == [True, False, False]
    assert '"e":"metric"' in lines[2]


def test_when_the_wrappers_folder_is_gone_nothing_happens(tmp_path: Path) -> None:
    environ = {**os.environ, "VATIO_RUN": "r", "VATIO_SPOOL": str(tmp_path / "gone")}
    code = "import vatio\nwith vatio.phase('a'):\n    vatio.work(samples=1)\n"
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)

    assert done.stderr == ""
    assert not (tmp_path / "gone").exists()


def test_an_artifact_is_digested_among_the_outputs(tmp_path: Path) -> None:
    (tmp_path / "vatio.toml").write_text("")
    code = """
import vatio
with vatio.track() as run:
    with open("model.bin", "wb") as file:
        file.write(b"weights")
    vatio.log_artifact("model.bin")
(output,) = run.record.environment.outputs
print(output.bytes, output.sha256)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    size, digest = done.stdout.split()

    assert (size, digest) == ("7", sha256(b"weights").hexdigest())


def test_what_vatio_itself_cost_is_told_and_is_not_the_workloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vatio.toml").write_text('[record]\nenvironment = "off"\n')
    with track(interval_s=0.1) as run:
        begin_s = time.process_time()
        while time.process_time() - begin_s < 0.3:
            pass

    assert run.record.overhead.cpu_s > 0.001
    assert run.record.cpu_s == pytest.approx(0.3, abs=0.02)


@pytest.mark.torch
def test_a_real_torchrun_measures_its_host_once(tmp_path: Path) -> None:
    (tmp_path / "vatio.toml").write_text('[record]\nenvironment = "off"\n')
    script = tmp_path / "train.py"
    script.write_text(
        f"""
import sys, time
sys.path.insert(0, {str(HERE)!r})
import torch.distributed as dist
import vatio
from clock_meter import ClockMeter
dist.init_process_group("gloo")
with vatio.track(ClockMeter(100.0), interval_s=0.5) as run:
    with vatio.phase(f"rank {{dist.get_rank()}}"):
        time.sleep(1.0)
    dist.barrier()
dist.destroy_process_group()
"""
    )
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(script)]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=120, capture_output=True)

    with vatio.open_ledger(str(tmp_path / ".vatio/ledger.sqlite")) as ledger:
        (run,) = ledger.runs(0)
    assert run.hosts[0].ranks == (0, 1)
    assert sorted(each.name for each in run.phases) == ["rank 0", "rank 1"]
    assert run.energy_j.value == pytest.approx(100.0 * run.duration_s, rel=1e-3)
