"""What an environment is locked to: packages, versions, and the digests of the files that they may be installed from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from vatio.errors import InvalidLock

_DIGITS = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedFile:
    """Name one file that a package may be installed from by its SHA-256. ``name`` is empty where only the digest is known.

    ``path`` is relative to the lock's folder; ``kind`` is wheel, sdist or archive (installed from its own path or URL).
    """

    sha256: str
    name: str = ""
    kind: str = "wheel"
    path: str | None = None
    url: str | None = None
    bytes: int | None = None

    def __post_init__(self) -> None:
        if len(self.sha256) != 64 or not _DIGITS.issuperset(self.sha256):
            raise InvalidLock(
                f"{self.name or 'a file'}: {self.sha256[:80]!r} is no SHA-256", hint="64 hexadecimal digits, in lower case"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedPackage:
    """Lock one package; ``name`` is normalised, ``marker`` says where it is installed (PEP 508)."""

    name: str
    version: str | None
    files: tuple[LockedFile, ...]
    marker: str | None = None
    requires_python: str | None = None

    def __post_init__(self) -> None:
        if not self.files:
            raise InvalidLock(f"package {self.name}: no file with a hash", hint="lock it again with hashes")
        if self.version is None and any(not file.name and file.url is None for file in self.files):
            raise InvalidLock(f"package {self.name}: neither a version nor a file's name")
        # A line's end in it would be a line of its own for the installer.
        if self.marker is not None and not self.marker.isprintable():
            raise InvalidLock(f"package {self.name}: {self.marker[:60]!r} is no marker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Lock an environment. ``folder`` is the one that paths of files are relative to; ``tool`` are vatio's own remarks."""

    packages: tuple[LockedPackage, ...]
    requires_python: str | None = None
    environments: tuple[str, ...] = ()
    folder: str | None = None

    def __post_init__(self) -> None:
        # The same package may stand twice only where markers tell which one is meant.
        seen = Counter((package.name, package.marker) for package in self.packages)
        bare = {package.name for package in self.packages if package.marker is None}
        names = Counter(package.name for package in self.packages)
        twice = sorted({name for (name, _), count in seen.items() if count > 1} | {name for name in bare if names[name] > 1})
        if twice:
            raise InvalidLock(f"package {twice[0]} is locked twice", hint="a package stands once, or once for each marker")

    def package(self, name: str) -> LockedPackage | None:
        """Find a package by its normalised name; the first one where markers lock several."""
        return next((package for package in self.packages if package.name == name), None)
