"""Write a file in whole or not at all, and open only what is a file: a pipe or device of that name must not be waited for."""

from __future__ import annotations

import errno
import os
import stat

_GZIP = b"\x1f\x8b"
# What people give for a text, by its first bytes.
_NO_TEXT = {
    b"\xff\xfe": "it is UTF-16",
    b"\xfe\xff": "it is UTF-16",
    b"PK\x03\x04": "it is a spreadsheet or a zip file",
    b"PAR1": "it is a Parquet file",
    b"SQLite": "it is a database",
    b"%PDF": "it is a PDF",
}
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
    import zlib

    try:
        with gzip.GzipFile(fileobj=io.BytesIO(held)) as packed:
            return packed.read(most_bytes + 1)
    except zlib.error:
        raise OSError(errno.EILSEQ, "its packed bytes are damaged", path) from None


def text_of(held: bytes) -> str:
    """Read bytes as text in UTF-8, after a byte order mark or not.

    Raises:
        OSError: they are none; as of a file that cannot be read, ``strerror`` says why, and in which line.
    """
    kind = next((said for begin, said in _NO_TEXT.items() if held.startswith(begin)), None)
    if kind is not None:
        raise OSError(errno.EILSEQ, f"{kind}, not text in UTF-8")
    try:
        text, at = held.decode("utf-8-sig"), held.find(b"\0")
    except UnicodeDecodeError as error:
        at = error.start
    if at >= 0:
        line = held.count(b"\n", 0, at) + 1
        raise OSError(errno.EILSEQ, f"line {line} is not text in UTF-8")
    return text


def _write_into(path: str, data: bytes) -> None:
    # Without waiting: a pipe that nobody reads is an error, not a wait without end.
    descriptor = os.open(path, os.O_WRONLY | _NO_WAIT)
    try:
        os.set_blocking(descriptor, True)
        while data:
            data = data[os.write(descriptor, data) :]
    finally:
        os.close(descriptor)
