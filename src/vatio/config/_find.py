"""Find the files of a configuration without opening more than must be."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

PROJECT_FILE = "vatio.toml"
SHARED_FILE = "pyproject.toml"


def project_files(folder: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Walk from ``folder`` up to the git root, giving each folder and which of the two files it has, vatio.toml first."""
    here = os.path.abspath(folder)
    while True:
        yield here, tuple(path for name in (PROJECT_FILE, SHARED_FILE) if os.path.isfile(path := os.path.join(here, name)))
        above = os.path.dirname(here)
        if above == here or os.path.exists(os.path.join(here, ".git")):
            return
        here = above


def git_root(folder: str) -> str | None:
    """Give the nearest folder at or above ``folder`` that has a ``.git``."""
    here = os.path.abspath(folder)
    while not os.path.exists(os.path.join(here, ".git")):
        above = os.path.dirname(here)
        if above == here:
            return None
        here = above
    return here


def is_trusted(path: str) -> bool:
    """Tell whether a file above the current folder may be read: a configuration can name commands that are run.

    It must belong to this user or to root, as git asks of a repository; so ``/tmp/vatio.toml`` of a stranger is not read.
    """
    if not hasattr(os, "getuid"):
        return True
    return os.stat(path).st_uid in (os.getuid(), 0)


def user_folder(environ: Mapping[str, str]) -> str | None:
    """Give vatio's folder of the user's configuration: it holds config.toml, the key and the pinned keys."""
    return xdg_folder(environ, "XDG_CONFIG_HOME", ".config")


def xdg_folder(environ: Mapping[str, str], variable: str, below_home: str) -> str | None:
    """Give vatio's folder of one kind; ``None`` where there is no home.

    A relative path is ignored, as the XDG Base Directory Specification asks: it would be another folder in each project.
    """
    base = environ.get(variable, "")
    if not os.path.isabs(base):
        home = environ.get("HOME") or environ.get("USERPROFILE") or ""
        if not os.path.isabs(home):
            return None
        base = os.path.join(home, below_home)
    return os.path.join(base, "vatio")
