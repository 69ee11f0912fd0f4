"""End a repetition that takes too long, or that goes on when the comparison is to stop."""

from __future__ import annotations

import signal
import time

from vatio.measure._recording import Recording
from vatio.measure.paired._found import LATE, STOPPED
from vatio.measure.paired.repeat._processes import descendants, send
from vatio.measure.paired.repeat._stopping import Stopping
from vatio.measure.wrap import Moment
from vatio.records import Started

# What a workload is given to end by itself before it is ended.
_GRACE_S = 3.0


class Watchdog:
    """End a workload that takes too long or does not stop when it is told to; note either in its run."""

    def __init__(self, stopping: Stopping, *, timeout_s: float | None) -> None:
        self._stopping, self._timeout_s = stopping, timeout_s
        self._recording: Recording | None = None
        self._pid = 0
        self.reason = ""

    def record(self, *args: object, **named: object) -> Recording:
        """Make the recording whose run the notes are for."""
        self._recording = Recording(*args, **named)  # type: ignore[arg-type]
        return self._recording

    def begin(self, started: Started, pid: int) -> None:
        """Take notice of the child."""
        self._pid = pid

    def sample(self, moment: Moment) -> None:
        """End the child if it is late."""
        if self._timeout_s is not None and moment.t_s >= self._timeout_s:
            self.reason = f"{LATE}{self._timeout_s:g} s, as asked"
        waited_s = time.monotonic() - self._stopping.heard_s if self._stopping.heard else 0.0
        if self.reason or waited_s >= _GRACE_S:
            for pid in (*descendants(self._pid), self._pid):
                send(pid, signal.SIGKILL)

    def end(self) -> None:
        """Note why the workload was ended."""
        if self._recording is not None and self._stopping.heard:
            self._recording.note(STOPPED)
        if self._recording is not None and self.reason:
            self._recording.note(self.reason)
