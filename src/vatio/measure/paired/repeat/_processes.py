"""Find and end what a workload has left running: it would load the repetitions after it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection
from contextlib import suppress

from vatio.measure._granted import slurp

_LEAVE_S = 0.5
# What is only on its way out is gone by then.
_MOMENT_S = 0.05


def children() -> list[int]:
    """List the children of this process's first thread, which adopts orphans; what vatio starts beside is another's."""
    return _of_thread(os.getpid(), os.getpid())


def descendants(pid: int) -> list[int]:
    """List the processes below one, nearest first."""
    found = _below(pid)
    for below in found:
        found.extend(child for child in _below(below) if child not in found)
    return found


def are_at_work(pids: Collection[int]) -> bool:
    """Tell whether one of these processes, or one below them, is running and still is a moment later."""
    everyone = {*pids, *(below for pid in pids for below in descendants(pid))}
    running = {pid for pid in everyone if _is_running(pid)}
    if running:
        time.sleep(_MOMENT_S)
    return any(map(_is_running, running))


def _is_running(pid: int) -> bool:
    # proc(5): the state follows the name, which is in brackets and may have some of its own.
    return slurp(f"/proc/{pid}/stat").rpartition(")")[2].startswith(" R")


def end_all(pids: Collection[int]) -> None:
    """End processes that have become this one's children, and all below them; reap them."""
    everyone = [*pids, *(below for pid in pids for below in descendants(pid))]
    for pid in everyone:
        send(pid, signal.SIGTERM)
    _reap(pids, _LEAVE_S)
    for pid in everyone:
        send(pid, signal.SIGKILL)
    # Those below have become our children by now; a zombie that is left would be taken for the next workload's.
    _reap(everyone, _LEAVE_S)


def _reap(pids: Collection[int], patience_s: float) -> None:
    left, end_s = set(pids), time.monotonic() + patience_s
    while left and time.monotonic() < end_s:
        for pid in tuple(left):
            try:
                gone = os.waitpid(pid, os.WNOHANG)[0]
            except ChildProcessError:
                gone = pid
            if gone:
                left.discard(pid)
        if left:
            time.sleep(0.005)


def send(pid: int, number: int) -> None:
    """Send a signal to a process that may be gone."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _below(pid: int) -> list[int]:
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []
    return [child for thread in threads for child in _of_thread(pid, thread)]


def _of_thread(pid: int, thread: int | str) -> list[int]:
    return [int(child) for child in slurp(f"/proc/{pid}/task/{thread}/children").split()]
