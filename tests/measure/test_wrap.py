import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vatio.config import Config, load_config
from vatio.errors import MeterAbsent
from vatio.ledger import open_ledger
from vatio.measure import Moment, RunOptions, RunOutcome, Surroundings, surroundings
from vatio.measure._recording import Recording
from vatio.measure.meters import Opened
from vatio.measure.wrap._prepare import Parts, run_name
from vatio.measure.wrap._session import run_session
from vatio.records import Channel, RunRecord, Started

JOULES_A_SECOND = 100.0


class Steady:
    """A meter of a package that draws 100 W."""

    name = "steady"
    channels = (Channel(name="package-0", unit="j", component="cpu", device="package-0", meter="steady"),)
    poll_s = None
    counter_ranges_j: Mapping[str, float | None] = {}

    def read(self) -> tuple[float]:
        return (time.monotonic() * JOULES_A_SECOND,)

    def faults(self) -> Mapping[str, str]:
        return {}

    def close(self) -> None:
        pass


class Broken(Steady):
    name = "broken"

    def read(self) -> tuple[float]:
        raise RuntimeError("the sensor has gone")


def steady(around: Surroundings, config: Any) -> Opened:
    return Opened(meters=(Steady(),))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    for name in (
        "VATIO_RUN",
        "VATIO_SPOOL",
        "VATIO_BOOT",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_STATE_HOME",
        "XDG_CACHE_HOME",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    (project / "vatio.toml").write_text('[meters]\ninterval_s = 0.1\n[record]\nenvironment = "off"\n')
    return project


def config(**options: object) -> Config:
    given = {name.replace("__", "."): value for name, value in options.items()}
    return load_config(environ=os.environ, options=given)


def run(*command: str, parts: Parts | None = None, configured: Config | None = None, **options: Any) -> RunOutcome:
    environ = options.pop("environ", dict(os.environ))
    parts = parts or Parts(open_meters=steady)
    return run_session(command, config=configured or config(), options=RunOptions(environ=environ, **options), parts=parts)


def record_of(outcome: RunOutcome) -> RunRecord:
    assert outcome.record is not None, outcome
    return outcome.record


def test_a_run_is_measured_kept_and_returns_the_childs_code(home: Path) -> None:
    outcome = run("sh", "-c", "sleep 0.3; exit 3")

    record = record_of(outcome)
    assert (outcome.exit_code, record.status, record.exit_code, record.sealed) == (3, "failed", 3, True)
    assert record.energy_j.value == pytest.approx(record.duration_s * JOULES_A_SECOND, rel=0.05)
    with open_ledger(config=config(), readonly=True) as ledger:
        kept = ledger.run(record.id)
        head = ledger.head()
    assert (kept.energy_j, kept.command, kept.status) == (record.energy_j, record.command, "failed")
    assert head is not None
    assert outcome.head == head.hash
    assert not os.listdir(home / ".vatio" / "spool")


def test_the_childs_cpu_time_is_exact(home: Path) -> None:
    record = record_of(run(sys.executable, "-c", "import time\nwhile time.process_time() < 0.4: pass"))

    assert record.cpu_s == pytest.approx(0.4, abs=0.05)


def peak_bytes_of(code: str) -> int | None:
    """Run a Python program under a wrapper in a process of its own: the kernel gives a child at least its starter's peak."""
    child = (sys.executable, "-c", code)
    subprocess.run([sys.executable, "-m", "vatio", "run", "-q", "--record", "r.json", "--", *child], check=True)
    peak_bytes: int | None = json.loads(Path("r.json").read_text())["peak_memory_bytes"]
    return peak_bytes


def test_the_childs_peak_memory_is_what_it_took(home: Path) -> None:
    assert 60 << 20 <= (peak_bytes_of("x = bytearray(60 << 20)") or 0) < 90 << 20


def test_a_small_childs_peak_memory_is_not_ours(home: Path) -> None:
    assert (peak_bytes_of("import time; time.sleep(1.2)") or 0) < 16 << 20


def test_what_a_child_moved_is_known_though_it_ended_before_the_first_sample(home: Path) -> None:
    record = record_of(run(sys.executable, "-c", "open('file', 'wb').write(bytes(3 << 20))"))
    assert (3 << 20) <= (record.bytes_written or 0) < (4 << 20)
    assert (record.bytes_read or 0) > 0
    assert record.peak_memory_bytes != 0


def test_a_run_that_a_daemon_does_is_not_complete(home: Path) -> None:
    engine = home / "docker"
    engine.write_text("#!/bin/sh\n")
    engine.chmod(0o755)
    record = record_of(run(str(engine)))

    assert not record.complete
    assert any("daemon" in note for note in record.notes)


def test_cpu_time_of_an_orphan_counts(home: Path) -> None:
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    orphan = f"({sys.executable} -c '{burn}'; echo > burnt)"
    record = record_of(run("sh", "-c", f"({orphan} &) ; until [ -e burnt ]; do sleep 0.05; done; sleep 0.1"))

    assert record.cpu_s == pytest.approx(0.3, abs=0.06)


def test_a_signal_that_ended_the_child_is_told(home: Path) -> None:
    outcome = run("sh", "-c", "kill -TERM $$")

    record = record_of(outcome)
    assert (outcome.exit_code, record.status, record.signal, record.exit_code) == (143, "failed", signal.SIGTERM, None)


def test_the_child_finds_the_run_and_its_spool_and_the_start_is_written_before_it(home: Path) -> None:
    look = "import os, sqlite3, sys; folder = os.environ['VATIO_SPOOL']; db = sqlite3.connect(f'{folder}/../../ledger.sqlite')"
    look += "; rows = db.execute('SELECT run FROM entry WHERE kind = ?', ('started',)).fetchall()"
    look += "; sys.exit(0 if (os.environ['VATIO_RUN'],) in rows and os.environ['VATIO_BOOT'] else 9)"

    assert run(sys.executable, "-c", look).exit_code == 0


def test_phases_of_the_child_belong_to_the_run(home: Path) -> None:
    script = "import time, vatio\nwith vatio.phase('train'):\n    time.sleep(0.3)\nvatio.work(samples=5)"
    record = record_of(run(sys.executable, "-c", script))

    assert [phase.name for phase in record.phases] == ["train"]
    assert record.phases[0].energy_j.value == pytest.approx(30.0, rel=0.2)
    assert record.work == {"samples": 5}


def test_a_run_inside_a_run_is_within_it(home: Path) -> None:
    outer = record_of(run(sys.executable, "-m", "vatio", "run", "-q", "--record", "inner.json", "--", "true"))

    inner = json.loads((home / "inner.json").read_text())
    assert (outer.exit_code, inner["within"]) == (0, outer.id)


def test_survivors_go_on_and_are_named(home: Path) -> None:
    outcome = run("sh", "-c", "sleep 0.5 > done & sleep 0.1; exit 0")

    assert outcome.exit_code == 0
    assert any("sleep" in note for note in record_of(outcome).notes)


@pytest.mark.parametrize(("command", "code"), [(("no-such-command",), 127), (("/",), 126), (("",), 127)])
def test_without_a_program_nothing_is_recorded(home: Path, command: tuple[str, ...], code: int) -> None:
    outcome = run(*command)

    assert (outcome.exit_code, outcome.record) == (code, None)
    assert outcome.refused
    assert not (home / ".vatio").exists()


def test_a_program_that_the_kernel_refuses_ends_its_run(home: Path) -> None:
    outcome = run("true", "x" * 200_000)

    assert outcome.exit_code == 126
    with open_ledger(config=config(), readonly=True) as ledger:
        assert [(kept.status, kept.exit_code) for kept in ledger.runs()] == [("failed", 126)]


def test_what_must_be_measured_and_is_not_refuses_before_the_child(home: Path) -> None:
    def none(around: Surroundings, config: Any) -> Opened:
        return Opened(meters=(), refused=(("rapl", MeterAbsent("no counter", hint="do this")),))

    outcome = run("touch", "child", require=("measured",), parts=Parts(open_meters=none))

    assert (outcome.exit_code, outcome.hint) == (125, "do this")
    assert not (home / "child").exists()
    assert run("touch", "child", require=("measured",)).exit_code == 0


def test_what_must_be_recorded_and_cannot_be_refuses_before_the_child(home: Path) -> None:
    outcome = run("touch", "child", require=("recorded",), parts=FAULTS["nothing can be written"])

    assert outcome.exit_code == 125
    assert "ledger" in outcome.hint
    assert not (home / "child").exists()


def failing(*anything: object, **more: object) -> Any:
    raise OSError(28, "No space left on device")


def slow(*anything: object, **more: object) -> Any:
    time.sleep(30)


class Hanging:
    """Be a keeper whose ledger answers no more."""

    start = staticmethod(slow)

    def close(self) -> None:
        """Do nothing."""


FAULTS = {
    "the ledger fails": Parts(open_meters=steady, open_keeper=failing),
    "the first entry hangs": Parts(open_meters=steady, open_keeper=lambda config: Hanging()),
    "nothing can be written": Parts(open_meters=steady, open_keeper=failing, open_outbox=failing),
    "the ledger hangs": Parts(open_meters=steady, open_keeper=slow),
    "the meters fail": Parts(open_meters=failing),
    "the meters hang": Parts(open_meters=slow),
    "a meter breaks": Parts(open_meters=lambda around, config: Opened(meters=(Broken(),))),
    "nothing is known of the machine": Parts(open_meters=steady, look_around=failing),
    "the recording cannot be made": Parts(open_meters=steady, record=failing),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_of_the_measurement_stops_delays_or_fails_the_child(home: Path, fault: str) -> None:
    begin_s = time.monotonic()
    outcome = run("sh", "-c", "date +%s.%N > begun; exit 7", parts=FAULTS[fault])

    assert outcome.exit_code == 7
    assert float((home / "begun").read_text()) - time.time() + time.monotonic() - begin_s < 1.0


@pytest.mark.parametrize("fault", ["the ledger fails", "the ledger hangs", "the first entry hangs"])
def test_a_ledger_that_does_not_open_in_time_sends_the_run_to_an_outbox(home: Path, fault: str) -> None:
    outcome = run("true", parts=FAULTS[fault])

    assert (outcome.recorded_in or "").endswith(".jsonl")


def test_what_cannot_be_recorded_says_so(home: Path) -> None:
    outcome = run("true", parts=FAULTS["nothing can be written"])

    assert (outcome.recorded_in, outcome.notes[0]) == (None, "not recorded")
    assert record_of(outcome).energy_j.value is not None


class Failing(Recording):
    """A recording whose clock fails after its begin: the loop cannot go on."""

    def due_s(self) -> float:
        raise RuntimeError("the clock has gone")


def test_a_loop_that_fails_falls_back_to_a_bare_wait(home: Path) -> None:
    outcome = run("sh", "-c", "sleep 0.2; exit 11", parts=Parts(open_meters=steady, record=Failing))

    assert outcome.exit_code == 11
    assert any("the clock has gone" in note for note in outcome.notes)


def test_arguments_without_secrets_and_names_are_kept(home: Path) -> None:
    record = record_of(run("true", "--token", "s3cr3t", f"{os.environ['HOME']}/data", os.fsdecode(b"\xff")))

    assert record.command == ("true", "--token", "***", "~/data", os.fsdecode(b"\xff"))


def test_the_same_command_is_the_same_series(home: Path) -> None:
    series = [record_of(run("true", word)).series for word in ("a", "a", "b")]

    assert series[0] == series[1] != series[2]


class Watching:
    def __init__(self, *, fails: bool = False) -> None:
        self.seen: list[str] = []
        self.fails = fails

    def begin(self, started: Started, pid: int) -> None:
        self.seen.append("begin")

    def sample(self, moment: Moment) -> None:
        self.seen.append("sample")
        if self.fails:
            raise RuntimeError("no")

    def end(self) -> None:
        self.seen.append("end")


def test_controllers_see_the_run(home: Path) -> None:
    watching, broken = Watching(), Watching(fails=True)
    outcome = run("sleep", "0.45", controllers=(broken, watching))

    assert outcome.exit_code == 0
    assert watching.seen[0] == "begin"
    assert watching.seen.count("sample") >= 3
    assert watching.seen[-1] == "end"
    assert broken.seen == ["begin", "sample"]


def test_the_record_is_written_as_a_file_and_a_bad_place_is_refused(home: Path) -> None:
    assert run("true", record_file="run.json").exit_code == 0
    assert json.loads((home / "run.json").read_text())["schema"] == "vatio.run/1"
    assert run("touch", "child", record_file="nowhere/run.json").exit_code == 125
    assert not (home / "child").exists()


def test_a_deleted_working_folder_does_not_stop_a_run(home: Path) -> None:
    gone = home / "gone"
    gone.mkdir()
    configured = config(record__environment="full")
    os.chdir(gone)
    gone.rmdir()
    try:
        assert run("/bin/sh", "-c", "exit 4", configured=configured).exit_code == 4
    finally:
        os.chdir(home)


def test_without_a_home_a_run_is_kept_in_its_project(home: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "HOME"}
    outcome = run("true", environ=environ, configured=config(record__environment="full"))

    assert outcome.recorded_in == str(home / ".vatio" / "ledger.sqlite")


def test_a_requeued_job_is_a_retry_of_its_earlier_run(home: Path) -> None:
    job = {"SLURM_JOB_ID": "77", "SLURM_STEP_ID": "0", "SLURM_PROCID": "0", "SLURM_NTASKS": "1"}
    first = record_of(run("true", environ={**os.environ, **job}))
    second = record_of(run("true", environ={**os.environ, **job, "SLURM_RESTART_COUNT": "1"}))

    assert (first.job, second.parents) == (second.job, (first.id,))


def test_a_run_has_its_interpreters_script_as_name() -> None:
    assert run_name(["python3", "-c", "print(1)"]) == "python3"
    assert run_name(["python", "-m", "package.train", "--x"]) == "package.train"
    assert run_name(["/usr/bin/torchrun", "train.py"]) == "torchrun"


SPOOL = ".vatio/spool/*/samples.spool"


def wrapper(*command: str, **more: Any) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "vatio", "run", "-q", "--", *command], **more)


def wait_for(path: Path, pattern: str = "") -> None:
    """Wait until there is a file, or one in a folder that fits a pattern."""
    end_s = time.monotonic() + 60
    while not (any(path.glob(pattern)) if pattern else path.exists()) and time.monotonic() < end_s:
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize("after_s", [0.15, 0.35, 0.6])
def test_after_sigkill_the_workload_goes_on_and_the_run_reads_interrupted(home: Path, after_s: float) -> None:
    begun_s = time.monotonic()
    process = wrapper("sh", "-c", "while [ ! -e go ]; do sleep 0.02; done; echo > done")
    wait_for(home, SPOOL)
    time.sleep(after_s)
    process.kill()
    process.wait()
    killed_s = time.monotonic()

    with open_ledger(config=config(), readonly=True) as ledger:
        (record,) = ledger.runs()
    assert (record.status, record.sealed) == ("interrupted", False)
    assert after_s - 0.15 < record.duration_s < killed_s - begun_s + 0.1
    (home / "go").touch()
    wait_for(home / "done")
    assert (home / "done").exists()


@pytest.mark.slow
def test_a_stopped_wrapper_leaves_a_gap_and_its_workload_goes_on(home: Path) -> None:
    (home / "vatio.toml").write_text('[meters]\ninterval_s = 0.1\n[record]\nenvironment = "off"\n')
    process = wrapper(
        "sh", "-c", "while [ ! -e go ]; do sleep 0.02; done; echo > half; while [ ! -e end ]; do sleep 0.02; done"
    )
    wait_for(home, SPOOL)
    time.sleep(0.3)
    process.send_signal(signal.SIGSTOP)
    (home / "go").touch()
    wait_for(home / "half")
    assert (home / "half").exists()
    time.sleep(2.8)  # a row is late after two seconds and three intervals
    process.send_signal(signal.SIGCONT)
    time.sleep(0.5)
    (home / "end").touch()
    assert process.wait(60) == 0
    with open_ledger(config=config(), readonly=True) as ledger:
        (record,) = ledger.runs()
    assert record.gaps
    assert record.gaps[0].end_s - record.gaps[0].start_s > 2.0


def test_ctrl_c_ends_the_child_and_vatio_returns_its_code(home: Path) -> None:
    process = wrapper("sh", "-c", "trap 'exit 5' INT; echo > begun; while :; do sleep 0.05; done", start_new_session=True)
    wait_for(home / "begun")
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(10) == 5


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="mounting a file system needs root")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=192k", "none", str(folder)], capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@needs_root
def test_a_disk_that_fills_up_costs_the_record_and_not_the_workload(home: Path, small: Path) -> None:
    fill = f"sleep 0.2; dd if=/dev/zero of={small}/fill bs=4096 2>/dev/null; sleep 0.5; exit 6"
    outcome = run("sh", "-c", fill, configured=config(ledger__path=str(small / "ledger.sqlite")))

    assert outcome.exit_code == 6
    assert record_of(outcome).energy_j.value == pytest.approx(record_of(outcome).duration_s * JOULES_A_SECOND, rel=0.1)
    assert outcome.notes


@needs_root
def test_a_full_disk_does_not_stop_a_run(home: Path, small: Path) -> None:
    subprocess.run(["dd", "if=/dev/zero", f"of={small}/fill", "bs=4096"], capture_output=True)
    outcome = run("sh", "-c", "exit 6", configured=config(ledger__path=str(small / "ledger.sqlite")))

    assert outcome.exit_code == 6
    assert outcome.recorded_in is None or str(small) not in outcome.recorded_in


@needs_root
def test_a_read_only_disk_does_not_stop_a_run(home: Path, small: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    outcome = run("sh", "-c", "exit 6", configured=config(ledger__path=str(small / "ledger.sqlite")))

    assert outcome.exit_code == 6
    assert outcome.recorded_in is None or str(small) not in outcome.recorded_in


def test_on_a_network_file_system_the_run_goes_to_an_outbox(home: Path) -> None:
    from vatio.ledger import open_keeper

    def keeper(configured: Config) -> Any:
        return open_keeper(configured, is_network=lambda path: True)

    outcome = run("true", parts=Parts(open_meters=steady, open_keeper=keeper))

    assert outcome.exit_code == 0
    assert outcome.recorded_in is not None
    assert "outbox" in outcome.recorded_in
    assert any("network" in note for note in outcome.notes)


def test_surroundings_are_looked_at_once(home: Path) -> None:
    looked: list[int] = []

    def look(environ: Mapping[str, str]) -> Surroundings:
        looked.append(1)
        return replace(surroundings(environ), boot="a-boot")

    assert record_of(run("true", parts=Parts(open_meters=steady, look_around=look))).hosts[0].boot == "a-boot"
    assert looked == [1]


def test_from_a_deleted_folder_the_command_line_runs_too(home: Path) -> None:
    gone = home / "gone"
    gone.mkdir()
    script = f"cd {gone} && rmdir {gone} && exec {sys.executable} -m vatio run -q -- sh -c 'exit 5'"
    assert subprocess.run(["sh", "-c", script]).returncode == 5
