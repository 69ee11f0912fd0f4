"""Say where the ledger, its key and its outbox lie. The only file of this room that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config

LEDGER = "ledger.sqlite"
# A file or folder that marks a project; the nearest one up from the working folder holds `.vatio`.
_MARKS = (".vatio", "vatio.toml", ".git", "pyproject.toml")


class Places(NamedTuple):
    """Hold the folders of one user: ``config`` for the key and its pins, ``state`` for what has no project."""

    config: str
    data: str
    state: str
    temporary: str
    key_path: str | None = None

    @property
    def key(self) -> str:
        """Give the path of the private key's seed."""
        return self.key_path or os.path.join(self.config, "key")

    @property
    def trusted(self) -> str:
        """Give the path of the pinned public keys."""
        return os.path.join(self.config, "trusted.json")


def places(environ: Mapping[str, str] | None = None) -> Places:
    """Read the XDG folders of the user; ``environ`` stands for the process's environment in tests."""
    known = os.environ if environ is None else environ
    home = known.get("HOME") or os.path.expanduser("~")
    user = os.getuid() if hasattr(os, "getuid") else known.get("USERNAME", "user")
    return Places(
        config=os.path.join(known.get("XDG_CONFIG_HOME") or os.path.join(home, ".config"), "vatio"),
        data=os.path.join(known.get("XDG_DATA_HOME") or os.path.join(home, ".local", "share"), "vatio"),
        state=os.path.join(known.get("XDG_STATE_HOME") or os.path.join(home, ".local", "state"), "vatio"),
        temporary=os.path.join(known.get("TMPDIR") or "/tmp", f"vatio-{user}"),  # noqa: S108  created 0700, see _outbox
    )


def ledger_path(path: str | None, config: Config | None, where: Places) -> str:
    """Give the ledger's path: as asked, as configured, in the project's ``.vatio``, else in the user's data folder."""
    asked = path or (config.ledger.path if config is not None else None)
    if asked:
        root = config.root if config is not None and not path else os.getcwd()
        asked = os.path.join(root, os.path.expanduser(asked))
        return os.path.join(asked, LEDGER) if os.path.isdir(asked) else asked
    root = str(config.root) if config is not None else _project(os.getcwd())
    project = os.path.join(root, ".vatio")
    usable = os.path.exists(os.path.join(project, LEDGER)) or os.access(project if os.path.isdir(project) else root, os.W_OK)
    return os.path.join(project if usable else where.data, LEDGER)


def _project(folder: str) -> str:
    at = os.path.abspath(folder)
    while not any(os.path.exists(os.path.join(at, mark)) for mark in _MARKS):
        parent = os.path.dirname(at)
        if parent == at:
            return folder
        at = parent
    return at
