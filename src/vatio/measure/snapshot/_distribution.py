"""Digest a distribution by the bytes of its installed files, so that a wheel and what was installed from it have one digest.

Left out is what installing makes or changes: scripts, ``*.pyc``, and INSTALLER, REQUESTED, RECORD and direct_url.json.
The digest is that of the sorted lines ``<sha256> <path>``. While a run goes on the digests that RECORD tells are taken for
every file that has the size of its line and is not younger than RECORD, which installers write last; any other file is
read. ``distribution_digest`` reads them all.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple, TypeVar

from vatio.files import regular
from vatio.measure.snapshot._files import StatCache, mark

T = TypeVar("T")
_SLICE_BYTES = 1 << 20
_SLICE_FILES = 256
_MADE_BY_INSTALLING = frozenset(
    ("INSTALLER", "REQUESTED", "RECORD", "RECORD.jws", "RECORD.p7s", "direct_url.json", "uv_cache.json")
)
_SCRIPTS = ("bin", "Scripts")
# Above the folder of packages: lib/python3.11/site-packages.
_UP = "../"
_GONE = "gone"


class Listed(NamedTuple):
    """Hold a line of RECORD: the path from the folder of packages, the digest as RECORD writes it, the length in bytes."""

    path: str
    digest: str
    length: str


def distribution_digest(folder: str) -> str | None:
    """Digest an installed distribution by the true bytes of its files, without any cache; ``folder`` is its ``.dist-info``.

    ``None`` where nothing lists its files, as with eggs.
    """
    return _at_once(_digest(folder, listed(folder), {}, trusted=False))


def is_word_of_record(folder: str, digest: str, *, before_ns: int) -> bool:
    """Tell whether a digest is RECORD's word for files that were openly changed, by size or date, before a moment.

    That is what a run which ended before its files were looked at has noted of them, and not what it imported.
    """
    try:
        changed = _at_once(_changed(folder, os.stat(os.path.join(folder, "RECORD")).st_mtime_ns))
    except OSError:
        return False
    if any(found is None or found.st_ctime_ns >= before_ns for found in changed.values()):
        return False
    told, seen = (_at_once(_digest(folder, listed(folder), known, trusted=True)) for known in ({}, changed))
    return told == digest and seen == distribution_digest(folder)


def _at_once(steps: Generator[bool, None, T]) -> T:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


def installed_digest(folder: str, cache: StatCache, *, looks: Callable[[], bool]) -> Generator[bool, None, str | None]:
    """Digest an installed distribution as its RECORD tells, and give way now and then.

    While ``looks()`` each file is looked at, and read where it was changed since; else RECORD is taken at its word.
    """
    name = os.path.basename(folder)
    try:
        record = mark(os.stat(os.path.join(folder, "RECORD")))
    except OSError:
        return None
    changed = (yield from _changed(folder, record[1])) if looks() else {}
    seen = record if not changed else _mark_of(changed)
    digest = cache.get(name, seen)
    if digest is None:
        digest = yield from _digest(folder, listed(folder), changed, trusted=True)
        if digest is not None:
            cache.keep(name, seen, digest)
    return digest


def part_name(path: str) -> str | None:
    """Give the name by which a file counts, wherever the environment lies; ``None`` for what does not.

    >>> [part_name(path) for path in ("a/b.py", "a/b.pyc", "a-1.dist-info/RECORD", "../../../bin/a", "../../../share/a")]
    ['a/b.py', None, None, None, '{data}/share/a']
    """
    if path.endswith(".pyc"):
        return None
    folder, _, name = path.rpartition("/")
    if name in _MADE_BY_INSTALLING and folder.endswith((".dist-info", ".egg-info")):
        return None
    if not path.startswith(_UP):
        return path
    while path.startswith(_UP):
        path = path[len(_UP) :]
    parts = path.split("/")
    if parts[0] in _SCRIPTS:
        return None
    if parts[0] == "include" and len(parts) > 3:  # include/site/python3.11/NAME/..., or include/python3.11/NAME/...
        return "/".join(("{headers}", *parts[4 if parts[1] == "site" else 3 :]))
    return "{data}/" + path


def digest_of_parts(parts: Iterable[tuple[str, str]]) -> str:
    """Digest pairs of a file's name and its SHA-256."""
    return sha256(
        "".join(f"{digest} {name}\n" for name, digest in sorted(parts)).encode("utf-8", "surrogateescape")
    ).hexdigest()


def listed(folder: str) -> Iterator[Listed]:
    """Read the lines of a distribution's RECORD; none where it has none or it cannot be read."""
    try:
        with open(os.path.join(folder, "RECORD"), encoding="utf-8", errors="surrogateescape", opener=regular) as file:
            for line in file:
                if line.startswith('"'):
                    yield from _quoted(line)
                    continue
                parts = line.rstrip("\r\n").rsplit(",", 2)
                if len(parts) == 3:
                    yield Listed(*parts)
    except (OSError, ValueError):
        return


def _quoted(line: str) -> Iterator[Listed]:
    import csv  # a name with a comma in it: hardly ever

    for row in csv.reader([line]):
        if len(row) == 3:
            yield Listed(*row)


def _changed(folder: str, installed_ns: int) -> Generator[bool, None, dict[str, os.stat_result | None]]:
    """Find the files whose size is not the one that was written, or that are younger than RECORD; ``None``: gone."""
    changed: dict[str, os.stat_result | None] = {}
    place, stat = os.path.dirname(folder) + "/", os.stat
    for count, (path, _, length) in enumerate(listed(folder)):
        if not path.endswith(".pyc"):
            try:
                found = stat(place + path)
                if found.st_mtime_ns > installed_ns or (length and str(found.st_size) != length):
                    changed[path] = found
            except (OSError, ValueError):
                changed[path] = None
        if count % _SLICE_FILES == _SLICE_FILES - 1:
            yield False
    return {path: found for path, found in changed.items() if part_name(path) is not None}


def _mark_of(changed: Mapping[str, os.stat_result | None]) -> tuple[int, int, int, int]:
    """Tell two states of changed files apart without reading them; no state of RECORD alone looks like one."""
    marks = [mark(found) for found in changed.values() if found is not None]
    known = "".join(f"{path}\0{found and mark(found)}\n" for path, found in changed.items())
    told = int.from_bytes(sha256(known.encode("utf-8", "surrogateescape")).digest()[:8], "big")
    return -sum(one[0] for one in marks), max((m[1] for m in marks), default=0), max((m[2] for m in marks), default=0), told


def _digest(
    folder: str, lines: Iterable[Listed], changed: Mapping[str, object], *, trusted: bool
) -> Generator[bool, None, str | None]:
    place, parts = os.path.dirname(folder) + "/", []
    for count, (path, digest, _) in enumerate(lines):
        name = part_name(path)
        if name is None:
            continue
        told = _as_hex(digest) if trusted and path not in changed else None
        parts.append((name, told if told is not None else (yield from _true_digest(place + path))))
        if count % _SLICE_FILES == 0:
            yield False
    return digest_of_parts(parts) if parts else None


def _true_digest(path: str) -> Generator[bool, None, str]:
    hasher = sha256()
    try:
        with open(path, "rb", buffering=0, opener=regular) as file:
            while part := file.read(_SLICE_BYTES):
                hasher.update(part)
                yield False
    except (OSError, ValueError):
        return _GONE
    return hasher.hexdigest()


def _as_hex(digest: str) -> str | None:
    """Give the SHA-256 of a line of RECORD; ``None`` where it is another kind or none."""
    from binascii import Error, a2b_base64

    kind, _, text = digest.partition("=")
    if kind != "sha256":
        return None
    try:
        raw = a2b_base64(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))
    except (Error, ValueError):
        return None
    return raw.hex() if len(raw) == 32 else None
