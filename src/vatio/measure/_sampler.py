"""Sample the open runs of one process on one daemon thread, each at its own interval."""

from __future__ import annotations

import threading
from typing import Protocol

# How long the end of a run waits for a reading that the thread is just taking.
_JOIN_S = 1.0


class Work(Protocol):
    """Be something to do from time to time."""

    def due_s(self) -> float:
        """Give the seconds until the next work, 0 or less when it is late."""

    def wake(self) -> bool:
        """Do what is due."""


class Sampler:
    """Wake recordings, and what goes on beside them, when they are due, as long as there is one."""

    def __init__(self) -> None:
        self._works: list[Work] = []
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, work: Work) -> None:
        """Begin to sample a run."""
        with self._lock:
            self._works.append(work)
            if self._thread is None:
                self._thread = threading.Thread(target=self._sample, name="vatio", daemon=True)
                self._thread.start()
        self._changed.set()

    def remove(self, work: Work) -> None:
        """Stop sampling a run; the thread of the last one ends."""
        with self._lock:
            if work in self._works:
                self._works.remove(work)
            thread = None if self._works else self._thread
            if thread is not None:
                self._thread = None
        self._changed.set()
        if thread is not None:
            thread.join(_JOIN_S)

    def abandon(self) -> None:
        """Forget the thread: in a fork it does not exist, and a lock that it held would never come free."""
        self._works, self._thread = [], None
        self._lock, self._changed = threading.Lock(), threading.Event()

    def _sample(self) -> None:
        me = threading.current_thread()
        while True:
            with self._lock:
                if self._thread is not me:
                    return
                works = list(self._works)
                self._changed.clear()
            due_s = min((work.due_s() for work in works), default=0.0)
            if due_s > 0.0 and self._changed.wait(min(due_s, threading.TIMEOUT_MAX)):
                continue
            for work in works:
                work.wake()
