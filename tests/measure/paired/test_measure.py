"""Whole comparisons of real processes."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.measure.paired._workloads import python, spin, steady

from vatio.errors import Refused, UsageError
from vatio.ledger import Ledger
from vatio.measure import Arm, PairedCosts, PairedMeasurement, PairedProgress

Measure = Callable[..., PairedMeasurement]
Open = Callable[[], Ledger]


def two(baseline: tuple[str, ...], candidate: tuple[str, ...], **both: Any) -> tuple[Arm, Arm]:
    return Arm(name="baseline", command=baseline, **both), Arm(name="candidate", command=candidate, **both)


def test_every_repetition_is_a_run_within_the_comparisons_run(measure: Measure, ledger: Open) -> None:
    found = measure(*two(spin(1000), spin(1000)), pairs=3, warm_up=1)

    with ledger() as kept:
        runs = {run.id: run for run in kept.runs(0)}
        assert not kept.verify(rebuild=True).findings
    own = runs.pop(found.run)
    assert own.tags["arms"] == "baseline, candidate"
    assert own.status == "finished"
    assert own.sealed
    assert {run.within for run in runs.values()} == {found.run}
    assert sorted((run.tags["block"], run.tags["arm"]) for run in runs.values()) == [
        (block, arm) for block in ("0", "1", "2", "w0") for arm in ("baseline", "candidate")
    ]
    assert {each.run for each in found.repetitions} == set(runs)
    assert found.ended_by == "pairs"
    assert not found.failed


def test_a_warm_up_is_recorded_and_never_counted(measure: Measure) -> None:
    found = measure(*two(spin(1000), spin(1000)), pairs=2, warm_up=2)

    assert [each.warm_up for each in found.repetitions] == [True] * 4 + [False] * 4
    assert len(found.costs.blocks) == 2
    assert len(found.of("baseline")) == 2


def test_without_counters_cpu_seconds_are_compared_and_that_is_said(measure: Measure) -> None:
    found = measure(*two(spin(50_000), spin(1_000_000)), pairs=3)

    assert found.unit == "cpu_s"
    assert any("CPU-seconds" in note for note in found.notes)
    assert all(ratio > 1.3 for ratio in found.pairs("baseline", "candidate"))
    assert found.left_out("baseline", "candidate") == 0
    first = found.of("candidate")[0]
    assert first.cost == first.cpu_s == first.record.cpu_s  # type: ignore[union-attr]


def test_where_a_counter_can_be_read_joules_are_compared(measure: Measure) -> None:
    found = measure(*two(("sleep", "0.1"), ("sleep", "0.3")), open_meters=steady)

    assert found.unit == "J"
    assert "package-0" in found.basis
    assert all(2.0 < ratio < 3.5 for ratio in found.pairs("baseline", "candidate"))


def test_the_comparison_knows_all_that_its_time_cost(measure: Measure) -> None:
    found = measure(*two(("sleep", "0.1"), ("sleep", "0.1")), pairs=2, open_meters=steady)

    repeated_j = sum(each.cost or 0.0 for each in found.repetitions)
    assert found.energy_j.value is not None
    assert found.energy_j.value > repeated_j > 6 * 10.0
    assert found.energy_j.value == pytest.approx(found.duration_s * 100.0, rel=0.05)
    assert found.cpu_s is not None
    assert found.cpu_s > 0.0


def test_costs_are_for_a_unit_of_the_work_that_was_told(measure: Measure) -> None:
    def telling(samples: int) -> tuple[str, ...]:
        return (sys.executable, "-c", f"import vatio; vatio.work(samples={samples})")

    found = measure(*two(telling(1), telling(1000)), pairs=1, warm_up=0, work_unit="samples")

    assert all(ratio < 0.01 for ratio in found.pairs("baseline", "candidate"))
    assert [each.work for each in found.of("candidate")] == [{"samples": 1000.0}]


def test_a_workload_that_tells_no_work_has_no_cost_for_a_unit_of_it(measure: Measure) -> None:
    found = measure(*two(spin(10), spin(10)), pairs=2, work_unit="samples")

    assert found.pairs("baseline", "candidate") == ()
    assert "told no samples of work" in found.failed["baseline"]
    assert found.ended_by == "failure"


def test_an_arm_that_fails_is_told_with_its_code_and_its_last_words(measure: Measure, ledger: Open) -> None:
    failing = python("import sys; print('much ado', file=sys.stderr); sys.exit('no such layer')")
    found = measure(*two(spin(10), failing), pairs=5)

    assert found.ended_by == "failure"
    assert list(found.failed) == ["candidate"]
    assert "exit code 1" in found.failed["candidate"]
    assert "no such layer" in found.failed["candidate"]
    (only,) = [each for each in found.repetitions if each.arm == "candidate"]
    assert (only.ok, only.exit_code, only.cost) == (False, 1, None)
    assert only.stderr_tail == "much ado\nno such layer"
    with ledger() as kept:
        assert kept.run(found.run or "").status == "finished"


def test_one_failure_leaves_its_block_out_and_is_counted(measure: Measure, project: Path) -> None:
    # Fails at its third time: the counter lies in a file.
    flaky = python("open('n', 'a').write('x'); import os, sys; sys.exit(os.path.getsize('n') == 3)")
    found = measure(*two(spin(10), flaky), pairs=4, warm_up=1)

    assert len(found.pairs("baseline", "candidate")) == 3
    assert found.left_out("baseline", "candidate") == 1
    assert "(1 of 5 repetitions)" in found.failed["candidate"]
    assert found.ended_by == "pairs"


def test_of_three_arms_two_go_on_when_one_fails(measure: Measure) -> None:
    arms = (*two(spin(10), spin(10)), Arm(name="broken", command=("false",)))
    found = measure(*arms, pairs=3)

    assert len(found.pairs("baseline", "candidate")) == 3
    assert len([each for each in found.repetitions if each.arm == "broken"]) == 1
    assert found.left_out("baseline", "broken") == 3


@pytest.mark.parametrize(("command", "code"), [("./data.txt", 126), ("no-such-program", 127), ("/", 126)])
def test_an_arm_that_cannot_be_started_has_failed(measure: Measure, project: Path, command: str, code: int) -> None:
    (project / "data.txt").write_text("1,2\n")
    found = measure(*two(spin(10), (command,)))

    assert found.ended_by == "failure"
    assert [each.exit_code for each in found.repetitions if each.arm == "candidate"] == [code]
    assert "candidate" in found.failed


def test_a_workload_that_a_signal_ends_has_failed(measure: Measure) -> None:
    found = measure(*two(spin(10), ("sh", "-c", "kill -SEGV $$")))

    assert "signal 11" in found.failed["candidate"]


def test_work_that_goes_on_after_the_end_is_no_cheap_repetition(measure: Measure) -> None:
    found = measure(*two(("true",), ("sh", "-c", "(while :; do :; done) & exit 0")), pairs=2, warm_up=0)

    assert found.ended_by == "failure"
    assert "ended before its work" in found.failed["candidate"]


def test_what_vatio_itself_does_meanwhile_is_not_left_by_a_workload(measure: Measure) -> None:
    helpers = []

    def help_beside() -> None:
        helpers.append(subprocess.Popen(["sleep", "0.2"]))
        helpers[0].wait()

    thread = threading.Timer(0.05, help_beside)
    thread.start()
    found = measure(*two(("sleep", "0.1"), ("sleep", "0.1")), pairs=1, warm_up=0)
    thread.join()

    assert not [note for note in found.notes if "leaves processes" in note]
    assert helpers[0].returncode == 0


def test_what_a_workload_leaves_running_is_ended_and_told(measure: Measure, project: Path) -> None:
    leaving = ("sh", "-c", "(trap '' TERM; exec sleep 61) & setsid sleep 62 & echo $! >> pids")
    found = measure(*two(("true",), leaving), pairs=2, warm_up=0)

    assert any("candidate leaves processes running" in note for note in found.notes)
    assert not found.failed  # they slept
    for pid in map(int, (project / "pids").read_text().split()):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_workload_may_close_its_input_and_print_megabytes(measure: Measure) -> None:
    talker = python("import os; os.close(0); [os.write(1, b'x' * 65536) + os.write(2, b'y' * 65536) for _ in range(100)]")
    found = measure(*two(talker, python("import sys; assert sys.stdin.read() == ''")), pairs=1, warm_up=0)

    assert not found.failed


def test_what_workloads_print_is_kept_on_demand(measure: Measure, tmp_path: Path) -> None:
    measure(*two(("echo", "one"), ("sh", "-c", "echo two; echo three >&2")), pairs=1, warm_up=0, outputs=str(tmp_path))

    told = {path.name.partition("-")[2][2:]: path.read_text() for path in tmp_path.glob("0-*")}
    assert told == {"baseline.out": "one\n", "baseline.err": "", "candidate.out": "two\n", "candidate.err": "three\n"}


def test_a_folder_for_outputs_that_is_not_there_is_refused(measure: Measure) -> None:
    with pytest.raises(Refused):
        measure(*two(("true",), ("true",)), outputs="/no/such/folder")


def test_arms_run_in_their_folders_with_their_environments(measure: Measure, project: Path) -> None:
    (project / "tree").mkdir()
    script = project / "tree" / "run"
    script.write_text('#!/bin/sh\ntest "$PWD" = "$EXPECTED" && test "$MORE" = 1 && test -z "$HOME"\n')
    script.chmod(0o755)
    folder, environ = str(project / "tree"), {"EXPECTED": str(project / "tree"), "MORE": "1", "HOME": None}
    found = measure(*two(("./run",), ("./run",), cwd="tree", environ=environ), pairs=1)

    assert not found.failed, found.repetitions
    assert os.getcwd() == str(project) != folder


def test_whoever_looks_after_a_block_may_stop(measure: Measure) -> None:
    looks: list[int] = []

    def enough(costs: PairedCosts) -> bool:
        looks.append(len(costs.pairs("baseline", "candidate")))
        return len(looks) == 3

    found = measure(*two(("true",), ("true",)), pairs=10, warm_up=2, stop=enough)

    assert looks == [1, 2, 3]
    assert found.ended_by == "stop"
    assert len(found.costs.blocks) == 3


def test_no_block_begins_that_would_not_end_in_time(measure: Measure) -> None:
    begun_s = time.monotonic()
    found = measure(*two(("sleep", "0.2"), ("sleep", "0.2")), pairs=50, warm_up=0, max_time_s=1.0)

    assert found.ended_by == "time"
    assert 1 <= len(found.costs.blocks) <= 2
    assert time.monotonic() - begun_s < 1.5


def test_whoever_watches_is_told_of_every_repetition(measure: Measure) -> None:
    told: list[PairedProgress] = []
    found = measure(*two(("true",), ("true",)), pairs=2, warm_up=1, progress=told.append)

    assert [each.done for each in told] == [1, 2, 3, 4, 5, 6]
    assert {each.planned for each in told} == {6}
    assert {each.run for each in told} == {found.run}


def test_a_callback_that_fails_ends_the_comparison_and_seals_it(measure: Measure, ledger: Open) -> None:
    def broken(progress: PairedProgress) -> None:
        raise ZeroDivisionError("in a callback")

    with pytest.raises(ZeroDivisionError):
        measure(*two(("true",), ("true",)), progress=broken)
    with ledger() as kept:
        assert {run.status for run in kept.runs(0)} == {"failed", "finished"}


def test_a_repetition_that_takes_too_long_is_ended(measure: Measure) -> None:
    begun_s = time.monotonic()
    found = measure(*two(("true",), ("sh", "-c", "sleep 63; true")), timeout_s=0.5)

    assert "ended after 0.5 s" in found.failed["candidate"]
    assert time.monotonic() - begun_s < 5.0


@pytest.mark.slow
def test_blocks_with_an_outlier_are_left_out_of_all_arms(measure: Measure, project: Path) -> None:
    odd = python("open('n', 'a').write('x'); import os; sum(range(40_000_000 if os.path.getsize('n') == 5 else 10))")
    found = measure(*two(spin(10), odd), pairs=14, warm_up=0, outliers="3s")

    assert 4 in found.costs.dropped
    assert len(found.pairs("baseline", "candidate")) == 14 - len(found.costs.dropped)


def test_a_workload_that_uses_one_cpu_is_given_one(measure: Measure, project: Path) -> None:
    before = os.sched_getaffinity(0)
    where = python("import os; open('cpus', 'a').write(f'{len(os.sched_getaffinity(0))} '); sum(range(100000))")
    found = measure(*two(where, where), pairs=2, pin=True)

    expected = "1" if len(before) > 1 else str(len(before))
    assert (project / "cpus").read_text().split() == [str(len(before))] * 2 + [expected] * 4
    assert any("pinned" in note for note in found.notes)
    assert os.sched_getaffinity(0) == before


def test_cpus_that_are_not_there_are_said_and_left(measure: Measure) -> None:
    found = measure(*two(("true",), ("true",)), pairs=1, pin=(4000,))

    assert any("not pinned to CPU 4000" in note for note in found.notes)
    assert not found.failed


def test_where_the_ledger_cannot_be_written_the_arms_are_compared_all_the_same(measure: Measure, project: Path) -> None:
    (project / "vatio.toml").write_text(f'[ledger]\npath = "{project}/file/ledger.sqlite"\n[record]\nenvironment = "off"\n')
    (project / "file").write_text("in the way")
    found = measure(*two(spin(10), spin(10)), pairs=2)

    assert len(found.pairs("baseline", "candidate")) == 2
    assert found.recorded_in is None or "outbox" in found.recorded_in


def test_the_environment_is_described_once_for_each_command(measure: Measure, project: Path, ledger: Open) -> None:
    (project / "vatio.toml").write_text("")
    found = measure(*two(spin(10), spin(20)), pairs=2, warm_up=2)

    with ledger() as kept:
        described = [kept.run(each.run or "").environment is not None for each in found.repetitions]
        assert kept.run(found.run or "").environment is not None
    assert described == [True, True] + [False] * 6


@pytest.mark.slow
def test_a_workload_that_does_not_stop_is_ended(measure: Measure) -> None:
    stubborn = python("import os, signal, time; signal.signal(2, signal.SIG_IGN); os.kill(os.getppid(), 2); time.sleep(64)")
    begun_s = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        measure(*two(stubborn, stubborn), warm_up=0)
    assert time.monotonic() - begun_s < 10.0
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_unknown_comparison_cannot_be_gone_on_with(measure: Measure) -> None:
    first = measure(*two(("true",), ("true",)), pairs=1)
    (repetition, *_) = first.of("baseline")

    with pytest.raises(UsageError, match="is no comparison"):
        measure(*two(("true",), ("true",)), resume=repetition.run)
    with pytest.raises(UsageError, match="unknown run"):
        measure(*two(("true",), ("true",)), resume="nothing-of-the-kind")


def test_a_comparison_may_go_on_in_a_thread(measure: Measure) -> None:
    found: list[PairedMeasurement] = []
    thread = threading.Thread(target=lambda: found.append(measure(*two(spin(10), spin(10)), pairs=2)))
    thread.start()
    thread.join()

    assert len(found[0].pairs("baseline", "candidate")) == 2


def test_a_comparison_inside_a_run_is_a_run_within_it(project: Path, ledger: Open) -> None:
    script = """
import os
from vatio.config import load_config
from vatio.measure import Arm, PairedDesign, PairedOptions, measure_paired
arms = [Arm(name="a", command=("true",)), Arm(name="b", call=lambda: sum(range(1000)))]
options = PairedOptions(environ=dict(os.environ))
measure_paired(arms, config=load_config(environ=os.environ), options=options, design=PairedDesign(pairs=1, warm_up=0))
"""
    subprocess.run(
        [sys.executable, "-m", "vatio", "run", "-q", "--name", "outer", "--", sys.executable, "-c", script], check=True
    )

    with ledger() as kept:
        runs = {run.name: run for run in kept.runs(0)}
    assert runs["comparison"].within == runs["outer"].id
    assert (runs["a"].within, runs["b"].within) == (runs["comparison"].id, runs["comparison"].id)


def test_a_comparison_adds_little_to_what_it_repeats(measure: Measure) -> None:
    begun_s = time.process_time()
    measure(*two(("true",), ("true",)), pairs=10, warm_up=0)
    own_s = (time.process_time() - begun_s) / 20
    print(f"{own_s * 1e3:.1f} ms of vatio's own CPU time for each repetition")
    assert own_s < 0.05
