"""Write a lock as pylock.toml (PEP 751): the same lock gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vatio.errors import InvalidLock
from vatio.files import write_whole
from vatio.govern.bundle.locks._lock import Lock, LockedFile, LockedPackage

LOCK_VERSION = "1.0"
_PLAIN = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f\"\\\t]*")


def write_lock(lock: Lock, path: str) -> None:
    """Write a lock to ``path``, in whole or not at all.

    Raises:
        InvalidLock: it has files without names, which pylock.toml cannot hold.
        OSError: it cannot be written there.
    """
    write_whole(path, lock_text(lock).encode())


def lock_text(lock: Lock) -> str:
    """Write a lock as the text of a pylock.toml, sorted by package.

    Raises:
        InvalidLock: it has files without names, which pylock.toml cannot hold.
    """
    lines = [f"lock-version = {_text(LOCK_VERSION)}"]
    if lock.environments:
        lines.append(f"environments = [{', '.join(map(_text, lock.environments))}]")
    if lock.requires_python:
        lines.append(f"requires-python = {_text(lock.requires_python)}")
    lines.append('created-by = "vatio"')
    if not lock.packages:
        lines.append("packages = []")
    for package in sorted(lock.packages, key=lambda package: (package.name, package.marker or "")):
        lines += ["", *_package(package)]
    return "\n".join(lines) + "\n"


def _package(package: LockedPackage) -> Iterator[str]:
    yield "[[packages]]"
    yield f"name = {_text(package.name)}"
    if package.version is not None:
        yield f"version = {_text(package.version)}"
    if package.marker is not None:
        yield f"marker = {_text(package.marker)}"
    if package.requires_python is not None:
        yield f"requires-python = {_text(package.requires_python)}"
    for kind in ("archive", "sdist"):
        for file in (file for file in package.files if file.kind == kind):
            yield f"{kind} = {{{', '.join(_fields(file, package))}}}"
    wheels = [f"    {{{', '.join(_fields(file, package))}}}," for file in package.files if file.kind == "wheel"]
    if wheels:
        yield from ("wheels = [", *sorted(wheels), "]")


def _fields(file: LockedFile, package: LockedPackage) -> Iterator[str]:
    if not (file.path or file.url) and not file.name:
        raise InvalidLock(f"package {package.name}: the file of a hash is not known, and pylock.toml names files")
    if file.name and file.kind != "archive":
        yield f"name = {_text(file.name)}"
    if file.url:
        yield f"url = {_text(file.url)}"
    if file.path or not file.url:
        yield f"path = {_text(file.path or file.name)}"
    if file.bytes is not None:
        yield f"size = {file.bytes}"
    yield f"hashes = {{sha256 = {_text(file.sha256)}}}"


def _text(value: str) -> str:
    """Write a TOML basic string.

    >>> _text('a "b"')
    '"a \\\\"b\\\\""'
    """
    if _PLAIN.fullmatch(value):
        return f'"{value}"'
    return '"' + "".join(_escaped(letter) for letter in value) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    return f"\\u{ord(letter):04x}" if ord(letter) < 32 or ord(letter) == 127 else letter
