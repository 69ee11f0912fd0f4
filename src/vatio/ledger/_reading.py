"""Open a ledger for a command that reads: what earlier commands had to leave outside is taken in first, where it can be."""

from __future__ import annotations

import os
from collections.abc import Mapping

from vatio.errors import LedgerError, UnknownName
from vatio.ledger._ledger import Ledger, open_ledger
from vatio.ledger.disk import ledger_path, places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config


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
