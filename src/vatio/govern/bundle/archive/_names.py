"""Check the paths that a bundle would write, before it writes any."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from vatio.errors import BundleRefused
from vatio.govern.bundle.archive._manifest import Member

MANIFEST, SIGNATURE = "manifest.json", "signature.json"
_FILES = frozenset(("record.json", "environment.json", "proof.json", "pylock.toml", "change.bin"))
_FOLDERS = frozenset(("code", "wheels", "inputs"))
_MOST_MEMBERS = 500_000
_LONGEST_PATH, _LONGEST_NAME, _DEEPEST = 2048, 255, 64
_DIGITS = frozenset("0123456789abcdef")


def check_member_names(members: Sequence[Member]) -> None:
    """Check that each path stays in its place, and that no two of them are one file here or on another system.

    Raises:
        BundleRefused: a path leads elsewhere, collides, or stands out of order; a digest is none.
    """
    if len(members) > _MOST_MEMBERS:
        raise BundleRefused(f"{len(members)} files are more than any bundle has")
    taken: dict[str, str] = {}
    before = ""
    for member in members:
        _check_path(member.path)
        if member.path <= before:
            raise BundleRefused(f"{member.path!r} stands twice or out of order")
        before = member.path
        if len(member.sha256) != 64 or not _DIGITS.issuperset(member.sha256) or member.bytes < 0:
            raise BundleRefused(f"{member.path!r} has no digest or length")
        _check_collision(member.path, taken)


def is_member_path(path: str) -> bool:
    """Tell whether a path could be written to by a bundle.

    >>> [is_member_path(path) for path in ("code/a.py", "../a", "/a", "code/../../a", "other/a", "code/a\\\\b")]
    [True, False, False, False, False, False]
    """
    try:
        _check_path(path)
    except BundleRefused:
        return False
    return True


def _check_path(path: str) -> None:
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\\" in path or not path.isprintable():
        raise BundleRefused(f"{path[:100]!r} leads out of the bundle's folder")
    if not (path in _FILES or (len(parts) > 1 and parts[0] in _FOLDERS)):
        raise BundleRefused(f"{path[:100]!r} is no file of a bundle")
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    if len(path) > _LONGEST_PATH or len(parts) > _DEEPEST or any(len(part) > _LONGEST_NAME for part in encoded):
        raise BundleRefused(f"{path[:100]!r}... is longer or deeper than a path may be")


def _check_collision(path: str, taken: dict[str, str]) -> None:
    """Refuse what is the same file on a system that takes upper for lower case, and a file where there is a folder."""
    parts = path.split("/")
    for end in range(1, len(parts) + 1):
        whole = "/".join(parts[:end])
        key = unicodedata.normalize("NFC", whole).casefold()
        kind = whole if end == len(parts) else f"{whole}/"
        other = taken.setdefault(key, kind)
        if other != kind:
            raise BundleRefused(f"{path!r} collides with {other!r}")
