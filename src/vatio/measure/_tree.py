"""Count the CPU time, memory and bytes of a process tree, ended children included (Linux /proc)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from vatio.measure._process import Process

# A process beyond these is read by path: four descriptors each must not eat the workload's limit of 1024.
_KEPT_OPEN = 16


class TreeReading(NamedTuple):
    """Hold what a tree has used so far: seconds and bytes accumulate, ``memory_bytes`` is what it holds now."""

    cpu_s: float
    memory_bytes: int
    read_bytes: int
    written_bytes: int


class ProcessTree:
    """Follow some processes and all that they start. ``read()`` gives what they used since the tree was made.

    With ``own`` the calling process is a root too: its CPU time and that of its ended children come from the kernel to the
    microsecond. New descendants are looked for at most once every ``rescan_s``; a process that was seen once is followed
    when its parent has died. ``ended()`` takes the exact CPU time of a process that the caller has waited for.
    """

    __slots__ = (
        "_base",
        "_best",
        "_clock",
        "_done",
        "_live",
        "_me",
        "_memory_bytes",
        "_proc",
        "_rescan_s",
        "_scanned_s",
        "_usage_of_ended",
        "not_ours",
        "own",
    )

    def __init__(
        self,
        *,
        own: bool = True,
        proc: str = "/proc",
        rescan_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._proc, self._rescan_s, self._clock, self.own = proc, rescan_s, clock, own
        self._live: dict[int, Process] = {}
        self._done: list[float] = [0.0, 0, 0]
        self._scanned_s = float("-inf")
        self._best: list[float] = [0.0, 0, 0]
        self._memory_bytes = 0
        self.not_ours: set[int] = set()
        self._me: int | None = os.getpid() if own else None
        self._usage_of_ended: Callable[[], Any] = _usage_of_ended() if own else tuple
        if self._me is not None:
            self._follow(self._me, 0)
        self._base = self._sum()

    def add(self, pid: int, *, from_now: bool = False) -> None:
        """Follow one more root, with all that it used so far (a child that was just started), or from now on (a rank)."""
        if pid in self._live or pid in self.not_ours:
            return
        self._follow(pid, 0)
        process = self._live[pid]
        if from_now and process.look():
            process.look_at_bytes()
            self._base = [base + used for base, used in zip(self._base, process.used, strict=True)]

    def drop(self, pid: int) -> None:
        """Follow a root no longer, though it may go on: what it used so far stays counted."""
        process = self._live.pop(pid, None)
        if process is not None:
            process.look()
            process.look_at_bytes()
            self._done = [done + more for done, more in zip(self._done, process.used, strict=True)]
            process.close()

    def ended(self, pid: int, cpu_s: float) -> None:
        """Take the whole CPU time of a root or adopted process that the caller has waited for."""
        process = self._live.pop(pid, None)
        self._done[0] += cpu_s
        if process is not None:
            self._done[1] += process.read_bytes
            self._done[2] += process.written_bytes
            process.close()
        for child in [other for other in self._live.values() if other.parent == pid]:
            if not child.look():  # it waited for this one, whose time is in its own already
                del self._live[child.pid]
                child.close()

    def look_last(self, pid: int) -> None:
        """Read the bytes of a root that is over and not reaped yet: a short one was never looked at before."""
        process = self._live.get(pid)
        if process is not None:
            process.look_at_bytes()

    def pids(self) -> tuple[int, ...]:
        """List the processes that were alive at the last look."""
        return tuple(self._live)

    def read(self, *, rescan: bool = False) -> TreeReading:
        """Read the tree: roots before their children, so that a child that ends meanwhile is never counted twice."""
        now_s = self._clock()
        scan = rescan or now_s - self._scanned_s >= self._rescan_s
        if scan:
            self._scanned_s = now_s
            self._scan()
        used = self._sum(all_of_it=scan)
        if scan:
            self._memory_bytes = sum([process.memory_bytes() for process in self._live.values()])
        best, base = self._best, self._base
        for at in (0, 1, 2):
            # A child that ended between two looks is missing for a moment: what was used never becomes less.
            if used[at] - base[at] > best[at]:
                best[at] = used[at] - base[at]
        return TreeReading(best[0], self._memory_bytes, int(best[1]), int(best[2]))

    def peak_bytes(self) -> int | None:
        """Give the most memory that this process has held since it began, where it is a root of the tree."""
        root = None if self._me is None else self._live.get(self._me)
        try:
            text = b"" if root is None else root.text("status")
            return int(text[text.index(b"VmHWM:") + 6 :].split()[0]) * 1024
        except (OSError, ValueError, IndexError):
            return None

    def close(self) -> None:
        """Close the descriptors."""
        for process in self._live.values():
            process.close()
        self._live.clear()

    def _follow(self, pid: int, parent: int) -> Process:
        process = self._live[pid] = Process(self._proc, pid, parent, keep=len(self._live) < _KEPT_OPEN)
        return process

    def _scan(self) -> None:
        waiting = list(self._live.values())
        for process in waiting:
            for child in process.children():
                if child not in self._live and child not in self.not_ours:
                    waiting.append(self._follow(child, process.pid))

    def _sum(self, *, all_of_it: bool = True) -> list[float]:
        cpu_s, read_bytes, written_bytes = self._done
        for process in list(self._live.values()):
            if process.pid == self._me:
                ended = self._usage_of_ended()
                process.cpu_s = time.process_time() + ended.ru_utime + ended.ru_stime
            elif not process.look():
                self._bury(process)
                continue
            if all_of_it:
                process.look_at_bytes()
            cpu_s += process.cpu_s
            read_bytes += process.read_bytes
            written_bytes += process.written_bytes
        return [cpu_s, read_bytes, written_bytes]

    def _bury(self, process: Process) -> None:
        """Forget a process that is gone; what it used was added to its parent, unless that is none of ours."""
        del self._live[process.pid]
        process.close()
        if process.parent not in self._live and process.parent != self._me:
            self._done = [done + more for done, more in zip(self._done, process.used, strict=True)]


def _usage_of_ended() -> Callable[[], Any]:
    """Give the function that reads what this process's ended children have used."""
    from resource import RUSAGE_CHILDREN, getrusage

    return partial(getrusage, RUSAGE_CHILDREN)
