"""Find the files that were written below a folder since a moment, within strict bounds: a search never holds anybody up."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Generator
from typing import NamedTuple

_MOST_SEEN = 20_000
_MOST_FOUND = 256
_AT_ONCE = 256
# Files bear the date of the kernel's last tick, which lies this much before the clock's at the most.
_TICK_NS = 10_000_000
_SKIPPED = frozenset(
    (
        ".git", ".hg", ".svn", ".vatio", "__pycache__", "node_modules", "site-packages", ".cache", ".mypy_cache",
        ".pytest_cache", ".ruff_cache", ".ipynb_checkpoints", ".tox", ".nox", ".hypothesis",
    )
)  # fmt: skip
_ENVIRONMENT = "pyvenv.cfg"


class Written(NamedTuple):
    """Hold the paths that were found, relative to the folder; ``is_whole``: every folder was looked into."""

    paths: tuple[str, ...]
    is_whole: bool


def find_written(
    folder: str, since_ns: int, *, limit_s: float, clock: Callable[[], float] = time.monotonic
) -> Generator[bool, None, Written]:
    """Look for files that have changed since a date, the shallow ones first; links and environments are not followed."""
    found: list[str] = []
    waiting, seen, end_s = deque([""]), 0, clock() + limit_s
    while waiting:
        below = waiting.popleft()
        for name, is_folder, changed_ns in _entries(os.path.join(folder, below), is_top=not below):
            seen += 1
            path = os.path.join(below, name)
            if is_folder:
                waiting.append(path)
            elif changed_ns >= since_ns - _TICK_NS:
                found.append(path)
            if seen >= _MOST_SEEN or len(found) >= _MOST_FOUND or (seen % _AT_ONCE == 0 and clock() >= end_s):
                return Written(tuple(sorted(found)), is_whole=False)
        yield False
    return Written(tuple(sorted(found)), is_whole=True)


def _entries(folder: str, *, is_top: bool) -> list[tuple[str, bool, int]]:
    """List a folder: name, whether it is one to look into, and the date of a file's last change; nothing of an environment."""
    try:
        with os.scandir(folder) as entries:
            listed = list(entries)
    except (OSError, ValueError):
        return []
    if not is_top and any(entry.name == _ENVIRONMENT for entry in listed):
        return []
    return [item for item in map(_entry, listed) if item is not None]


def _entry(entry: os.DirEntry[str]) -> tuple[str, bool, int] | None:
    try:
        if entry.is_dir(follow_symlinks=False):
            return None if entry.name in _SKIPPED else (entry.name, True, 0)
        if entry.is_file(follow_symlinks=False) and not entry.name.endswith(".pyc"):
            return entry.name, False, entry.stat(follow_symlinks=False).st_ctime_ns
    except OSError:
        pass
    return None
