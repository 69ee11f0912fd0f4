"""Write and read a tar of plain files in one way only: a reader computes each header anew and takes no other.

So every byte of the file is either a header or padding that could not be otherwise, or content that a digest is held
against. Nothing is compressed: no file of a few bytes becomes many.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import BinaryIO, NamedTuple

from vatio.errors import BundleRefused, MeasureError
from vatio.files import regular

_BLOCK = 512
_SLICE_BYTES = 1 << 20
_LONGEST_HEADER = 1 << 16
_ZEROS = bytes(_BLOCK)


class Source(NamedTuple):
    """Hold what a member is written from: bytes, or the path of a file with the digest and length that it was found to have."""

    path: str
    content: bytes | str
    sha256: str
    bytes: int
    executable: bool = False


class Header(NamedTuple):
    """Hold what the header of a member says."""

    path: str
    bytes: int
    executable: bool


def write_archive(out: str, sources: Iterable[Source]) -> None:
    """Write members in their order; the same members make the same bytes. The file is there in whole, or not at all.

    Raises:
        MeasureError: a file changed since it was digested.
        OSError: it cannot be written.
    """
    target = os.path.realpath(out)
    fresh = f"{target}.{os.getpid()}"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
    try:
        with open(descriptor, "wb") as file:
            for source in sources:
                file.write(header_bytes(Header(source.path, source.bytes, source.executable)))
                _copy(source, file)
                file.write(bytes(-source.bytes % _BLOCK))
            file.write(_ZEROS * 2)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, target)
    except BaseException:
        os.unlink(fresh)
        raise


def header_bytes(header: Header) -> bytes:
    """Write a header: no owner, no date, mode 0644 or 0755."""
    item = tarfile.TarInfo(header.path)
    item.size, item.mode, item.mtime = header.bytes, 0o755 if header.executable else 0o644, 0
    return item.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")


class ArchiveReader:
    """Read the members of a tar, one after the other, refusing every byte that ``write_archive`` would not have written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def header(self) -> Header | None:
        """Read the next header; ``None`` at the end, behind which nothing may follow.

        Raises:
            BundleRefused: the archive is cut off, or it is no plain file's header.
        """
        block = self._take(_BLOCK)
        if block == _ZEROS:
            if self._take(_BLOCK) != _ZEROS or self._file.read(1):
                raise BundleRefused("something follows the end of the bundle")
            return None
        extended = b""
        if block[156:157] == b"x":
            length_bytes = self._length(block)
            if length_bytes > _LONGEST_HEADER:
                raise BundleRefused("a header is longer than any is")
            extended = block + self._take(length_bytes + -length_bytes % _BLOCK)
            block = self._take(_BLOCK)
        return _parsed(block, extended)

    def content(self, header: Header, write: Callable[[bytes], object]) -> str:
        """Read the content of the header that was read last, and give its SHA-256.

        Raises:
            BundleRefused: it is cut off, or what fills its last block is not empty.
        """
        hasher, left_bytes = sha256(), header.bytes
        while left_bytes:
            part = self._take(min(left_bytes, _SLICE_BYTES))
            left_bytes -= len(part)
            hasher.update(part)
            write(part)
        if any(self._take(-header.bytes % _BLOCK)):
            raise BundleRefused(f"{header.path!r} is followed by what does not belong to it")
        return hasher.hexdigest()

    def _take(self, length_bytes: int) -> bytes:
        data = self._file.read(length_bytes)
        if len(data) != length_bytes:
            raise BundleRefused("the bundle is cut off", hint="fetch it again")
        return data

    def _length(self, block: bytes) -> int:
        try:
            return int(block[124:135], 8)
        except ValueError as error:
            raise BundleRefused("a header has no length") from error


def _parsed(block: bytes, extended: bytes) -> Header:
    try:
        item = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        more = dict(_records(extended[_BLOCK:])) if extended else {}
        header = Header(more.get("path", item.name), int(more.get("size", item.size)), bool(item.mode & 0o100))
        expected = header_bytes(header)
    except (tarfile.TarError, ValueError, OverflowError) as error:
        raise BundleRefused(f"this is no bundle: {error}", hint="vatio runs export RUN --as bundle makes one") from error
    if item.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
        raise BundleRefused(f"{header.path[:100]!r} is no plain file but a link, a folder or a device")
    if expected != extended + block:
        raise BundleRefused(f"the header of {header.path[:100]!r} is not as a bundle's are")
    return header


def _records(data: bytes) -> Iterator[tuple[str, str]]:
    """Read the records of an extended header: their length, a space, a name, an equals sign, a value, a line's end."""
    data = data.rstrip(b"\0")
    while data:
        length, _, _ = data.partition(b" ")
        end = int(length)
        if end <= len(length) + 1 or end > len(data):
            raise ValueError("an extended header is broken")
        name, _, value = data[len(length) + 1 : end - 1].decode("utf-8").partition("=")
        yield name, value
        data = data[end:]


def _copy(source: Source, file: BinaryIO) -> None:
    if isinstance(source.content, bytes):
        file.write(source.content)
        return
    hasher, length_bytes = sha256(), 0
    with open(source.content, "rb", opener=regular) as found:
        while part := found.read(_SLICE_BYTES):
            hasher.update(part)
            length_bytes += len(part)
            if length_bytes <= source.bytes:
                file.write(part)
    if (hasher.hexdigest(), length_bytes) != (source.sha256, source.bytes):
        raise MeasureError(f"{source.content} changed while it was packed", hint="export the run again")
