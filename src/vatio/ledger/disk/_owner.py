"""Know whether the process that owns a run is still there: a record lock that dies with it and that no child inherits."""

from __future__ import annotations

import os
from functools import cache

from vatio.files import regular

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

FILE = "owner.lock"
# (device, inode) -> pid: a process cannot see its own record lock, and closing any descriptor of the file drops it.
_held: dict[tuple[int, int], int] = {}


@cache
def machine_id() -> str:
    """Give the digest of this machine's id, by which a copied ledger and another host's run are recognised."""
    from vatio.digest import sha256

    return sha256(b"vatio.machine\n" + _machine()).hexdigest()[:32]


class OwnerLock:
    """Hold the lock of one run's spool folder for as long as this process lives or until ``release``.

    The ranks of a job own their run together: each holds one byte, its ``part``, so that the run is owned until the last.
    """

    def __init__(self, folder: str, *, part: int | None = None) -> None:
        self._path, self._part = os.path.join(folder, FILE), part
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock without waiting; tell whether it is ours now."""
        if self._descriptor is not None:
            return True
        if _ours(self._path):
            return False
        descriptor = regular(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        if not _lock(descriptor, exclusive=True, part=self._part):
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{machine_id()} {os.getpid()}\n".encode())
        status = os.fstat(descriptor)
        _held[status.st_dev, status.st_ino] = os.getpid()
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is None:
            return
        status = os.fstat(self._descriptor)
        _held.pop((status.st_dev, status.st_ino), None)
        os.close(self._descriptor)
        self._descriptor = None

    def held_elsewhere(self) -> bool:
        """Tell whether another process holds the lock."""
        return not _ours(self._path) and _is_locked(self._path)

    def __enter__(self) -> OwnerLock:
        self.acquire()
        return self

    def __exit__(self, *exception: object) -> None:
        self.release()


def is_owned(folder: str) -> bool:
    """Tell whether any process, this one included, owns the run of a spool folder."""
    path = os.path.join(folder, FILE)
    return _ours(path) or _is_locked(path)


def owner_machine(folder: str) -> str | None:
    """Give the machine on which the owner of a spool folder ran; ``None`` when nothing says so."""
    path = os.path.join(folder, FILE)
    if _ours(path):  # opening and closing it would drop our own lock
        return machine_id()
    try:
        with open(path, encoding="ascii", opener=regular) as file:
            return file.readline().partition(" ")[0] or None
    except (OSError, UnicodeDecodeError):
        return None


def _ours(path: str) -> bool:
    try:
        status = os.stat(path)
    except OSError:
        return False
    return _held.get((status.st_dev, status.st_ino)) == os.getpid()


def _is_locked(path: str) -> bool:
    try:
        descriptor = regular(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        # Shared: two who ask at once do not see each other.
        return not _lock(descriptor, exclusive=False)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, *, exclusive: bool, part: int | None = None) -> bool:
    if fcntl is None:
        return _lock_windows(descriptor)
    try:
        bytes_locked, start = (0, 0) if part is None else (1, part)
        fcntl.lockf(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB, bytes_locked, start)
    except OSError:
        return False
    return True


def _lock_windows(descriptor: int) -> bool:
    import msvcrt

    try:
        # One byte far behind the text, because Windows locks are mandatory and the text is read by others.
        os.lseek(descriptor, 1 << 30, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True


def _machine() -> bytes:
    for path in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        try:
            with open(path, "rb") as file:
                found = file.read(64).strip()
        except OSError:
            continue
        if found:
            return found
    import platform  # here: only machines without an id pay for it

    return platform.node().encode()
