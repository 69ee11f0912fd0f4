"""Count the CPU time, memory and bytes of a process tree, ended children included (Linux /proc)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0.01
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
# A process beyond these is read by path: three descriptors each must not eat the workload's limit of 1024.
_KEPT_OPEN = 16
# The files of this many threads stay open; the children of a process's other threads are read by path.
_MOST_THREADS = 32
# The threads are listed anew this often even when their number is the same: one may have taken another's place.
_RELIST = 8


class TreeReading(NamedTuple):
    """Hold what a tree has used so far: seconds and bytes accumulate, ``memory_bytes`` is what it holds now."""

    cpu_s: float
    memory_bytes: int
    read_bytes: int
    written_bytes: int


class _Process:
    """Read one process again and again; a kept descriptor can never name another process that got its number."""

    __slots__ = (
        "_children",
        "_fds",
        "_looks",
        "_more",
        "_path",
        "_threads",
        "cpu_s",
        "parent",
        "pid",
        "read_bytes",
        "written_bytes",
    )

    def __init__(self, proc: str, pid: int, parent: int, *, keep: bool) -> None:
        self.pid, self.parent, self._path = pid, parent, f"{proc}/{pid}"
        self.cpu_s, self.read_bytes, self.written_bytes = 0.0, 0, 0
        self._fds: dict[str, int] = {}
        self._children: list[int] = []
        self._threads = self._looks = 0
        self._more: list[str] = []
        for name in ("stat", "statm", "io") if keep else ():
            try:
                self._fds[name] = os.open(f"{self._path}/{name}", os.O_RDONLY | os.O_CLOEXEC)
            except OSError:
                continue  # io of another user's process may not be read

    def text(self, name: str) -> bytes:
        fd = self._fds.get(name)
        if fd is not None:
            return os.pread(fd, 1024, 0)
        fd = os.open(f"{self._path}/{name}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.read(fd, 1024)
        finally:
            os.close(fd)

    def look(self) -> bool:
        """Read CPU time and parent; tell whether the process is still there."""
        try:
            fields = self.text("stat").rpartition(b")")[2].split()
            self.parent = int(fields[1])
            # Fields 14-17 of proc(5): own user and system time, then those of its waited-for children.
            self.cpu_s = (int(fields[11]) + int(fields[12]) + int(fields[13]) + int(fields[14])) * _TICK_S
        except (OSError, IndexError, ValueError):
            return False
        return True

    @property
    def used(self) -> tuple[float, int, int]:
        """Give CPU-seconds, bytes read and bytes written at the last look."""
        return self.cpu_s, self.read_bytes, self.written_bytes

    def memory_bytes(self) -> int:
        try:
            return int(self.text("statm").split()[1]) * _PAGE_BYTES
        except (OSError, IndexError, ValueError):
            return 0

    def look_at_bytes(self) -> None:
        """Read the bytes that its read and write calls moved; the kernel adds waited-for children."""
        try:
            lines = self.text("io").split()
            self.read_bytes, self.written_bytes = int(lines[1]), int(lines[3])
        except (OSError, IndexError, ValueError):
            return

    def children(self) -> Iterable[int]:
        """List the children of all threads; their files stay open as long as the threads are the same."""
        try:
            count = os.stat(f"{self._path}/task").st_nlink
            if count != self._threads or self._looks == 0:
                self._watch_threads(count)
            self._looks = (self._looks + 1) % _RELIST
            texts = [os.pread(fd, 65536, 0) for fd in self._children]
            texts += [self.text(f"task/{thread}/children") for thread in self._more]
            return [int(child) for text in texts for child in text.split()]
        except (OSError, ValueError):
            self._threads = 0  # a thread has ended: look again next time
            return ()

    def _watch_threads(self, count: int) -> None:
        while self._children:
            os.close(self._children.pop())
        threads = os.listdir(f"{self._path}/task")
        kept = _MOST_THREADS if self._fds else 0
        for thread in threads[:kept]:
            self._children.append(os.open(f"{self._path}/task/{thread}/children", os.O_RDONLY | os.O_CLOEXEC))
        self._threads, self._more = count, threads[kept:]

    def close(self) -> None:
        for fd in (*self._fds.values(), *self._children):
            os.close(fd)
        self._fds.clear()
        self._children.clear()


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
        "_memory_bytes",
        "_proc",
        "_rescan_s",
        "_scanned_s",
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
        self._live: dict[int, _Process] = {}
        self._done: list[float] = [0.0, 0, 0]
        self._scanned_s = float("-inf")
        self._best: list[float] = [0.0, 0, 0]
        self._memory_bytes = 0
        self.not_ours: set[int] = set()
        if own:
            self._follow(os.getpid(), 0)
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
            self._memory_bytes = sum(process.memory_bytes() for process in self._live.values())
        # A child that ended between two looks is missing for a moment: what was used never becomes less.
        self._best = [max(best, now - base) for best, now, base in zip(self._best, used, self._base, strict=True)]
        return TreeReading(self._best[0], self._memory_bytes, int(self._best[1]), int(self._best[2]))

    def peak_bytes(self) -> int | None:
        """Give the most memory that this process has held since it began, where it is a root of the tree."""
        root = self._live.get(os.getpid()) if self.own else None
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

    def _follow(self, pid: int, parent: int) -> None:
        self._live[pid] = _Process(self._proc, pid, parent, keep=len(self._live) < _KEPT_OPEN)

    def _scan(self) -> None:
        waiting = list(self._live)
        for pid in waiting:
            for child in self._live[pid].children():
                if child not in self._live and child not in self.not_ours:
                    self._follow(child, pid)
                    waiting.append(child)

    def _sum(self, *, all_of_it: bool = True) -> list[float]:
        used = list(self._done)
        for pid in list(self._live):
            process = self._live[pid]
            if self.own and pid == os.getpid():
                process.cpu_s = self._own_cpu_s()
            elif not process.look():
                self._bury(process)
                continue
            if all_of_it:
                process.look_at_bytes()
            used[0] += process.cpu_s
            used[1] += process.read_bytes
            used[2] += process.written_bytes
        return used

    def _bury(self, process: _Process) -> None:
        """Forget a process that is gone; what it used was added to its parent, unless that is none of ours."""
        del self._live[process.pid]
        process.close()
        if process.parent not in self._live and not (self.own and process.parent == os.getpid()):
            self._done = [done + more for done, more in zip(self._done, process.used, strict=True)]

    def _own_cpu_s(self) -> float:
        from resource import RUSAGE_CHILDREN, getrusage

        ended = getrusage(RUSAGE_CHILDREN)
        return time.process_time() + ended.ru_utime + ended.ru_stime
