"""Keep a run whatever happens to the ledger: in it when it can be written at once, else in an outbox."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from vatio.errors import LedgerError, LedgerUnavailable
from vatio.ledger.disk import Places, is_network, ledger_path, places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config
    from vatio.ledger._ledger import Ledger
    from vatio.ledger._outbox import Outbox
    from vatio.records import Ended, Entry, Footprint, Started

T = TypeVar("T")
_LEAST_WAIT_S = 0.05


class Sink(Protocol):
    """Take the entries of a run: a ledger, an outbox, a keeper of either."""

    def start(self, started: Started) -> Entry:
        """Write that a run starts."""
        ...

    def append(self, kind: str, payload: object, *, run: str | None = None) -> Entry:
        """Append one entry."""
        ...

    def seal(
        self,
        run: str,
        ended: Ended,
        *,
        spool_folder: str | None = None,
        footprint: Footprint | None = None,
        environment: bytes | None = None,
    ) -> Entry:
        """Write how a run ended, and remove its spool."""
        ...

    def blob(self, data: bytes) -> str:
        """Keep bytes under their SHA-256."""
        ...


class Keeper:
    """Write the entries of one run. ``fault`` says why it is not in the ledger, ``recorded_in`` where it is."""

    def __init__(self, ledger: Ledger | None, *, path: str, where: Places, sign: bool | None, fault: str = "") -> None:
        self.ledger = ledger
        self.fault = fault
        self.path = path
        self._where = where
        self._sign = sign
        self._outbox: Outbox | None = None

    @property
    def recorded_in(self) -> str:
        """Say where entries go."""
        return self._outbox.recorded_in if self._outbox is not None else self.path

    @property
    def folder(self) -> str:
        """Give the folder in which spools lie."""
        return self._outbox.folder if self._outbox is not None else os.path.dirname(os.path.abspath(self.path))

    def spool_folder(self, run: str) -> str:
        """Give the folder of a run's spool, whether it is there or not."""
        return os.path.join(self.folder, "spool", run)

    def start(self, started: Started) -> Entry:
        """Write that a run starts.

        Raises:
            LedgerUnavailable: neither the ledger nor an outbox can be written: the run is not recorded.
        """
        return self._do(lambda sink: sink.start(started))

    def append(self, kind: str, payload: object, *, run: str | None = None) -> Entry:
        """Append one entry; raises as ``start`` does."""
        return self._do(lambda sink: sink.append(kind, payload, run=run))

    def seal(
        self,
        run: str,
        ended: Ended,
        *,
        spool_folder: str | None = None,
        footprint: Footprint | None = None,
        environment: bytes | None = None,
    ) -> Entry:
        """Write how a run ended with its samples and footprint, and remove its spool; raises as ``start`` does.

        Whoever seals also looks after what others had to leave: outboxes, and runs whose owner has died.
        """
        entry = self._do(
            lambda sink: sink.seal(run, ended, spool_folder=spool_folder, footprint=footprint, environment=environment)
        )
        self.settle()
        return entry

    def blob(self, data: bytes) -> str:
        """Keep bytes under their SHA-256; raises as ``start`` does."""
        return self._do(lambda sink: sink.blob(data))

    def settle(self) -> int:
        """Take in outboxes and seal runs that were left behind, where the ledger can be written; give their number."""
        if self.ledger is None:
            return 0
        try:
            return self.ledger.settle() if self.ledger.has_loose_ends() else 0
        except (LedgerError, OSError) as error:  # the run itself is kept; the next command will try again
            self.fault = self.fault or str(error)
            return 0

    def close(self) -> None:
        """Let go of the ledger's file."""
        if self.ledger is not None:
            self.ledger.close()

    def _do(self, act: Callable[[Sink], T]) -> T:
        if self.ledger is not None:
            try:
                return act(self.ledger)
            except (LedgerError, OSError) as error:
                self.fault = str(error)
                self.close()
                self.ledger = None
        if self._outbox is not None:
            try:
                return act(self._outbox)
            except LedgerUnavailable as error:
                self.fault = str(error)
        return self._try_outboxes(act)

    def _try_outboxes(self, act: Callable[[Sink], T]) -> T:
        from vatio.ledger._outbox import Outbox, is_private, outbox_folders

        for folder in outbox_folders(self.path, self._where):
            try:
                os.makedirs(folder, mode=0o700, exist_ok=True)
                if folder == self._where.temporary and not is_private(folder):
                    continue
                outbox = Outbox(folder, ledger=self.path, signer=self._signer())
                done = act(outbox)
            except (LedgerUnavailable, OSError) as error:
                self.fault = self.fault or str(error)
                continue
            self._outbox = outbox
            return done
        raise LedgerUnavailable(f"not recorded: {self.fault}", hint="free some space, or name another ledger with --ledger")

    def _signer(self) -> Any:
        from vatio.ledger.chain import read_signer

        try:
            return read_signer(self._where.key) if self._sign is not False else None
        except LedgerError:
            return None  # an unsigned record, which verify will tell of, is worth more than none


def open_keeper(
    config: Config | None = None,
    *,
    path: str | None = None,
    lock_s: float = 1.0,
    environ: Mapping[str, str] | None = None,
    is_network: Callable[[str], bool] = is_network,
    fault: str = "",
) -> Keeper:
    """Open the ledger to keep one run in, within ``lock_s`` seconds; where that fails the run goes to an outbox.

    With a ``fault`` the ledger is not tried again: the run goes to an outbox at once.
    """
    where = places(environ)
    at = ledger_path(path, config, where)
    sign = config.ledger.sign if config is not None else None
    if config is not None:
        where = where._replace(key_path=config.ledger.key)
    if fault:
        return Keeper(None, path=at, where=where, sign=sign, fault=fault)
    begin_s = time.monotonic()
    try:
        if is_network(os.path.dirname(os.path.abspath(at))):
            raise LedgerUnavailable(f"{at} is on a network file system")
        from vatio.ledger._open import open_ledger

        ledger = open_ledger(at, config=config, lock_s=lock_s, environ=environ)
        left_s = lock_s - (time.monotonic() - begin_s)
        if left_s < lock_s / 2:  # opening has waited already: both together stay within the limit
            ledger.wait_at_most(max(_LEAST_WAIT_S, left_s))
    except (LedgerError, OSError) as error:
        return Keeper(None, path=at, where=where, sign=sign, fault=str(error))
    return Keeper(ledger, path=at, where=where, sign=sign)
