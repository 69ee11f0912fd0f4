"""Keep one run in the ledger, in an outbox, or say that it is not recorded; the workload never waits for more than a second."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

from vatio.measure._rim import Rim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from vatio.config import Config
    from vatio.records import Ended, Entry, Environment, Footprint, Quantity, Started


class Keeping:
    """Write a run's start before its block and its seal after it, through a ledger that is open only meanwhile.

    ``ledger`` is one that the caller has opened, ``True`` for the configured one, or ``None`` for no record at all.
    """

    def __init__(self, config: Config, ledger: Any, rim: Rim, *, part: int | None = None) -> None:
        self._config, self._ledger, self._rim, self._part = config, ledger, rim, part
        self._lock: Any = None
        self._opened: Any = None
        self.folder: str | None = None
        self.recorded_in: str | None = None

    def idle_w(self, host: str) -> Mapping[str, Quantity]:
        """Read the host's idle watts from its latest baseline; empty when there is none."""
        ledger = self.ledger()
        if ledger is None or not hasattr(ledger, "host_idle"):
            return {}
        found: Mapping[str, Quantity] = self._rim("the baseline", lambda: ledger.host_idle(host), {})
        return found

    def ledger(self) -> Any:
        """Give the ledger that keeps the run; ``None`` where it goes elsewhere."""
        keeper = self._open()
        return getattr(keeper, "ledger", keeper)

    def start(self, started: Started) -> None:
        """Write that the run starts, and take the lock that says its owner lives."""
        keeper = self._open()
        if keeper is None:
            return
        # The lock comes first: a run that is started and not owned is one whose owner has died.
        with suppress(OSError):
            self._own(keeper.spool_folder(started.id))
        if self._rim("the ledger", lambda: keeper.start(started), None) is not None:
            self.recorded_in = str(keeper.recorded_in)
            if keeper.spool_folder(started.id) != self.folder:
                self._rim("the run's folder", lambda: self._own(keeper.spool_folder(started.id)), None)
        self._park()

    def join(self, folder: str, *, recorded_in: str | None) -> None:
        """Own a part of a run that another process of the job has started."""
        self.recorded_in, self.folder = recorded_in, folder
        if recorded_in is not None:
            self._rim("the run's folder", lambda: self._own(folder), None)

    def seal(
        self,
        started: Started,
        ended: Ended,
        *,
        footprint: Footprint | None,
        environment: Environment | None,
        code: bytes | None,
    ) -> Entry | None:
        """Write how the run ended, its samples and its footprint, and let the lock go."""
        keeper = self._open()
        entry: Entry | None = None
        if keeper is not None:
            entry = self._rim("the ledger", lambda: self._sealed(keeper, started, ended, footprint, environment, code), None)
            self.recorded_in = str(keeper.recorded_in) if entry is not None else None
        self.let_go()
        self._close()
        return entry

    def let_go(self) -> None:
        """Give the owner's lock back without sealing: another process goes on, or another writer seals."""
        if self._lock is not None:
            lock, self._lock = self._lock, None
            self._rim("the run's lock", lock.release, None)

    def _sealed(
        self,
        keeper: Any,
        started: Started,
        ended: Ended,
        footprint: Footprint | None,
        environment: Environment | None,
        code: bytes | None,
    ) -> Any:
        from vatio.records import dumps

        if code is not None:
            keeper.blob(code)
        blob = None if environment is None else dumps(environment)
        return keeper.seal(started.id, ended, spool_folder=self.folder, footprint=footprint, environment=blob)

    def _own(self, folder: str) -> None:
        from vatio.ledger import OwnerLock

        os.makedirs(folder, exist_ok=True)
        self.let_go()
        self.folder, self._lock = folder, OwnerLock(folder, part=self._part)
        self._lock.acquire()

    def _open(self) -> Any:
        if self._ledger is None or self._ledger is False:
            return None
        if self._ledger is not True:
            return self._ledger
        if self._opened is None:
            from vatio.ledger import open_keeper

            self._opened = self._rim("not recorded", lambda: open_keeper(self._config), None)
        return self._opened

    def _park(self) -> None:
        """Keep the ledger open for the seal, which saves 10 ms, unless the process forks: a connection never crosses one."""
        if not _parked and not _watched:
            _watched.append(True)
            if hasattr(os, "register_at_fork"):
                os.register_at_fork(before=_close_parked)
        _parked.append(self)

    def _close(self) -> None:
        if self in _parked:
            _parked.remove(self)
        # An outbox has no connection, and goes on where it was.
        keeper = self._opened
        if keeper is not None and keeper.ledger is not None:
            self._opened = None
            self._rim("the ledger", keeper.close, None)


_parked: list[Keeping] = []
_watched: list[bool] = []


def _close_parked() -> None:
    for keeping in tuple(_parked):
        keeping._close()
