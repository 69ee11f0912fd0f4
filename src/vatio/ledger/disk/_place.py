"""Say where the ledger, its key and its outbox lie. The only file of this room that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from vatio.config import xdg_folder

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
    user = os.getuid() if hasattr(os, "getuid") else known.get("USERNAME", "user")
    known = known if known.get("HOME") else {**known, "HOME": os.path.expanduser("~")}
    temporary = os.path.join(known.get("TMPDIR") or "/tmp", f"vatio-{user}")  # noqa: S108  created 0700, see _outbox
    return Places(
        config=xdg_folder(known, "XDG_CONFIG_HOME", ".config") or os.path.join(temporary, "config"),
        data=xdg_folder(known, "XDG_DATA_HOME", os.path.join(".local", "share")) or os.path.join(temporary, "data"),
        state=xdg_folder(known, "XDG_STATE_HOME", os.path.join(".local", "state")) or os.path.join(temporary, "state"),
        temporary=temporary,
    )


def ledger_path(path: str | None, config: Config | None, where: Places) -> str:
    """Give the ledger's path: as asked, as configured, in the project's ``.vatio``, else in the user's data folder."""
    asked = path or (config.ledger.path if config is not None else None)
    if asked:
        asked = os.path.expanduser(asked)
        if not os.path.isabs(asked):  # else the working folder may be gone
            asked = os.path.join(config.root if config is not None and not path else os.getcwd(), asked)
        # A folder of the ledger's own name is in the way of it, and holds none: whoever looks again finds the same.
        is_folder = os.path.isdir(asked) and os.path.basename(asked) != LEDGER
        return os.path.join(asked, LEDGER) if is_folder else asked
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
