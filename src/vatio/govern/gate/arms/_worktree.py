"""Keep the tree of a baseline only while its gate lasts: removed at the end or, after a kill, by the next gate."""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from vatio.errors import MeasureError, VatioError
from vatio.govern.gate.arms._repository import Repository
from vatio.ledger import OwnerLock, is_owned, new_id, places

_FOLDER = "worktrees"
_REPOSITORY = "repository"
# Looking for what was left behind and adding a folder of one's own exclude each other; both take milliseconds.
_PATIENCE_S = 10.0
_POLL_S = 0.05


@contextmanager
def scratch(environ: Mapping[str, str], *, root: str = "") -> Iterator[str]:
    """Give an empty folder that is removed at the end; ``root`` is the repository whose worktrees may lie in it.

    Raises:
        MeasureError: no folder can be written.
    """
    above = _above(environ)
    with _alone(above):
        remove_leftovers(above, environ)
        folder = os.path.join(above, new_id())
        os.mkdir(folder, 0o700)
        lock = OwnerLock(folder)
        lock.acquire()
    with open(os.path.join(folder, _REPOSITORY), "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(root)
    try:
        yield folder
    finally:
        _remove(folder, environ)
        lock.release()


@contextmanager
def checkout(repository: Repository, sha: str, *, folder: str) -> Iterator[str]:
    """Check a commit out below ``folder``, submodules as the candidate has them, and give its tree; remove it at the end.

    Raises:
        MeasureError: git cannot check it out.
    """
    # Named as the candidate's: some projects read their own folder's name.
    tree = os.path.join(folder, os.path.basename(repository.root) or "tree")
    try:
        repository.add_worktree(tree, sha)
        _add_submodules(repository, repository.root, tree)
        yield os.path.realpath(tree)
    finally:
        repository.remove_worktree(tree)


def remove_leftovers(above: str, environ: Mapping[str, str]) -> None:
    """Remove the folders whose gate is no longer there, and their worktrees from the repositories that know of them."""
    for name in os.listdir(above):
        folder = os.path.join(above, name)
        if os.path.isdir(folder) and not os.path.islink(folder) and not is_owned(folder):
            _remove(folder, environ)


def _remove(folder: str, environ: Mapping[str, str]) -> None:
    root = _known_root(folder)
    if root and os.path.isdir(root):
        with suppress(VatioError, OSError):
            repository = Repository(root, environ)
            for name in os.listdir(folder):
                if os.path.isfile(os.path.join(folder, name, ".git")):
                    repository.remove_worktree(os.path.join(folder, name))
    shutil.rmtree(folder, onerror=_try_harder)


def _known_root(folder: str) -> str:
    with suppress(OSError), open(os.path.join(folder, _REPOSITORY), encoding="utf-8", errors="surrogateescape") as file:
        return file.read()
    return ""


def _add_submodules(repository: Repository, source: str, tree: str) -> None:
    for name, path in repository.submodules(tree).items():
        copy = os.path.join(source, path)
        if os.path.exists(os.path.join(copy, ".git")):  # what the candidate has not checked out, the baseline does not need
            repository.update_submodule(tree, path, name=name, source=copy)
            _add_submodules(repository, copy, os.path.join(tree, path))


def _above(environ: Mapping[str, str]) -> str:
    where = places(environ)
    for folder in (where.state, where.temporary):
        above = os.path.join(folder, _FOLDER)
        with suppress(OSError):
            os.makedirs(above, mode=0o700, exist_ok=True)
            if os.access(above, os.W_OK | os.X_OK) and os.stat(above).st_uid == os.geteuid():
                return above
    raise MeasureError(f"no folder for the baseline's tree: {where.state} cannot be written", hint="set XDG_STATE_HOME")


@contextmanager
def _alone(above: str) -> Iterator[None]:
    lock, until_s = OwnerLock(above), time.monotonic() + _PATIENCE_S
    while not lock.acquire() and time.monotonic() < until_s:
        time.sleep(_POLL_S)
    try:
        yield
    finally:
        lock.release()


def _try_harder(act: Callable[[str], object], path: str, _why: object) -> None:
    """Remove what lies in a folder that was made read-only (caches of some package managers)."""
    with suppress(OSError):
        os.chmod(os.path.dirname(path), stat.S_IRWXU)
        act(path)
