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
from typing import NamedTuple, Protocol

from vatio.measure._granted import slurp
from vatio.measure.wrap._signals import Signals, forwarded, is_for_child
from vatio.units import BYTES_PER_KIB

try:
    # os.wait4() imports it after it has reaped the child: where no descriptor is left by then, the child's code is lost.
    import resource
except ImportError:  # Windows, where the portable wait reads no such figure
    resource = None  # type: ignore[assignment]

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


class Exit(NamedTuple):
    """Hold how the child ended, and what the kernel counted for it and the children that it waited for."""

    status: int
    cpu_s: float = 0.0
    peak_memory_bytes: int | None = None


def open_pidfd(pid: int, *, pidfd_open: Callable[[int], int] | None = None) -> int | None:
    """Open a descriptor that becomes readable when the process ends; ``None`` on kernels before 5.3, where SIGCHLD tells."""
    opener = pidfd_open or getattr(os, "pidfd_open", None)
    if opener is None:
        return None
    try:
        return int(opener(pid))
    except OSError:
        return None


def watch(
    child: int,
    *,
    signals: Signals,
    beside: Beside,
    pidfd: int | None,
    own: set[int] | None = None,
    exited: Callable[[int], None] = lambda _child: None,
) -> Exit:
    """Wait until the child exits; meanwhile pass signals on, reap orphans and let ``beside`` work.

    ``own`` are vatio's own children (a meter's helper), which are not the workload's and are left to who started them.
    ``exited`` is called once the child is over and not reaped yet: what the kernel counted for it can still be read.
    """
    poll = select.poll()
    for descriptor in (signals.descriptor, *beside.descriptors(), *([pidfd] if pidfd is not None else [])):
        poll.register(descriptor, select.POLLIN)
    while True:
        if _is_over(child):
            exited(child)
        ended = _reaped(child)
        if ended is not None:
            return ended
        ready = dict(poll.poll(min(max(beside.due_s(), 0.0), _LONGEST_WAIT_S) * 1e3))
        for descriptor, what in ready.items():
            if what & ~select.POLLIN:
                poll.unregister(descriptor)  # a broken descriptor would keep the loop busy
        if signals.descriptor in ready:
            _answer(child, signals, beside, own if own is not None else set())
        if not ready or not ready.keys() <= {signals.descriptor, pidfd}:
            beside.wake()


def bare_wait(child: int) -> Exit:
    """Wait for the child and nothing else, passing on what would end a process: what is left when the loop has failed."""
    answers = {number: lambda came, _frame: _send(child, came) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)}
    answers[signal.SIGINT] = lambda _came, _frame: None
    before = {number: signal.signal(number, answer) for number, answer in answers.items() if number in forwarded()}
    mask = signal.pthread_sigmask(signal.SIG_UNBLOCK, forwarded())
    try:
        return _reaped(child, block=True) or Exit(0)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def _answer(child: int, signals: Signals, beside: Beside, own: set[int]) -> None:
    for came in signals.take():
        if came.number == signal.SIGCHLD:
            _reap_orphans(child, beside, own)
        elif is_for_child(came, child):
            _send(child, came.number)


def _reap_orphans(child: int, beside: Beside, own: set[int]) -> None:
    """Reap what the workload left behind, but neither the child, whose turn is next, nor vatio's own processes."""
    for orphan in children():
        if orphan == child or orphan in own:
            continue
        try:
            pid, _, usage = os.wait4(orphan, os.WNOHANG)
        except ChildProcessError:
            continue
        if pid:
            beside.orphaned(pid, usage.ru_utime + usage.ru_stime)


def children() -> list[int]:
    """List the children of this process; a process that has become ours is given to the first thread."""
    found = slurp(f"/proc/self/task/{os.getpid()}/children").split()
    return [int(pid) for pid in found]


def _is_over(child: int) -> bool:
    try:
        return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except (AttributeError, OSError):  # not every system has it; somebody else may have reaped the child
        return False


def _reaped(child: int, *, block: bool = False) -> Exit | None:
    try:
        if resource is None:
            pid, status = os.waitpid(child, 0 if block else os.WNOHANG)
            return Exit(status) if pid else None
        pid, status, usage = os.wait4(child, 0 if block else os.WNOHANG)
    except ChildProcessError:
        return Exit(0)  # somebody else's wait took it: its code is lost, and nothing is left to wait for
    return Exit(status, usage.ru_utime + usage.ru_stime, _own_peak_bytes(usage.ru_maxrss)) if pid else None


def _own_peak_bytes(maxrss_kib: int) -> int | None:
    """Give a child's peak memory, where it can be told from ours.

    Between its birth and its exec a child shares our memory, and the kernel keeps the larger of the two peaks: one that is
    not above ours says nothing of the child, and what was sampled stands.
    """
    own = slurp("/proc/self/status").partition("VmHWM:")[2].split()
    return maxrss_kib * BYTES_PER_KIB if own and maxrss_kib > int(own[0]) else None


def _send(child: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(child, number)
