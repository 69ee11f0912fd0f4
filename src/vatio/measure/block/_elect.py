"""Elect one measurer for each host among the processes of a job, by record locks in memory (CONTRACT.md 5).

The folder ``/dev/shm/vatio-<uid>-<digest of the job>`` holds ``mutex``, held for moments; ``measurer``, held by the process
that reads the meters; one file for each process that is in the block, locked by it; and ``run.json``, which names the run.
A record lock dies with its process and is not inherited by a fork, so nothing has to be cleaned up after a kill.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from vatio.errors import MeasureError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

SHARED = "/dev/shm"  # noqa: S108  the folder is made 0700, and refused where it is not ours
_PATIENCE_S = 1.0
_RETRY_S = 0.002


class Election:
    """Take part in a job's election on this host. A process makes one object for each block."""

    def __init__(self, key: str, *, shared: str = SHARED) -> None:
        from vatio.digest import sha256

        self.folder = os.path.join(shared, f"vatio-{os.getuid()}-{sha256(key.encode()).hexdigest()[:24]}")
        self._locks: dict[str, int] = {}
        self._mine = f"rank-{os.getpid()}"

    def enter(self) -> None:
        """Make or find the folder.

        Raises:
            MeasureError: it cannot be made, or belongs to somebody else.
        """
        if fcntl is None:
            raise MeasureError("this system has no record locks")
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            status = os.lstat(self.folder)
        except OSError as error:
            raise MeasureError(f"cannot use {self.folder}: {error.strerror}") from error
        if status.st_uid != os.getuid() or status.st_mode & 0o077:
            raise MeasureError(f"{self.folder} is not ours alone")

    @contextmanager
    def mutex(self) -> Iterator[None]:
        """Be alone for a moment.

        Raises:
            MeasureError: it was not had within a second.
        """
        give_up_s = time.monotonic() + _PATIENCE_S
        while not self._lock("mutex"):
            if time.monotonic() >= give_up_s:
                raise MeasureError("the other processes of the job did not let go within a second")
            time.sleep(_RETRY_S)
        try:
            yield
        finally:
            self._unlock("mutex")

    def join(self) -> None:
        """Be in the block from now on."""
        self._lock(self._mine)

    def others(self) -> list[int]:
        """List the processes that are in the block, but this one; the marks of dead ones go."""
        found = []
        for name in self._names():
            if not name.startswith("rank-") or name == self._mine:
                continue
            if self._is_locked(name):
                found.append(int(name.removeprefix("rank-")))
            else:
                with suppress(OSError):
                    os.unlink(os.path.join(self.folder, name))
        return found

    def leave(self) -> None:
        """Be in the block no longer."""
        self.yield_measuring()
        with suppress(OSError):
            os.unlink(os.path.join(self.folder, self._mine))
        self._unlock(self._mine)

    def try_measuring(self) -> bool:
        """Become the measurer, if nobody is."""
        return self._lock("measurer")

    def yield_measuring(self) -> None:
        """Be the measurer no longer."""
        self._unlock("measurer")

    @property
    def run(self) -> dict[str, Any] | None:
        """Read which run the job has on this host."""
        from json import loads

        try:
            with open(os.path.join(self.folder, "run.json"), "rb") as file:
                found = loads(file.read())
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def publish(self, run: dict[str, Any]) -> None:
        """Say which run the job has on this host."""
        from json import dumps

        path = os.path.join(self.folder, "run.json")
        with open(f"{path}.{os.getpid()}", "w", encoding="utf-8") as file:
            file.write(dumps(run))
        os.replace(f"{path}.{os.getpid()}", path)

    def clear(self) -> None:
        """Forget the run: the last process has left, or all have died."""
        for name in self._names():
            if name != "mutex" and name != self._mine:
                with suppress(OSError):
                    os.unlink(os.path.join(self.folder, name))

    def remove(self) -> None:
        """Take the folder away behind the last process."""
        from shutil import rmtree

        rmtree(self.folder, ignore_errors=True)

    def close(self) -> None:
        """Let go of every lock."""
        for name in list(self._locks):
            self._unlock(name)

    def _names(self) -> list[str]:
        try:
            return os.listdir(self.folder)
        except OSError:
            return []

    def _lock(self, name: str) -> bool:
        if name in self._locks:
            return True
        path = os.path.join(self.folder, name)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The last one out may have taken the file away between opening and locking it.
            if os.fstat(descriptor).st_nlink:
                self._locks[name] = descriptor
                return True
        except OSError:
            pass
        os.close(descriptor)
        return False

    def _unlock(self, name: str) -> None:
        descriptor = self._locks.pop(name, None)
        if descriptor is not None:
            os.close(descriptor)

    def _is_locked(self, name: str) -> bool:
        try:
            descriptor = os.open(os.path.join(self.folder, name), os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(descriptor)
        return False
