"""Read requirements with hashes, and write a lock as such: the one form that both pip and uv install by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from vatio.errors import InvalidLock
from vatio.govern.bundle.locks._lock import Lock, LockedFile, LockedPackage
from vatio.govern.bundle.locks._names import check_package_name, check_version

_PINNED = re.compile(r"([A-Za-z0-9._-]+)\s*(?:\[[A-Za-z0-9._,\s-]*\])?\s*={2,3}\s*([^\s;]+)\s*(?:;\s*(.+))?")
_HASH = re.compile(r"--hash[= ]\s*([a-z0-9]+):(\S+)")
# Where packages come from is the installer's business; their hashes say which they are.
_IGNORED = (
    "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--no-index", "--require-hashes", "--only-binary",
    "--no-binary", "--prefer-binary", "--trusted-host", "--pre",
)  # fmt: skip


class Line(NamedTuple):
    """Hold one line as it is meant, joined where it was continued, and the number of its first line."""

    number: int
    text: str


def parse_requirements(text: str) -> Lock:
    """Read requirements that are pinned by ``==`` and have ``--hash=sha256:``.

    Raises:
        InvalidLock: a line is not pinned, has no such hash, or includes another file.
    """
    packages = [_package(line) for line in _lines(text) if not _is_ignored(line.text)]
    if not packages:
        raise InvalidLock("no package is locked", hint="NAME==VERSION --hash=sha256:... on each line")
    return Lock(packages=tuple(packages))


def requirements_text(lock: Lock) -> str:
    """Write a lock as requirements with hashes; files with a path or address of their own keep to them.

    Raises:
        InvalidLock: a package has no version, and its file's name tells none.
    """
    return "".join(f"{_requirement(package, lock)}\n" for package in lock.packages)


def _requirement(package: LockedPackage, lock: Lock) -> str:
    from pathlib import Path

    archive = next((file for file in package.files if file.kind == "archive"), None)
    marker = f" ; {package.marker}" if package.marker else ""
    if archive is not None:
        place = archive.url
        if place is None:
            place = Path(lock.folder or Path.cwd(), archive.path or archive.name).as_uri()
        return f"{package.name} @ {place}{marker} --hash=sha256:{archive.sha256}"
    version = package.version or _version_told(package)
    hashes = " ".join(f"--hash=sha256:{digest}" for digest in sorted({file.sha256 for file in package.files}))
    return f"{package.name}=={version}{marker} {hashes}"


def _version_told(package: LockedPackage) -> str:
    from vatio.govern.bundle.locks._names import check_archive_name, check_wheel_name

    name = package.files[0].name
    check = check_wheel_name if name.endswith(".whl") else check_archive_name
    return check(name, f"package {package.name}")[1]


def _lines(text: str) -> Iterator[Line]:
    whole, first = "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = re.sub(r"(^|\s)#.*$", "", raw).rstrip()
        first = first or number
        if line.endswith("\\"):
            whole += line[:-1] + " "
            continue
        whole = (whole + line).strip()
        if whole:
            yield Line(first, whole)
        whole, first = "", 0
    if whole.strip():
        yield Line(first, whole.strip())


def _is_ignored(line: str) -> bool:
    return line.split("=")[0].split()[0] in _IGNORED


def _package(line: Line) -> LockedPackage:
    where = f"line {line.number}"
    if line.text.startswith("-"):
        raise InvalidLock(f"{where}: {line.text[:60]!r} is not read", hint="give one whole lock, without other files")
    requirement = _HASH.sub("", line.text).strip()
    match = _PINNED.fullmatch(requirement)
    if match is None or "*" in match[2]:
        raise InvalidLock(f"{where}: {requirement[:80]!r} is not pinned to one version", hint="NAME==VERSION --hash=sha256:...")
    digests = [digest.lower() for kind, digest in _HASH.findall(line.text) if kind == "sha256"]
    if not digests:
        raise InvalidLock(f"{where}: {match[1]} has no sha256", hint="uv pip compile --generate-hashes writes them")
    try:
        return LockedPackage(
            name=check_package_name(match[1], where),
            version=check_version(match[2], where),
            files=tuple(LockedFile(sha256=digest) for digest in dict.fromkeys(digests)),
            marker=match[3].strip() if match[3] else None,
        )
    except InvalidLock as error:
        raise InvalidLock(f"{where}: {error}", hint=error.hint) from error
