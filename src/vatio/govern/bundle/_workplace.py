"""Work in a folder that is gone afterwards; one that was left by a process that was killed goes with the next."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from vatio.ledger import OwnerLock, is_owned

_PREFIX = ".vatio-bundle-"
_YOUNG_S = 60.0


@contextmanager
def workplace(parent: str) -> Iterator[str]:
    """Make a folder below ``parent``, own it, and remove it with what is in it.

    Raises:
        OSError: it cannot be made.
    """
    folder = tempfile.mkdtemp(prefix=_PREFIX, dir=parent)
    try:
        with OwnerLock(folder):
            _remove_abandoned(parent, but=folder)
            os.mkdir(os.path.join(folder, "work"), 0o700)
            yield os.path.join(folder, "work")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(parent: str, *, but: str) -> None:
    for entry in os.scandir(parent):
        if entry.name.startswith(_PREFIX) and entry.path != but and _is_abandoned(entry):
            shutil.rmtree(entry.path, ignore_errors=True)


def _is_abandoned(entry: os.DirEntry[str]) -> bool:
    """Tell whether nobody works there; whoever has just made a folder may not own it yet."""
    try:
        is_old = time.time() - entry.stat(follow_symlinks=False).st_mtime > _YOUNG_S
    except OSError:
        return False
    return is_old and entry.is_dir(follow_symlinks=False) and not is_owned(entry.path)
