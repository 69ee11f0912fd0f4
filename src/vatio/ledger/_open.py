"""Open a ledger: to write, or for a command that reads, which first takes in what earlier ones had to leave outside."""

from __future__ import annotations

import os
from collections.abc import Mapping

from vatio.errors import LedgerError, UnknownName
from vatio.ledger._ledger import Ledger
from vatio.ledger._sqlite import SqliteBackend
from vatio.ledger.chain import Identity
from vatio.ledger.disk import ledger_path, machine_id, places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config


def open_ledger(
    path: str | None = None,
    *,
    config: Config | None = None,
    readonly: bool = False,
    lock_s: float = 1.0,
    environ: Mapping[str, str] | None = None,
) -> Ledger:
    """Open the ledger of a path, of the configuration, of the project, else of the user; it is made where there is none.

    ``readonly`` never writes a byte. ``lock_s`` is how long a write waits for another writer.

    Raises:
        LedgerUnavailable: it cannot be opened: locked, read-only, not there and ``readonly``.
        LedgerDamaged: the file is not a ledger.
    """
    where = places(environ)
    at = ledger_path(path, config, where)
    if config is not None:
        where = where._replace(key_path=config.ledger.key)
    backend = SqliteBackend(at, readonly=readonly, lock_s=lock_s)
    identity = Identity(machine_id(), backend.inode())
    sign = config.ledger.sign if config is not None else None
    return Ledger(backend, path=at, identity=identity, where=where, sign=sign, readonly=readonly)


def open_to_read(config: Config, *, environ: Mapping[str, str] | None = None, settled: bool = True) -> Ledger:
    """Open the configured ledger, seal what was left behind and take in the outbox; read-only where that is not possible.

    ``settled=False`` leaves everything as it lies and never writes a byte.

    Raises:
        UnknownName: there is no ledger yet.
        LedgerError: it cannot be read.
    """
    path = ledger_path(None, config, places(environ))
    if not os.path.exists(path) and not os.path.isdir(os.path.join(os.path.dirname(path), "outbox")):
        raise UnknownName(f"there is no ledger yet: {path}", hint="vatio run -- COMMAND makes one")
    if settled:
        ledger = None
        try:
            ledger = open_ledger(config=config, environ=environ)
            if ledger.has_loose_ends():
                ledger.settle()
            return ledger
        except LedgerError:  # locked, read-only, damaged: what can be read is still read
            if ledger is not None:
                ledger.close()
    return open_ledger(config=config, environ=environ, readonly=True)
