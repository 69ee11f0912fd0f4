"""Check the names that a lock or a bundle gives to files: what is no plain wheel's or archive's name is refused."""

from __future__ import annotations

import re

from vatio.errors import InvalidLock

_LONGEST = 240
_WORD = r"[A-Za-z0-9_](?:[A-Za-z0-9_.!+]*[A-Za-z0-9_])?"
_WHEEL = re.compile(rf"({_WORD})-({_WORD})(?:-\d[A-Za-z0-9_.]*)?-({_WORD})-({_WORD})-({_WORD})\.whl")
_SDIST = re.compile(
    r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)-([A-Za-z0-9](?:[A-Za-z0-9.!+]*[A-Za-z0-9])?)\.(?:tar\.gz|zip)"
)
_PACKAGE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_VERSION = re.compile(r"[0-9][A-Za-z0-9.!+_-]{0,127}")


def normalised(name: str) -> str:
    """Write a package's name as indexes do (PEP 503).

    >>> normalised("Some_Thing.else")
    'some-thing-else'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def check_package_name(name: str, where: str) -> str:
    """Give a package's name, normalised.

    Raises:
        InvalidLock: it is no package's name.
    """
    if len(name) > _LONGEST or _PACKAGE.fullmatch(name) is None:
        raise InvalidLock(f"{where}: {name!r} is no package's name")
    return normalised(name)


def check_version(version: str, where: str) -> str:
    """Give a version.

    Raises:
        InvalidLock: it is no version.
    """
    if _VERSION.fullmatch(version) is None:
        raise InvalidLock(f"{where}: {version!r} is no version")
    return version


def check_wheel_name(name: str, where: str) -> tuple[str, str]:
    """Give package and version that a wheel's file name says.

    >>> check_wheel_name("Some_Thing-1.0-py3-none-any.whl", "lock")
    ('some-thing', '1.0')

    Raises:
        InvalidLock: it is no plain wheel's name: a path, a hidden file, or parts that no wheel has.
    """
    match = _WHEEL.fullmatch(name) if len(name) <= _LONGEST and ".." not in name else None
    if match is None:
        raise InvalidLock(
            f"{where}: {name!r} is no wheel's name", hint="NAME-VERSION-PYTHON-ABI-PLATFORM.whl, without a folder"
        )
    return normalised(match[1]), match[2]


def check_archive_name(name: str, where: str) -> tuple[str, str]:
    """Give package and version that a source archive's file name says.

    Raises:
        InvalidLock: it is no plain archive's name.
    """
    match = _SDIST.fullmatch(name) if len(name) <= _LONGEST and ".." not in name else None
    if match is None:
        raise InvalidLock(f"{where}: {name!r} is no source archive's name", hint="NAME-VERSION.tar.gz, without a folder")
    return normalised(match[1]), match[2]
