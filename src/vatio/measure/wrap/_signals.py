"""Receive the signals that a wrapper must pass on, with their sender, and tell Ctrl-C from ``kill -INT``.

What the terminal sends (Ctrl-C, Ctrl-\\) reaches the whole foreground group, so the child has it already: it is not sent
twice. What a process sends to vatio is meant for the command, and is passed on. SIGTSTP, SIGCONT and the like keep their
default, so that job control stops and continues both. An ignored signal stays ignored, here and in the child.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from typing import Protocol

_FORWARDED = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGPWR")
_RECORD_BYTES = 128  # struct signalfd_siginfo
_SFD_FLAGS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_PR_SET_CHILD_SUBREAPER = 36
_PR_GET_CHILD_SUBREAPER = 37


class Signal:
    """Hold one signal that came; ``sender`` is 0 for the kernel, which sends what a terminal says."""

    __slots__ = ("number", "sender")

    def __init__(self, number: int, sender: int) -> None:
        self.number, self.sender = number, sender


class KernelSignals:
    """Take signals through a signalfd (Linux): they are blocked here, and say who sent them."""

    def __init__(self) -> None:
        numbers = {*forwarded(), signal.SIGCHLD}
        self.descriptor = _signalfd(numbers)
        # Ignored, the kernel would reap the child unseen: the one disposition that the child does not inherit.
        if signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self.mask = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)

    def take(self) -> Iterator[Signal]:
        """Give the signals that have come since."""
        while True:
            try:
                record = os.read(self.descriptor, _RECORD_BYTES)
            except BlockingIOError:
                return
            code = int.from_bytes(record[8:12], "little", signed=True)  # si_code: above 0 when the kernel sent it
            sender = int.from_bytes(record[12:16], "little")
            number = int.from_bytes(record[0:4], "little")
            yield Signal(number, 0 if code > 0 and number != signal.SIGCHLD else sender or -1)

    def close(self) -> None:
        """Take what is left, so that it does not end vatio now, and give the signals back."""
        for _ in self.take():
            pass
        signal.pthread_sigmask(signal.SIG_SETMASK, self.mask)
        os.close(self.descriptor)


class PipeSignals:
    """Take signals through Python's handlers and a pipe to itself: where there is no signalfd. The sender is not known."""

    def __init__(self) -> None:
        self.descriptor, self._end = os.pipe()
        os.set_blocking(self.descriptor, False)
        os.set_blocking(self._end, False)
        self.mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        self._before_fd = signal.set_wakeup_fd(self._end, warn_on_full_buffer=False)
        numbers = [*forwarded(), signal.SIGCHLD]
        self._before = {number: signal.signal(number, _nothing) for number in numbers}

    def take(self) -> Iterator[Signal]:
        """Give the signals that have come since; SIGINT and SIGQUIT of a terminal in whose foreground we are are its own."""
        try:
            numbers = os.read(self.descriptor, 4096)
        except BlockingIOError:
            return
        for number in numbers:
            yield Signal(number, 0 if number in (signal.SIGINT, signal.SIGQUIT) and _in_foreground() else -1)

    def close(self) -> None:
        """Give the handlers back."""
        for number, handler in self._before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        signal.set_wakeup_fd(self._before_fd)
        os.close(self.descriptor)
        os.close(self._end)


class NoSignals:
    """Take none, where no descriptor is left: the loop fails at once, and the child is waited for by nothing but a wait."""

    def __init__(self) -> None:
        self.descriptor = -1
        self.mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())

    def take(self) -> Iterator[Signal]:
        """Give none."""
        return iter(())

    def close(self) -> None:
        """Do nothing: nothing was taken over."""


class Signals(Protocol):
    """Receive the signals that a wrapper must pass on."""

    descriptor: int

    @property
    def mask(self) -> Collection[int]:
        """Give the signals that were blocked before."""

    def take(self) -> Iterator[Signal]:
        """Give the signals that have come since."""

    def close(self) -> None:
        """Give the signals back."""


def open_signals(*, kernel: Callable[[], Signals] = KernelSignals, pipe: Callable[[], Signals] = PipeSignals) -> Signals:
    """Receive signals by the best way that this system has."""
    for kind in (kernel, pipe):
        with suppress(OSError, AttributeError, ImportError):
            return kind()
    return NoSignals()


def forwarded() -> list[int]:
    """List the signals to pass on: those that would end vatio, without the ones that are ignored (``nohup``)."""
    named = [getattr(signal, name) for name in _FORWARDED if hasattr(signal, name)]
    queued = range(signal.SIGRTMIN, signal.SIGRTMAX + 1) if hasattr(signal, "SIGRTMIN") else ()
    return [int(number) for number in (*named, *queued) if signal.getsignal(number) is not signal.SIG_IGN]


def asked_to_stop() -> bool:
    """Tell whether a signal waits that would end vatio: time to leave out what is not needed."""
    return bool(signal.sigpending() & {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})


def is_for_child(came: Signal, child: int) -> bool:
    """Tell whether a signal has to be passed on, because the child has not had it already."""
    if came.number == signal.SIGCHLD or came.number not in forwarded():
        return False
    if came.sender == 0:
        # A terminal that goes away tells only the leader of its session; all else it tells the whole group.
        return came.number == signal.SIGHUP and os.getsid(0) == os.getpid()
    return not _descends(came.sender, child)


def adopt_orphans(adopts: bool = True) -> bool:
    """Adopt the orphans of the workload, so that their CPU time is seen, or no longer; tell whether this process did before."""
    try:
        import ctypes  # here: 2 ms that importing the wrapper should not cost

        kernel, before = ctypes.CDLL(None), ctypes.c_int(0)
        kernel.prctl(_PR_GET_CHILD_SUBREAPER, ctypes.byref(before), 0, 0, 0)
        kernel.prctl(_PR_SET_CHILD_SUBREAPER, int(adopts), 0, 0, 0)
        return bool(before.value)
    except (OSError, AttributeError, ImportError):
        return False


def _signalfd(numbers: set[int]) -> int:
    import ctypes

    bits = sum(1 << (number - 1) for number in numbers)
    mask = (ctypes.c_ulong * 16)(bits & (2**64 - 1))  # sigset_t: 1024 bits
    descriptor = int(ctypes.CDLL(None, use_errno=True).signalfd(-1, mask, _SFD_FLAGS))
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "signalfd")
    return descriptor


def _nothing(_number: int, _frame: object) -> None:
    """Let the wake-up pipe tell the loop: a handler must exist for the byte to be written."""


def _in_foreground() -> bool:
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def _descends(pid: int, ancestor: int) -> bool:
    """Tell whether a process is the child or comes from it: a workload that signals its own group means itself."""
    while pid > 1 and pid != ancestor:
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                pid = int(file.read().rpartition(b") ")[2].split()[1])
        except (OSError, ValueError, IndexError):
            return False
    return pid == ancestor
