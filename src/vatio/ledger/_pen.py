"""Write entries into the chain of one ledger file, signed where there is a key, and keep the projection in step."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime

from vatio.errors import LedgerDamaged, LedgerError
from vatio.ledger.books import project
from vatio.ledger.chain import Chain, Identity, Pin, Signer, add_pin, former_key, read_signer
from vatio.ledger.disk import Places
from vatio.records import rfc3339

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger._backend import Execute
    from vatio.records import Entry


class Pen:
    """Append entries. ``sign`` asks for a signature (``None``: where there is a key)."""

    def __init__(self, identity: Identity, where: Places, *, sign: bool | None) -> None:
        self._identity, self._where, self._sign = identity, where, sign
        self._opened: Chain | None = None
        self._pinned = False

    def append(self, execute: Execute, kind: str, payload: object, run: str | None) -> Entry:
        """Append one entry and bring its run's row up to date."""
        entry = self.chain_only(execute, kind, payload, run)
        if run is not None:
            project(execute, run)
        return entry

    def chain_only(self, execute: Execute, kind: str, payload: object, run: str | None) -> Entry:
        """Append one of several entries of a run; who appends the last one brings its row up to date."""
        return self._chain().append(execute, kind, payload, run=run, at=rfc3339(datetime.now(UTC)))

    def pin(self, execute: Execute, path: str) -> None:
        """Pin the key of this file's chain for its user, once, after the commit: a pin on what never came to be cries wolf."""
        if self._pinned or self._opened is None or self._opened.signer is None:
            return
        self._pinned = True
        pin = self._opened.first_key(execute)
        if pin is not None:
            # The run is kept and signed all the same where the user's folder cannot be written.
            with suppress(OSError, LedgerDamaged):
                add_pin(self._where.trusted, Pin(*pin, path=os.path.realpath(path)))

    def _chain(self) -> Chain:
        if self._opened is None:
            signer = read_signer(self._where.key) if self._sign is not False else None
            if signer is None and self._sign:
                raise LedgerError(f"there is no key at {self._where.key}", hint="vatio ledger keygen")
            self._opened = Chain(self._identity, signer=signer, former=self._former)
        return self._opened

    def _former(self, id: str) -> Signer | None:
        return read_signer(former_key(self._where.key, id))
