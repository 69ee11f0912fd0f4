"""Digest files in slices, beside a running workload, and remember the digests by the files' stat."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256

from vatio.config import xdg_folder
from vatio.files import regular
from vatio.records import FileDigest

_SLICE_BYTES = 1 << 20
_MOST_REMEMBERED = 4096
_MOST_IN_FOLDER = 100_000
# A file written this recently may be written again within the same tick of its clock: its digest is not remembered.
_SETTLED_NS = 2_000_000_000
Mark = tuple[int, int, int, int]


def mark(status: os.stat_result) -> Mark:
    """Tell two states of a file apart without reading it: bytes, both times, inode."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


class StatCache:
    """Remember digests on disk under ``path`` (``None``: nowhere). What cannot be read or written is done without."""

    __slots__ = ("_changed", "_known", "_path")

    def __init__(self, path: str | None) -> None:
        self._path, self._changed = path, False
        self._known: dict[str, list[object]] = {}
        if path is not None:
            try:
                with open(path, "rb", opener=regular) as file:
                    loaded = json.loads(file.read())
                self._known = loaded if isinstance(loaded, dict) else {}
            except (OSError, ValueError):
                pass

    def get(self, name: str, seen: Mark) -> str | None:
        """Give the digest of a file that has not changed since it was kept."""
        kept = self._known.get(name)
        if not isinstance(kept, list) or len(kept) != 5 or tuple(kept[:4]) != seen:
            return None
        return kept[4] if isinstance(kept[4], str) else None

    def keep(self, name: str, seen: Mark, digest: str) -> None:
        """Remember the digest of a file that has settled."""
        if time.time_ns() - max(seen[1], seen[2]) > _SETTLED_NS:
            self._known[name], self._changed = [*seen, digest], True

    def only(self, names: set[str]) -> None:
        """Forget all other names."""
        if not self._known.keys() <= names:
            self._known, self._changed = {name: kept for name, kept in self._known.items() if name in names}, True

    def save(self) -> None:
        """Write the file anew, whole or not at all."""
        if self._path is None or not self._changed:
            return
        self._changed = False
        latest = dict(list(self._known.items())[-_MOST_REMEMBERED:])
        fresh = f"{self._path}.{os.getpid()}"
        try:
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
            with open(fresh, "wb") as file:
                file.write(json.dumps(latest, separators=(",", ":")).encode())
            os.replace(fresh, self._path)
        except (OSError, ValueError):
            _discard(fresh)


def cache_folder(environ: Mapping[str, str]) -> str | None:
    """Give the folder of what can be computed again; ``None`` where there is no home."""
    return xdg_folder(environ, "XDG_CACHE_HOME", ".cache")


def digest_in_slices(path: str, cache: StatCache) -> Generator[bool, None, FileDigest]:
    """Digest a file or a folder, giving way after each slice; what changes while it is read has no digest.

    A folder's digest is that of its sorted lines ``<sha256> <relative path>``.
    """
    if os.path.isdir(path):
        return (yield from _digest_folder(path, cache))
    digest, size_bytes = yield from _digest_file(path, cache)
    return FileDigest(path=path, sha256=digest, bytes=size_bytes)


def _digest_file(path: str, cache: StatCache) -> Generator[bool, None, tuple[str | None, int | None]]:
    whole = os.path.abspath(path) if not os.path.isabs(path) else path
    try:
        with open(path, "rb", buffering=0, opener=regular) as file:
            before = mark(os.fstat(file.fileno()))
            digest = cache.get(whole, before)
            if digest is None:
                hasher = sha256()
                while part := file.read(_SLICE_BYTES):
                    hasher.update(part)
                    yield False
                digest = hasher.hexdigest()
                if mark(os.stat(path)) != before:
                    return None, before[0]
                cache.keep(whole, before, digest)
    except OSError:
        return None, None
    return digest, before[0]


def _digest_folder(path: str, cache: StatCache) -> Generator[bool, None, FileDigest]:
    lines, size_bytes, whole = [], 0, True
    for count, name in enumerate(_files_below(path)):
        if count >= _MOST_IN_FOLDER:
            return FileDigest(path=path, sha256=None, bytes=None)
        digest, length = yield from _digest_file(os.path.join(path, name), cache)
        whole = whole and digest is not None
        size_bytes += length or 0
        lines.append(f"{digest} {name}\n")
        yield False
    total = sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()
    return FileDigest(path=path, sha256=total if whole else None, bytes=size_bytes)


def _files_below(path: str) -> Iterator[str]:
    for folder, folders, files in os.walk(path):
        folders.sort()
        for name in sorted(files):
            yield os.path.relpath(os.path.join(folder, name), path)


def _discard(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)
