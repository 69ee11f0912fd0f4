"""Keep what a replay writes in a folder of its own, and remove what an earlier one that was killed has left."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping
from types import TracebackType

from vatio.config import xdg_folder
from vatio.errors import MeasureError
from vatio.ledger import OwnerLock, is_owned, new_id

_FOLDER = "replays"
_YOUNG_S = 60.0


class Scratch:
    """Own one folder for as long as the block lasts: ``tree`` for the code, ``environment``, ``wheels``, ``outside``."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        base = xdg_folder(environ, "XDG_CACHE_HOME", ".cache")
        if base is None:
            raise MeasureError("there is no place for a scratch copy", hint="set HOME or XDG_CACHE_HOME")
        self._base = os.path.join(base, _FOLDER)
        name = new_id()
        self.path, self._fresh = os.path.join(self._base, name), os.path.join(self._base, f".{name}")
        self._lock = OwnerLock(self._fresh)

    def __enter__(self) -> Scratch:
        try:
            os.makedirs(self._fresh, mode=0o700)
            self._lock.acquire()
            os.rename(self._fresh, self.path)  # owned before another start can see it
            self._remove_abandoned()
        except OSError as error:
            hint = "free some room, or set XDG_CACHE_HOME to a folder that can be written"
            raise MeasureError(f"no scratch copy can be made in {self._base}: {error.strerror}", hint=hint) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._lock.release()
        remove(self.path)

    def folder(self, *names: str) -> str:
        """Make a folder in it, or give the one that is there."""
        path = os.path.join(self.path, *names)
        os.makedirs(path, mode=0o700, exist_ok=True)
        return path

    def _remove_abandoned(self) -> None:
        for name in os.listdir(self._base):
            path = os.path.join(self._base, name)
            if name.startswith(".") and _age_s(path) < _YOUNG_S:
                continue
            if path != self.path and os.path.isdir(path) and not os.path.islink(path) and not is_owned(path):
                remove(path)


def _age_s(path: str) -> float:
    try:
        return time.time() - os.lstat(path).st_mtime
    except OSError:
        return 0.0


def remove(path: str) -> None:
    """Remove a folder whatever its modes; what cannot be removed is left to the next start."""

    def unlocked(function: object, place: str, _: object) -> None:
        parent = os.path.dirname(place)
        if not os.path.islink(parent) and place.startswith(path):
            os.chmod(parent, 0o700)
            if os.path.isdir(place) and not os.path.islink(place):
                os.chmod(place, 0o700)
                shutil.rmtree(place, ignore_errors=True)
            elif os.path.lexists(place):
                os.unlink(place)

    try:
        shutil.rmtree(path, onerror=unlocked)
    except OSError:
        shutil.rmtree(path, ignore_errors=True)


def size_bytes(path: str, *, limit_bytes: int) -> int:
    """Add up the files of a folder, and stop once they pass a limit."""
    total_bytes, waiting = 0, [path]
    while waiting and total_bytes <= limit_bytes:
        try:
            for entry in os.scandir(waiting.pop()):
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    total_bytes += entry.stat(follow_symlinks=False).st_blocks * 512
        except OSError:  # it went while it was looked at
            continue
    return total_bytes
