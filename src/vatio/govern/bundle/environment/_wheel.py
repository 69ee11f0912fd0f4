"""Look into a wheel without unpacking it: is it a wheel of what its name says, and which digest would its install have?"""

from __future__ import annotations

import os
import re
import stat
import zipfile
from collections.abc import Iterator
from hashlib import sha256

from vatio.errors import BundleRefused, InvalidLock
from vatio.govern.bundle.locks import check_wheel_name
from vatio.measure.snapshot import digest_of_parts, part_name

_SLICE_BYTES = 1 << 20
_MOST_MEMBERS = 500_000
_MOST_BYTES = 64 << 30
# Real wheels unpack to about four times their size, tables of constants to forty.
_MOST_RATIO = 200.0
_SMALL_BYTES = 64 << 20
_SCRIPT = re.compile(r"[^/]+\.data/(?:scripts|data/(?:bin|Scripts))/python[^/]*", re.IGNORECASE)


def check_wheel(path: str) -> tuple[str, str]:
    """Check a wheel's name and its list of contents, and give the package and version that it is of; nothing is unpacked.

    Raises:
        BundleRefused: its name is hostile, it is no zip, or it would unpack to too much or to outside of its folder.
    """
    name = os.path.basename(path)
    try:
        told = check_wheel_name(name, "wheel")
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except InvalidLock as error:
        raise BundleRefused(str(error), hint=error.hint) from error
    except (OSError, zipfile.BadZipFile, ValueError, RuntimeError) as error:
        raise BundleRefused(f"wheel {name} cannot be read: {error}") from error
    for what in _wrong(members, os.path.getsize(path)):
        raise BundleRefused(f"wheel {name}: {what}")
    return told


def wheel_digest(path: str) -> str:
    """Digest a wheel's contents as an installed distribution's files are: both are equal where it was installed from it.

    Raises:
        BundleRefused: it is no wheel, or its bytes are broken.
    """
    check_wheel(path)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = [
                (name, _member_sha256(archive, member))
                for member in archive.infolist()
                if not member.is_dir() and (name := _installed_name(member.filename)) is not None
            ]
    except (OSError, zipfile.BadZipFile, ValueError, EOFError, RuntimeError) as error:
        raise BundleRefused(f"wheel {os.path.basename(path)} is broken: {error}") from error
    return digest_of_parts(parts)


def _wrong(members: list[zipfile.ZipInfo], size_bytes: int) -> Iterator[str]:
    names = [member.filename for member in members]
    if len(members) > _MOST_MEMBERS:
        yield f"{len(members)} files are more than any wheel has"
    if len(set(names)) != len(names):
        yield "a file is in it twice"
    unpacked_bytes = sum(member.file_size for member in members)
    if unpacked_bytes > _MOST_BYTES or (unpacked_bytes > _SMALL_BYTES and unpacked_bytes > _MOST_RATIO * size_bytes):
        yield f"it would unpack to {unpacked_bytes} bytes, {unpacked_bytes / max(size_bytes, 1):.0f} times its size"
    for member in members:
        parts = member.filename.rstrip("/").split("/")
        if (
            "\\" in member.filename
            or "\0" in member.filename
            or any(part in ("", ".", "..") for part in parts)
            or ":" in parts[0]
        ):
            yield f"{member.filename!r} leads out of it"
        if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            yield f"{member.filename!r} is no plain file"
        if member.filename.endswith((".pyc", ".pyo")):  # it would be imported, and counts in no digest
            yield f"{member.filename!r} is compiled code"
        if _SCRIPT.fullmatch(member.filename):
            yield f"{member.filename!r} would take the interpreter's place"
        if member.flag_bits & 1:
            yield f"{member.filename!r} is encrypted"


def _installed_name(name: str) -> str | None:
    """Give the name by which a wheel's file counts once it is installed; ``None`` for what does not count."""
    top, _, rest = name.partition("/")
    if not top.endswith(".data"):
        return part_name(name)
    kind, _, rest = rest.partition("/")
    if kind in ("purelib", "platlib"):
        return part_name(rest)
    if kind == "headers":
        return f"{{headers}}/{rest}"
    return part_name(f"../{rest}") if kind == "data" else None


def _member_sha256(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    hasher, left_bytes = sha256(), member.file_size
    with archive.open(member) as file:
        while part := file.read(_SLICE_BYTES):
            left_bytes -= len(part)
            if left_bytes < 0:
                raise ValueError(f"{member.filename!r} is longer than it says")
            hasher.update(part)
    return hasher.hexdigest()
