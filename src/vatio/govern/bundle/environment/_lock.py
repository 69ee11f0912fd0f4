"""Lock an environment as it is installed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import file_digest

from vatio.errors import InvalidLock
from vatio.govern.bundle.environment._gather import Gathered, Wanted, gather_wheels
from vatio.govern.bundle.environment._installed import installed
from vatio.govern.bundle.locks import Lock, LockedFile, LockedPackage, normalised


def lock_of_environment(python: str, *, wheels: str, given: str | None = None, download: bool = False) -> Lock:
    """Lock what an interpreter finds, without vatio, by wheels that have the installed bytes.

    They are taken from the folder ``given``, from the index where ``download`` asks for it, or made again from the installed
    files into ``wheels``, which the lock's paths are relative to. What is installed to be edited is not locked.

    Raises:
        InvalidLock: of a distribution no wheel can be had or made.
    """
    items = [item for item in installed(python) if not item.editable]
    os.makedirs(wheels, exist_ok=True)
    wanted = [Wanted(name=item.name, version=item.version, sha256=item.sha256, installed=item) for item in items]
    found = list(gather_wheels(python, wanted, folder=wheels, given=given, download=download, environ=os.environ))
    lacking = [f"{one.wanted.name} ({one.why})" for one in found if one.path is None]
    if lacking:
        raise InvalidLock(f"no wheel of {', '.join(lacking)}", hint="give a folder that has it")
    return lock_of_wheels(found, folder=wheels)


def lock_of_wheels(found: Iterable[Gathered], *, folder: str, below: str = "") -> Lock:
    """Lock gathered wheels by their digests; ``below`` is put before their names."""
    packages = [_package(one, one.path, folder, below) for one in found if one.path is not None]
    return Lock(packages=tuple(sorted(packages, key=lambda package: package.name)), folder=folder)


def _package(one: Gathered, path: str, folder: str, below: str) -> LockedPackage:
    name = os.path.basename(path)
    with open(path, "rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    place = f"{below}{name}" if below else os.path.relpath(path, folder).replace(os.sep, "/")
    # A wheel that was given lies elsewhere: its name is enough to find it by.
    inside = None if place.startswith("..") else place
    locked = LockedFile(sha256=digest, name=name, path=inside, bytes=os.path.getsize(path))
    return LockedPackage(name=normalised(one.wanted.name), version=one.wanted.version, files=(locked,))
