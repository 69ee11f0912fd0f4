"""Keep what a workload says of itself: phases, work, metrics, artifacts, one JSON line each (CONTRACT.md 4).

An event is a mapping with its kind in ``e``: ``begin`` and ``end`` of a phase (``id name parent t pid rank thread cpu_s``),
``work`` (``units``), ``metric`` (``name value``), ``artifact`` (``path``), ``gap`` (``start end reason paused_s``), ``note``
(``text``), ``rank`` (``rank pid cpu_s status``: a rank has left the block). ``t`` is the boot's CLOCK_MONOTONIC.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from vatio.files import regular

Event = Mapping[str, Any]
# One write of at most a page is not torn by other writers of an O_APPEND file.
LINE_BYTES = 4096
# A phase a millisecond long must not turn the sampler into a busy loop.
WAKES_PER_S = 20.0
FILE = "events.jsonl"


def wake_address(run: str) -> str:
    """Name the abstract socket on which the measurer of a run listens (Linux; a leading NUL, no file)."""
    return f"\0vatio/{run}"


class EventLog:
    """Append events to a run's folder; without one, or when it cannot be written, keep them in memory."""

    __slots__ = ("_fd", "_kept", "folder")

    def __init__(self, folder: str | None) -> None:
        self.folder = folder
        self._fd: int | None = None
        self._kept: list[Event] = []

    def append(self, event: Event) -> bool:
        """Write one line with one write; tell whether it lies on disk."""
        from json import dumps

        line = dumps(event, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        if len(line) > LINE_BYTES:
            line = dumps(event := _too_long(event), separators=(",", ":")).encode() + b"\n"
        if self.folder is None or not self._write(line):
            self._kept.append(event)
            return False
        return True

    def events(self) -> list[Event]:
        """List what was logged by this and by other processes; a torn line is left out."""
        return [*(read_events(self.folder) if self.folder is not None else ()), *self._kept]

    def close(self) -> None:
        """Close the file."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _write(self, line: bytes) -> bool:
        try:
            if self._fd is None:
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
                self._fd = regular(os.path.join(self.folder or "", FILE), flags)
            return os.write(self._fd, line) == len(line)
        except OSError:
            return False


class OutsideLog:
    """Append events to the run of a wrapping ``vatio run`` and wake its sampler; when its folder is gone, do nothing."""

    __slots__ = ("_fd", "_folder", "_next_s", "_run", "_socket")

    def __init__(self, folder: str, run: str) -> None:
        self._folder, self._run = folder, run
        self._fd: int | None = None
        self._socket: Any = None
        self._next_s = float("-inf")

    def append(self, event: Event) -> bool:
        """Write one line with one write, and wake the sampler at the boundary of a phase."""
        from json import dumps

        line = dumps(event, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        if len(line) > LINE_BYTES:
            line = dumps(event := _too_long(event), separators=(",", ":")).encode() + b"\n"
        if not self._write(line):
            return False
        now_s = time.monotonic()
        if event["e"] in ("begin", "end") and now_s >= self._next_s:
            self._next_s = now_s + 1.0 / WAKES_PER_S
            self._wake()
        return True

    def _write(self, line: bytes) -> bool:
        try:
            if self._fd is None:
                # Without O_CREAT: a folder that is sealed and gone must not come back.
                self._fd = regular(os.path.join(self._folder, FILE), os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
            elif os.fstat(self._fd).st_nlink == 0:
                return False
            return os.write(self._fd, line) == len(line)
        except OSError:
            return False

    def _wake(self) -> None:
        try:
            if self._socket is None:
                import _socket  # the socket module brings selectors and enum, 4 ms

                self._socket = _socket.socket(
                    _socket.AF_UNIX, _socket.SOCK_DGRAM | _socket.SOCK_NONBLOCK | _socket.SOCK_CLOEXEC
                )
            self._socket.sendto(b"!", wake_address(self._run))
        except (OSError, AttributeError, ImportError):
            return  # nobody listens: the boundary is interpolated


def _too_long(event: Event) -> Event:
    return {"e": "note", "text": f"an event ({event.get('e')}) of more than {LINE_BYTES} bytes is left out"}


def artifacts_of(events: Iterable[Event]) -> tuple[str, ...]:
    """List the files that a workload said it has made, each once.

    >>> artifacts_of([{"e": "artifact", "path": "/a"}, {"e": "work"}, {"e": "artifact", "path": "/a"}])
    ('/a',)
    """
    paths = [event.get("path") for event in events if event.get("e") == "artifact"]
    return tuple(dict.fromkeys(path for path in paths if isinstance(path, str) and "\0" not in path))


def read_events(folder: str) -> Iterator[Event]:
    """Read the events of a run's folder in the order of their lines; skip what is not a whole event."""
    from json import loads

    try:
        with open(os.path.join(folder, FILE), "rb", opener=regular) as file:
            for line in file:
                try:
                    event = loads(line)
                except (ValueError, RecursionError):
                    continue
                if isinstance(event, dict) and isinstance(event.get("e"), str):
                    yield event
    except OSError:
        return


class WorkTold:
    """Add up the work that a workload has told of so far; each call reads only the lines that are new."""

    __slots__ = ("_at", "_path", "_units")

    def __init__(self, folder: str | None) -> None:
        self._path, self._at = None if folder is None else os.path.join(folder, FILE), 0
        self._units: dict[str, float] = {}

    def units(self) -> Mapping[str, float]:
        """Give the count of each unit."""
        from json import loads

        for line in self._fresh().splitlines():
            try:
                event = loads(line)
                counts = event["units"] if event["e"] == "work" else {}
                for unit, count in counts.items():
                    self._units[unit] = self._units.get(unit, 0.0) + float(count)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                continue
        return dict(self._units)

    def _fresh(self) -> bytes:
        """Read the whole lines that have been written since the last time."""
        try:
            with open(self._path or "", "rb", opener=regular) as file:
                file.seek(self._at)
                text = file.read()
        except OSError:
            return b""
        whole = text[: text.rfind(b"\n") + 1]
        self._at += len(whole)
        return whole
