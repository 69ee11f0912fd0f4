"""Sample the open runs of one process on one daemon thread, each at its own interval."""

from __future__ import annotations

import threading

from vatio.measure._recording import Recording

# How long the end of a run waits for a reading that the thread is just taking.
_JOIN_S = 1.0


class Sampler:
    """Wake recordings when they are due. The thread starts with the first recording and stops with the last."""

    def __init__(self) -> None:
        self._recordings: list[Recording] = []
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, recording: Recording) -> None:
        """Begin to sample a run."""
        with self._lock:
            self._recordings.append(recording)
            if self._thread is None:
                self._thread = threading.Thread(target=self._sample, name="vatio", daemon=True)
                self._thread.start()
        self._changed.set()

    def remove(self, recording: Recording) -> None:
        """Stop sampling a run; the thread of the last one ends."""
        with self._lock:
            if recording in self._recordings:
                self._recordings.remove(recording)
            thread = None if self._recordings else self._thread
            if thread is not None:
                self._thread = None
        self._changed.set()
        if thread is not None:
            thread.join(_JOIN_S)

    def abandon(self) -> None:
        """Forget the thread: in a fork it does not exist, and a lock that it held would never come free."""
        self._recordings, self._thread = [], None
        self._lock, self._changed = threading.Lock(), threading.Event()

    def _sample(self) -> None:
        me = threading.current_thread()
        while True:
            with self._lock:
                if self._thread is not me:
                    return
                recordings = list(self._recordings)
                self._changed.clear()
            due_s = min((recording.due_s() for recording in recordings), default=0.0)
            if due_s > 0.0 and self._changed.wait(min(due_s, threading.TIMEOUT_MAX)):
                continue
            for recording in recordings:
                recording.wake()
