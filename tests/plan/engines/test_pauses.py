"""Runs that are paused outside of their windows: real process trees, stopped and continued, and none left behind."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from vatio.errors import UsageError
from vatio.plan.engines import AfterCheckpoint, OwnSignals, Schedule, StopTree, WindowPauses, signal_number
from vatio.records import Gap

from .conftest import Project, until

TICKS = "while :; do date +%s.%N >> {}; sleep 0.1; done"
# Forks a child, and goes on to fork more while it is being paused.
WORK = f"""
import subprocess, sys, time
kid = subprocess.Popen(["sh", "-c", {TICKS.format("kid")!r}])
until_s, work_s = float(sys.argv[1]), 0.0
while work_s < until_s:
    begin_s = time.monotonic()
    subprocess.run(["true"])
    time.sleep(0.05)
    open("ticks", "a").write(f"{{time.time()}}\\n")
    work_s += min(0.5, time.monotonic() - begin_s)
kid.kill()
"""


def state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1]
    except OSError:
        return ""


def longest_s(times: list[str]) -> float:
    return max(late - early for early, late in pairwise(map(float, times)))


def paused_order(project: Project, *command: str, options: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Order a job of seven seconds whose clean windows are 4 to 9 and 15 to 90 s ahead: a loaded machine starts slowly."""
    project.curve((4.0, 9.0), (15.0, 90.0))
    usual = ("--interruptible", "--interval", "100ms", "--record", "run.json", *options)
    return project.order(*command, options=usual, duration="7s", slack="80s")


@pytest.mark.slow
def test_a_job_is_paused_with_all_its_children_and_goes_on(project: Project) -> None:
    done = project(*paused_order(project, sys.executable, "-c", WORK, "7"))
    assert done.returncode == 0, done.stderr
    run = json.loads((project.folder / "run.json").read_text())
    (gap,) = [gap for gap in run["gaps"] if gap["reason"] == "paused by the plan"]
    assert run["paused_s"] == pytest.approx(gap["end_s"] - gap["start_s"])
    assert 4.5 < run["paused_s"] < 8.0
    # What it met in its pauses was no part of the plan: a forecast that held was not wrong.
    (plan,) = project.plans()
    assert plan["plan"]["outcome"]["forecast_error_ratio"] == pytest.approx(0.0, abs=1e-9)
    assert longest_s(project.lines("ticks")) > 4.0
    assert longest_s(project.lines("kid")) > 4.0
    assert run["duration_s"] > 10.0


@pytest.mark.slow
def test_a_killed_vatio_leaves_nothing_stopped(project: Project) -> None:
    process = project.start(*paused_order(project, sys.executable, "-c", WORK, "7"))
    until(lambda: bool(project.lines("kid")))
    (child,) = [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()][:1]
    until(lambda: state(child) == "T")
    process.kill()
    process.wait()
    until(lambda: state(child) != "T", 5.0)
    ticks = len(project.lines("kid"))
    until(lambda: len(project.lines("kid")) > ticks, 5.0)
    os.kill(child, signal.SIGTERM)


@pytest.mark.slow
def test_ctrl_c_reaches_a_paused_job(project: Project) -> None:
    process = project.start(*paused_order(project, "sh", "-c", f"echo $$ > pid; {TICKS.format('kid')}"))
    until(lambda: bool(project.lines("pid")))
    (pid,) = map(int, project.lines("pid"))
    until(lambda: state(pid) == "T")
    os.kill(process.pid, signal.SIGTERM)  # passed on to a child that cannot hear it
    assert process.wait(10) == 128 + signal.SIGTERM
    assert state(pid) == ""


@pytest.mark.slow
def test_a_job_with_signals_of_its_own_is_told(project: Project) -> None:
    script = "trap 'echo p >> told' USR1; trap 'echo r >> told' USR2; n=0; while [ $n -lt 60 ]; do n=$((n+1)); sleep 0.2; done"
    own = ("--pause-signal", "USR1", "--resume-signal", "SIGUSR2")
    done = project(*paused_order(project, "sh", "-c", script, options=own))
    assert done.returncode == 0
    assert project.lines("told") == ["p", "r"]
    assert json.loads((project.folder / "run.json").read_text())["paused_s"] > 4.0


@pytest.mark.slow
def test_a_checkpoint_is_written_before_the_pause(project: Project) -> None:
    checkpoint = "sh -c 'sleep 0.3; echo $VATIO_PAUSE_PID >> saved'"
    words = paused_order(project, sys.executable, "-c", WORK, "5", options=("--checkpoint-command", checkpoint))
    done = project(*words)
    assert done.returncode == 0, done.stderr
    assert len(project.lines("saved")) == 1
    assert "still running" not in done.stderr


class Recorder:
    """Stand for a hold: say what was asked of it."""

    def __init__(self, *, fails: bool = False) -> None:
        self.said: list[str] = []
        self.pids: set[int] = set()
        self.fails = fails

    def pause(self, pid: int, run: str) -> bool:
        self.said.append("pause")
        if self.fails:
            raise BrokenPipeError("gone")
        return True

    def resume(self) -> None:
        self.said.append("resume")

    def wants_to_end(self) -> bool:
        return False

    def close(self) -> None:
        self.said.append("close")


def test_whatever_ends_a_run_lets_it_go_on_first() -> None:
    hold, clock, gaps = Recorder(), [0.0], list[Gap]()
    schedule = Schedule(((0.0, 10.0), (20.0, 30.0)), deadline_s=1e9, duration_s=20.0)
    pauses = WindowPauses(schedule, hold, told=str, wall_s=lambda: clock[0], monotonic_s=lambda: clock[0])  # type: ignore[arg-type]
    pauses.tells(lambda start_s, end_s, reason, paused_s: gaps.append(Gap(start_s=start_s, end_s=end_s, reason=reason)))
    for clock[0] in (5.0, 12.0, 13.0):
        pauses.sample(None)  # type: ignore[arg-type]
    clock[0] = 15.0
    pauses.end()
    assert hold.said == ["pause", "pause", "resume", "close"]
    assert [(gap.start_s, gap.end_s) for gap in gaps] == [(12.0, 15.0)]


def test_a_hold_that_fails_is_asked_no_more() -> None:
    hold, clock = Recorder(fails=True), [12.0]
    schedule = Schedule(((0.0, 10.0), (20.0, 30.0)), deadline_s=1e9, duration_s=20.0)
    pauses = WindowPauses(schedule, hold, told=str, wall_s=lambda: clock[0], monotonic_s=lambda: clock[0])  # type: ignore[arg-type]
    with pytest.raises(BrokenPipeError):
        pauses.sample(None)  # type: ignore[arg-type]
    pauses.sample(None)  # type: ignore[arg-type]
    assert hold.said.count("pause") == 1


def test_a_stopped_tree_that_somebody_continues_is_stopped_again() -> None:
    import subprocess

    hold = StopTree()
    child = subprocess.Popen(["sh", "-c", "sleep 30 & sleep 30"])
    try:
        time.sleep(0.2)
        hold.pause(child.pid, "run")
        assert state(child.pid) == "T"
        os.kill(child.pid, signal.SIGCONT)
        until(lambda: state(child.pid) != "T")
        hold.pause(child.pid, "run")
        assert state(child.pid) == "T"
        assert not hold.wants_to_end()
        os.kill(child.pid, signal.SIGINT)
        assert hold.wants_to_end()
    finally:
        hold.resume()
        hold.close()
        child.kill()
        child.wait()


@pytest.mark.parametrize("name", ["KILL", "STOP", "9", "NOPE", "", "-1", "SIG_DFL"])
def test_a_signal_that_nobody_can_answer_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        signal_number(name)


def test_a_checkpoint_that_takes_too_long_is_given_up() -> None:
    inner = Recorder()
    hold = AfterCheckpoint("sleep 5", inner, environ=os.environ, limit_s=0.0)  # type: ignore[arg-type]
    assert hold.pause(os.getpid(), "run")
    assert inner.said == ["pause"]
    for pid in hold.pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def test_own_signals_go_to_the_job_alone_and_once() -> None:
    import subprocess

    child = subprocess.Popen(["sh", "-c", "trap 'echo p' USR1; while :; do sleep 0.05; done"], stdout=subprocess.PIPE)
    time.sleep(0.2)
    hold = OwnSignals("USR1", "TERM")
    hold.pause(child.pid, "run")
    hold.pause(child.pid, "run")
    time.sleep(0.2)
    hold.resume()
    assert child.communicate(timeout=5)[0] == b"p\n"
