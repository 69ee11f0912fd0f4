"""Read what one process has used and which children it has, again and again (Linux /proc)."""

from __future__ import annotations

import os
from collections.abc import Iterable

from vatio.measure._procfile import NEARLY_A_PAGE, PAGE_BYTES, rest_of

_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0.01
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
# The files of this many threads stay open; the children of a process's other threads are read by path.
_MOST_THREADS = 32
# The threads are listed anew this often even when their number is the same: one may have taken another's place.
_RELIST = 8


class Process:
    """Read one process again and again; a kept descriptor can never name another process that got its number."""

    __slots__ = (
        "_children",
        "_fds",
        "_looks",
        "_more",
        "_path",
        "_task",
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
        for name in ("stat", "statm", "io", "task") if keep else ():
            try:
                self._fds[name] = os.open(f"{self._path}/{name}", os.O_RDONLY | os.O_CLOEXEC)
            except OSError:
                continue  # io of another user's process may not be read
        self._task: int | str = self._fds.get("task", f"{self._path}/task")

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
            fields = self.text("stat").rpartition(b")")[2].split(None, 15)
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
            return int(self.text("statm").split(None, 2)[1]) * _PAGE_BYTES
        except (OSError, IndexError, ValueError):
            return 0

    def look_at_bytes(self) -> None:
        """Read the bytes that its read and write calls moved; the kernel adds waited-for children."""
        try:
            words = self.text("io").split(None, 4)
            self.read_bytes, self.written_bytes = int(words[1]), int(words[3])
        except (OSError, IndexError, ValueError):
            return

    def children(self) -> Iterable[int]:
        """List the children of all threads; their files stay open as long as the threads are the same."""
        try:
            # The folder stays open: its path would be looked up anew, which costs ten times as much.
            count = os.stat(self._task).st_nlink
            if count != self._threads or self._looks == 0:
                self._watch_threads(count)
            self._looks = (self._looks + 1) % _RELIST
            found = b""
            for fd in self._children:
                found += _whole(fd)
            for thread in self._more:
                fd = os.open(f"{self._path}/task/{thread}/children", os.O_RDONLY | os.O_CLOEXEC)
                try:
                    found += _whole(fd)
                finally:
                    os.close(fd)
            return [int(child) for child in found.split()] if found else ()
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


def _whole(fd: int) -> bytes:
    text = os.pread(fd, PAGE_BYTES, 0)
    return text + rest_of(fd, len(text)) if len(text) > NEARLY_A_PAGE else text
