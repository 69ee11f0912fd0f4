"""Sample the open runs of one process on one daemon thread, each at its own interval."""

from __future__ import annotations

import _thread  # threading costs 2 ms, and its events a lock a wait
from typing import Protocol

# How long the end of a run waits for a reading that the thread is just taking.
_JOIN_S = 1.0
_LONGEST_S = 3600.0


class Work(Protocol):
    """Be something to do from time to time."""

    def due_s(self) -> float:
        """Give the seconds until the next work, 0 or less when it is late."""

    def wake(self) -> bool:
        """Do what is due."""


class Sampler:
    """Wake recordings, and what goes on beside them, when they are due. The thread lives as long as there is one.

    A thread of ``_thread`` is a daemon: it never keeps a process alive.
    """

    def __init__(self) -> None:
        self._works: tuple[Work, ...] = ()
        self._lock = _thread.allocate_lock()
        self._bell = self._done = self._new_bell()

    def add(self, work: Work) -> None:
        """Begin to wake ``work``."""
        with self._lock:
            self._works += (work,)
            if len(self._works) == 1:
                self._bell, self._done = self._new_bell(), self._new_bell()
                _thread.start_new_thread(self._sample, (self._bell, self._done))
        self._ring(self._bell)

    def remove(self, work: Work) -> None:
        """Wake ``work`` no longer; the thread of the last one ends."""
        with self._lock:
            had, self._works = bool(self._works), tuple(other for other in self._works if other is not work)
            is_last = had and not self._works
            bell, done = self._bell, self._done
        self._ring(bell)
        if is_last:
            done.acquire(timeout=_JOIN_S)

    def abandon(self) -> None:
        """Forget the thread: in a fork it does not exist, and a lock that it held would never come free."""
        self._works, self._lock = (), _thread.allocate_lock()

    @staticmethod
    def _new_bell() -> _thread.LockType:
        """Make a lock that is taken: whoever waits for it sleeps until it is released."""
        bell = _thread.allocate_lock()
        bell.acquire()
        return bell

    @staticmethod
    def _ring(bell: _thread.LockType) -> None:
        try:
            bell.release()
        except RuntimeError:
            return  # it has been rung already

    def _sample(self, bell: _thread.LockType, done: _thread.LockType) -> None:
        _leave_signals_to_the_workload()
        while self._bell is bell and (works := self._works):
            due_s = _LONGEST_S
            for work in works:
                if (own_s := work.due_s()) < due_s:
                    due_s = own_s
            if due_s > 0.0 and bell.acquire(True, due_s):
                continue
            for work in works:
                work.wake()
        self._ring(done)


def _leave_signals_to_the_workload() -> None:
    """Block signals on this thread: one that the kernel gave to it would not wake the workload from a system call."""
    import _signal  # the signal module brings enum, 3 ms

    if hasattr(_signal, "pthread_sigmask"):
        _signal.pthread_sigmask(_signal.SIG_BLOCK, _signal.valid_signals())
