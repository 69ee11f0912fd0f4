"""Check declared files by their true bytes, and put them where a replay reads them: copied, never the user's own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence

from vatio.errors import MeasureError
from vatio.measure.snapshot import StatCache, Veil, digest_in_slices
from vatio.records import Divergence, FileDigest

_SPARE_RATIO = 1.2


def digest_now(path: str) -> FileDigest:
    """Digest a file or folder by its true bytes: nothing that was remembered is asked."""
    steps = digest_in_slices(path, StatCache(None))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: FileDigest = end.value
            return found


def differing(kind: str, item: FileDigest, path: str) -> Divergence | None:
    """Hold a declared file against the one that lies at a path; ``None`` where it has the same bytes."""
    now = digest_now(path)
    if now.sha256 == item.sha256 and now.sha256 is not None:
        return None
    if not os.path.lexists(path):
        reason = f"data: {item.path} is gone"
    elif item.sha256 is None:
        reason = f"data: no digest of {item.path} was kept"
    else:
        reason = f"data: {item.path} is another file than the run read; its bytes were changed or swapped"
    return Divergence(field=f"{kind}.{item.path}", original=item.sha256, replay=now.sha256, reason=reason)


def place(source: str, target: str, *, length_bytes: int, may_link: bool) -> str:
    """Copy a file or folder, or link it where there is no room for a copy; give a note where it was linked.

    Raises:
        MeasureError: there is no room, and what writes to it would write to the user's own.
    """
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.lexists(target):
        _remove(target)
    if shutil.disk_usage(os.path.dirname(target)).free < _SPARE_RATIO * length_bytes:
        if not may_link:
            raise MeasureError(f"room for a copy of {os.path.basename(source)}, which the run writes to as well")
        os.symlink(source, target)
        return f"{os.path.basename(source)} is linked, not copied: there is no room for a copy"
    if os.path.isdir(source):
        shutil.copytree(source, target, symlinks=False)
    else:
        shutil.copyfile(source, target)
        shutil.copymode(source, target)
    return ""


def clear_outputs(tree: str, outputs: Sequence[str], *, but: Sequence[str]) -> None:
    """Remove what a commit holds of the run's outputs, so that an old one is not taken for a result; make their folders.

    Names are relative to the code's root. What is an input as well, ``but``, is left.

    Raises:
        MeasureError: an output lies behind a link that leads out of the code: the replay would write over the user's file.
    """
    whole = os.path.realpath(tree)
    for name in outputs:
        folder = os.path.realpath(os.path.join(whole, os.path.dirname(name)))
        if name == os.curdir or name in but:
            continue
        if folder != whole and not folder.startswith(whole + os.sep):
            raise MeasureError(f"a place for {name}: it lies behind a link that leads out of the run's code")
        path = os.path.join(folder, os.path.basename(name))
        if os.path.lexists(path):
            _remove(path)
        os.makedirs(folder, exist_ok=True)


def below(folder: str, path: str) -> str | None:
    """Give a recorded path relative to the run's folder; ``None`` where it leads out of it.

    >>> below("/home/a/p", "/home/a/p/out/x"), below("/home/a/p", "out/x"), below("/home/a/p", "../x"), below("/p", "/x")
    ('out/x', 'out/x', None, None)
    """
    whole = os.path.normpath(os.path.join(folder, path))
    relative = os.path.relpath(whole, folder)
    return None if relative == os.pardir or relative.startswith(os.pardir + os.sep) else relative


def outside(files: Sequence[FileDigest], *, root: str, folder: str, veil: Veil) -> Iterator[str]:
    """Give the true paths of declared files that lie outside of a run's code."""
    for item in files:
        path = os.path.normpath(os.path.join(folder, veil.bare(item.path)))
        if below(root, path) is None:
            yield path


def by_name(files: Sequence[FileDigest], *, folder: str, places: Mapping[str, str], veil: Veil) -> dict[str, FileDigest]:
    """Name files as the original did: relative to its folder, or by their place outside of it."""
    named = {}
    for item in files:
        path = os.path.normpath(os.path.join(folder, veil.bare(item.path)))
        named[below(folder, path) or places.get(path, path)] = item
    return named


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)
