"""Write a file in whole or not at all, and open only what is a file: a pipe or device of that name must not be waited for."""

from __future__ import annotations

import os
import stat

_GZIP = b"\x1f\x8b"
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)


def write_whole(path: str, data: bytes) -> None:
    """Write ``data`` to ``path``: a file is replaced in whole, through a link; a device, pipe or terminal is written to.

    Raises:
        OSError: it cannot be written; then nothing is left beside it, and what was there still is.
    """
    target = os.path.realpath(path)
    try:
        kind = os.stat(path).st_mode  # not of the target: /dev/fd/63 is a link to no path
    except FileNotFoundError:
        kind = stat.S_IFREG | 0o666
    if not stat.S_ISREG(kind):
        _write_into(path, data)
        return
    # Beside the target, so that the rename stays within one file system; never through a link that somebody laid there.
    fresh = f"{target}.{os.getpid()}"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), stat.S_IMODE(kind))
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        os.replace(fresh, target)
    except OSError:
        os.unlink(fresh)
        raise


def regular(path: str, flags: int, mode: int = 0o600) -> int:
    """Open a regular file, as the ``opener`` of ``open()``; nobody is waited for at the other end of a pipe.

    Raises:
        OSError: there is none, or it is something else.
    """
    descriptor = os.open(path, flags | _NO_WAIT, mode)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(22, "not a regular file", path)
    return descriptor


def read_unpacked(path: str, most_bytes: int) -> bytes:
    """Read a regular file, unpacked where it is gzipped; of what is longer, one byte more than ``most_bytes``.

    Raises:
        OSError: it cannot be read, or is something else.
        EOFError: it is gzipped and cut off.
    """
    with open(path, "rb", opener=regular) as file:
        held = file.read(most_bytes + 1)
    if held[:2] != _GZIP:
        return held
    import gzip  # here: every run loads this file, and few read such a one
    import io

    with gzip.GzipFile(fileobj=io.BytesIO(held)) as packed:
        return packed.read(most_bytes + 1)


def _write_into(path: str, data: bytes) -> None:
    # Without waiting: a pipe that nobody reads is an error, not a wait without end.
    descriptor = os.open(path, os.O_WRONLY | _NO_WAIT)
    try:
        os.set_blocking(descriptor, True)
        while data:
            data = data[os.write(descriptor, data) :]
    finally:
        os.close(descriptor)
