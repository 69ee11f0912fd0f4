"""Run one workload once as a run within another, contained: what a search makes its trials of."""

from __future__ import annotations

import os
import signal
from collections.abc import Collection, Mapping
from typing import NamedTuple

from vatio.config import Config
from vatio.measure._granted import slurp
from vatio.measure.paired._design import Arm
from vatio.measure.paired._measurement import Repetition
from vatio.measure.paired._order import Turn
from vatio.measure.paired.repeat import Setting, Stopping, descendants, repeat, send
from vatio.measure.wrap import adopt_orphans

_PR_SET_PDEATHSIG = 1


class Once(NamedTuple):
    """Hold how a workload went; ``is_stopped`` where this process was told to stop meanwhile."""

    repetition: Repetition
    is_stopped: bool


def measure_once(arm: Arm, *, within: str, config: Config, environ: Mapping[str, str], timeout_s: float | None = None) -> Once:
    """Run one workload as a run within ``within``, and leave nothing of it behind.

    SIGTERM ends the workload; its run is sealed all the same, with a note that it does not count.
    """
    stopping = Stopping()
    before = adopt_orphans()
    try:
        with stopping.listening():
            setting = Setting(
                run=within, config=config, environ=environ, stopping=stopping, stage=config.workload.stage, timeout_s=timeout_s
            )
            made = repeat(arm, Turn(arm.name, 0, 0, False), setting=setting, cpus=())
    finally:
        adopt_orphans(before)
    return Once(made.repetition, bool(stopping.heard))


def end_with_parent(parent: int) -> bool:
    """Have this process told to stop (SIGTERM) when its parent ends; tell whether that has not ended already."""
    try:
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    except (OSError, AttributeError, ImportError):  # not Linux: an orphan goes on to the end of its workload
        pass
    return os.getppid() == parent


def tree_cpu_s(pids: Collection[int]) -> float:
    """Give the CPU-seconds that processes and all below them have used, those that have ended included (proc(5))."""
    ticks = 0
    for each in {*pids, *(below for pid in pids for below in descendants(pid))}:
        fields = slurp(f"/proc/{each}/stat").rpartition(")")[2].split()
        ticks += sum(int(fields[at]) for at in (11, 12, 13, 14)) if len(fields) > 14 else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def end_below(pid: int) -> None:
    """Kill every process below one."""
    for below in descendants(pid):
        send(below, signal.SIGKILL)
