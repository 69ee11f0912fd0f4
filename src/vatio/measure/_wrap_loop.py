"""Wait for one child, the events that it sends and the clock, in one thread, whatever the measurement does.

The wait itself depends on nothing: if a meter, the disk or a controller fails, the loop goes on without it; if the loop
itself fails, ``bare_wait`` returns the child's code all the same.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from vatio.measure._wrap_signals import Signals, is_for_child

_LONGEST_WAIT_S = 60.0


class Beside(Protocol):
    """Work beside the child: what the loop wakes up for."""

    def due_s(self) -> float:
        """Give the seconds until the next work, 0 or less when it is late."""

    def descriptors(self) -> tuple[int, ...]:
        """Give the descriptors (an event socket) that may become readable."""

    def wake(self) -> None:
        """Do what is due: a sample, an event, a slice of the snapshot."""

    def orphaned(self, pid: int, cpu_s: float) -> None:
        """Take notice of an orphan of the workload that has ended, with its CPU-seconds."""


class Exit:
    """Hold how the child ended: its wait status and the CPU-seconds of itself and the children it waited for."""

    __slots__ = ("cpu_s", "status")

    def __init__(self, status: int, cpu_s: float) -> None:
        self.status, self.cpu_s = status, cpu_s


def open_pidfd(pid: int, *, pidfd_open: Callable[[int], int] | None = None) -> int | None:
    """Open a descriptor that becomes readable when the process ends; ``None`` on kernels before 5.3, where SIGCHLD tells."""
    opener = pidfd_open or getattr(os, "pidfd_open", None)
    if opener is None:
        return None
    try:
        return int(opener(pid))
    except OSError:
        return None


def watch(child: int, *, signals: Signals, beside: Beside, pidfd: int | None, own: set[int] | None = None) -> Exit:
    """Wait until the child exits; meanwhile pass signals on, reap orphans and let ``beside`` work.

    ``own`` are vatio's own children (a meter's helper), which are not the workload's and are left to who started them.
    """
    poll = select.poll()
    watched = [signals.descriptor, *beside.descriptors(), *([pidfd] if pidfd is not None else [])]
    for descriptor in watched:
        poll.register(descriptor, select.POLLIN)
    while True:
        ended = _reaped(child)
        if ended is not None:
            return ended
        due_s = min(max(beside.due_s(), 0.0), _LONGEST_WAIT_S)
        ready = {descriptor for descriptor, _ in poll.poll(due_s * 1e3)}
        if signals.descriptor in ready:
            _answer(child, signals, beside, own or set())
        if not ready or not ready <= {signals.descriptor, pidfd}:
            beside.wake()


def bare_wait(child: int) -> Exit:
    """Wait for the child and nothing else, passing on what ends a process: what is left when the loop has failed."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda came, _frame: _send(child, came))
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda _came, _frame: None)
    return _reaped(child, block=True) or Exit(0, 0.0)


def _answer(child: int, signals: Signals, beside: Beside, own: set[int]) -> None:
    for came in signals.take():
        if came.number == signal.SIGCHLD:
            _reap_orphans(child, beside, own)
        elif is_for_child(came, child):
            _send(child, came.number)


def _reap_orphans(child: int, beside: Beside, own: set[int]) -> None:
    """Reap what the workload left behind, but neither the child, whose turn is next, nor vatio's own processes."""
    passed: set[int] = set()
    while True:
        try:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if found is None or found.si_pid in passed:
            return
        passed.add(found.si_pid)
        if found.si_pid == child or found.si_pid in own:
            return
        pid, _, usage = os.wait4(found.si_pid, os.WNOHANG)
        beside.orphaned(pid, usage.ru_utime + usage.ru_stime)


def _reaped(child: int, *, block: bool = False) -> Exit | None:
    try:
        pid, status, usage = os.wait4(child, 0 if block else os.WNOHANG)
    except ChildProcessError:
        return Exit(0, 0.0)  # somebody else's wait took it: its code is lost, and nothing is left to wait for
    return Exit(status, usage.ru_utime + usage.ru_stime) if pid else None


def _send(child: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(child, number)
