"""How a job is paused: its processes are stopped, or it is told by a signal of its own, after a checkpoint or not."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from vatio.errors import UsageError
from vatio.plan.engines import _tree as tree

# A checkpoint that takes longer is given up: the job is then paused without it.
CHECKPOINT_S = 600.0
# The shell that lets a stopped workload go on when vatio is gone, however it went: it keeps the last line that it was told.
_WATCH = "trap '' HUP INT TERM QUIT; p=; while read -r l; do p=$l; done; [ -z \"$p\" ] || kill -CONT $p 2>/dev/null; :"


class Hold(Protocol):
    """Pause one run and let it go on. ``pids`` are processes of the hold's own."""

    pids: Collection[int]

    def pause(self, pid: int, run: str) -> bool:
        """Pause the run, or see that it still is; called again and again. Tell whether it is paused now."""

    def resume(self) -> None:
        """Let it go on."""

    def wants_to_end(self) -> bool:
        """Tell whether the run was asked to end, and cannot while it is paused."""


class StopTree:
    """Stop and continue all processes of the run."""

    def __init__(self) -> None:
        self.pids: set[int] = set()
        self._stopped: list[int] = []
        self._watcher: subprocess.Popen[bytes] | None = None

    def pause(self, pid: int, run: str) -> bool:
        """Stop what runs; a shell's `fg` may have let it go on, a newborn may have escaped."""
        self._tell(tree.workload(pid, run))
        found = tree.stop(pid, run)
        if found != self._stopped:
            self._stopped = found
            self._tell(found)
        return True

    def resume(self) -> None:
        """Let all of it go on."""
        tree.resume(self._stopped)
        self._stopped = []
        self._tell([])

    def wants_to_end(self) -> bool:
        """Tell whether Ctrl-C or another end waits for it."""
        return tree.is_asked_to_end(self._stopped)

    def close(self) -> None:
        """Send the watcher home."""
        if self._watcher is not None and self._watcher.stdin is not None:
            self._watcher.stdin.close()
            self._watcher.wait()
            self._watcher = None

    def _tell(self, pids: Sequence[int]) -> None:
        """Tell the watcher what it would have to wake: before it is stopped, for we may be killed at any moment."""
        watcher = self._watcher
        if watcher is None:
            if not pids:
                return
            watcher = self._watcher = subprocess.Popen(
                ("/bin/sh", "-c", _WATCH), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True, env={},
            )  # fmt: skip
            self.pids.add(watcher.pid)
        if watcher.stdin is not None:
            watcher.stdin.write(" ".join(map(str, pids)).encode() + b"\n")
            watcher.stdin.flush()


class OwnSignals:
    """Tell the job itself to pause and to go on: it knows what to save, and which device to give back."""

    def __init__(self, pause: str, resume: str) -> None:
        """Take the names of two signals.

        Raises:
            UsageError: there is no such signal, or none that can be caught.
        """
        self.pids: set[int] = set()
        self._pause, self._resume = signal_number(pause), signal_number(resume)
        self._paused: int | None = None

    def pause(self, pid: int, run: str) -> bool:
        """Send the signal, once."""
        if self._paused is None:
            os.kill(pid, self._pause)
            self._paused = pid
        return True

    def resume(self) -> None:
        """Send the other signal."""
        if self._paused is not None:
            with suppress(ProcessLookupError):  # it may have ended meanwhile
                os.kill(self._paused, self._resume)
            self._paused = None

    def wants_to_end(self) -> bool:
        """Say no: the job hears its signals itself."""
        return False

    def close(self) -> None:
        """Do nothing."""


class AfterCheckpoint:
    """Have a checkpoint written before the job is paused; ``VATIO_PAUSE_PID`` names the job to the command."""

    def __init__(self, command: str, hold: StopTree | OwnSignals, *, environ: Mapping[str, str], limit_s: float = CHECKPOINT_S):
        self._command, self._hold, self._environ, self._limit_s = shlex.split(command), hold, environ, limit_s
        self.pids: set[int] = set()
        self._writing: subprocess.Popen[bytes] | None = None
        self._due_s = 0.0
        self._done = False

    def pause(self, pid: int, run: str) -> bool:
        """Start the checkpoint, and pause when it is written, or takes too long."""
        if self._writing is None and not self._done:
            environ = {**self._environ, "VATIO_PAUSE_PID": str(pid)}
            self._writing = subprocess.Popen(self._command, env=environ, stdin=subprocess.DEVNULL)
            self._due_s = time.monotonic() + self._limit_s
            self.pids.add(self._writing.pid)
        if self._writing is not None and not self._done:
            if self._writing.poll() is None and time.monotonic() < self._due_s:
                return False
            self._done = True
        paused = self._hold.pause(pid, run)
        self.pids |= self._hold.pids
        return paused

    def resume(self) -> None:
        """Let it go on; the next pause writes another checkpoint."""
        self._writing, self._done = None, False
        self._hold.resume()

    def wants_to_end(self) -> bool:
        """Ask the way in which it is paused."""
        return self._hold.wants_to_end()

    def close(self) -> None:
        """Close what is inside; a checkpoint that is still being written is not cut off."""
        self._hold.close()


def signal_number(name: str) -> int:
    """Read a signal's name or number.

    >>> signal_number("USR1") == signal_number("SIGUSR1")
    True

    Raises:
        UsageError: there is none of that name, or nobody can catch it.
    """
    bare = name.strip().upper().removeprefix("SIG")
    found = int(bare) if bare.isdecimal() else getattr(signal, f"SIG{bare}", None)
    if not isinstance(found, int) or found in (signal.SIGKILL, signal.SIGSTOP) or found not in signal.valid_signals():
        raise UsageError(f"{name!r} is no signal that a job can answer", hint="such as USR1 and USR2")
    return int(found)
