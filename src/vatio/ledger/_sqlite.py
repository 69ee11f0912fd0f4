"""Keep a ledger in one SQLite file: write-ahead log, full synchronisation, one writer at a time, no connection past a fork."""

from __future__ import annotations

import os
import sqlite3
import time
from _thread import RLock
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from vatio.errors import LedgerDamaged, LedgerError, LedgerUnavailable
from vatio.ledger.books import FACTS, PROJECTIONS, VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger._backend import Execute

# STRICT tables came with 3.37; older libraries read them not at all, and write the same tables without the check.
_STRICT = sqlite3.sqlite_version_info >= (3, 37)
_BUSY = (5, 6)  # SQLITE_BUSY, SQLITE_LOCKED
_DAMAGED = {11: "damaged", 26: "not a ledger"}  # SQLITE_CORRUPT, SQLITE_NOTADB
_UNAVAILABLE = {
    3: "may not be opened",
    5: "is locked by another process",
    6: "is locked",
    8: "may only be read",
    10: "has a disk that fails",
    13: "has no space left",
    14: "cannot be opened",
    15: "cannot be locked here",
    22: "needs a newer SQLite",
}
# Connections that a fork has brought here: closing one would drop the parent's locks, so they are kept and never used.
_inherited: list[sqlite3.Connection] = []


class SqliteBackend:
    """Keep the tables in the file ``path``; wait at most ``lock_s`` seconds for another writer."""

    def __init__(self, path: str, *, readonly: bool = False, lock_s: float = 1.0) -> None:
        self.path = path
        self.lock_s = lock_s
        self._readonly = readonly
        self._connection: sqlite3.Connection | None = None
        self._pid = 0
        self._frozen: tuple[int, int] | None = None
        self._is_blank = False
        self._lock = RLock()

    @contextmanager
    def transaction(self, *, write: bool = True) -> Iterator[Execute]:
        """Open a transaction: all of it or nothing, alone among writers; ``write=False`` is one steady view to read."""
        with self._alone(), _named(self.path):
            if self._is_outdated():
                self.close()
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield _executor(connection)
                connection.execute("COMMIT")
            except BaseException as error:
                with suppress(sqlite3.Error):
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    self._check_steady()
                raise
            self._check_steady()

    def query(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Ask one question outside a transaction."""
        with self._alone(), _named(self.path):
            try:
                rows = self._open().execute(sql, tuple(values)).fetchall()
            except sqlite3.DatabaseError:
                if not self._is_outdated():
                    raise
            if not self._is_outdated():
                return rows
            self.close()
            return self._open().execute(sql, tuple(values)).fetchall()

    def size_bytes(self) -> int:
        """Give the room that the file and its log take."""
        return sum(os.path.getsize(part) for part in (self.path, f"{self.path}-wal") if os.path.exists(part))

    def shrink(self) -> None:
        """Give room that was freed back to the disk, as far as nobody else is reading or writing."""
        with self._alone(), suppress(sqlite3.OperationalError):
            connection = self._open()
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def shadow(self) -> None:
        """Work on a copy of the projection in memory from now on: of a file that is only read, not a byte is written."""
        with self._alone(), _named(self.path):
            connection = self._open()
            if not self._is_blank:
                _shadow(connection, copied=True)

    def inode(self) -> str:
        """Give the file's inode, which a copy does not share."""
        with _named(self.path):
            self._open()
        return str(os.stat(self.path).st_ino)

    def wait_at_most(self, lock_s: float) -> None:
        """Change how long a write waits for another writer."""
        self.lock_s = lock_s
        with self._alone(), _named(self.path):
            self._open().execute(f"PRAGMA busy_timeout = {max(0, int(lock_s * 1000))}")

    def close(self) -> None:
        """Close the file; it opens again when it is used again."""
        with self._alone():
            if self._connection is not None and self._pid == os.getpid():
                with suppress(sqlite3.Error):
                    self._connection.close()
                self._connection = None

    def _is_outdated(self) -> bool:
        # A writer came while the file was read as if nobody could.
        return self._frozen is not None and self._connection is not None and self._frozen != _stamp(self.path)

    def _check_steady(self) -> None:
        if self._is_outdated():
            raise LedgerUnavailable(f"{self.path} was written while it was read", hint="ask again")

    def _alone(self) -> RLock:
        if self._pid not in (0, os.getpid()):
            self._lock = RLock()  # the thread that held it may not have come across the fork
        return self._lock

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None and self._pid == os.getpid():
            if not self._is_blank or self._connection.in_transaction:
                return self._connection
            self.close()  # whoever was making the ledger may be done by now
        if self._connection is not None:
            _inherited.append(self._connection)
            self._connection = None
        self._pid = os.getpid()
        self._frozen, self._is_blank = None, False
        self._connection = self._open_to_read() if self._readonly else self._open_to_write()
        return self._connection

    def _open_to_write(self) -> sqlite3.Connection:
        try:
            os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
        except OSError as error:
            raise LedgerUnavailable(f"cannot make the folder of {self.path}: {error.strerror}") from error
        connection = self._connect(self.path, uri=False)
        try:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version != VERSION:
                _migrate(connection, version, self.path, self.lock_s)
            # FULL: an entry that was acknowledged survives a power cut. It costs a flush, not CPU time.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
        except BaseException:
            connection.close()
            raise
        return connection

    def _open_to_read(self) -> sqlite3.Connection:
        if not os.path.exists(self.path):
            raise LedgerUnavailable(f"there is no ledger at {self.path}", hint="vatio run makes one")
        quoted = "file:" + os.path.abspath(self.path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
        if os.path.exists(f"{self.path}-wal"):
            with suppress(sqlite3.OperationalError):
                connection = self._connect(f"{quoted}?mode=ro", uri=True)
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
                return self._readable(connection)
        # Without a log nobody is writing, and opening in the ordinary way would make one: a reader leaves no trace.
        self._frozen = _stamp(self.path)
        return self._readable(self._connect(f"{quoted}?mode=ro&immutable=1", uri=True))

    def _readable(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        """See an older file as one of today's, its projection made in memory, and one that is just being made as empty."""
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise _newer(self.path, version)
        if 0 < version < VERSION:
            _shadow(connection, copied=False)
            _project_anew(connection)
        if version == 0 and not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            self._frozen, self._is_blank = None, True
            _make_in_memory(connection, (*FACTS, *PROJECTIONS))
        return connection

    def _connect(self, target: str, *, uri: bool) -> sqlite3.Connection:
        # SQLite would wait for the other end of a pipe, and write its tables into a device.
        if os.path.exists(self.path) and not os.path.isfile(self.path):
            raise LedgerUnavailable(f"{self.path} is not a file", hint="move it away; --ledger names another file")
        connection = sqlite3.connect(
            target, timeout=self.lock_s, isolation_level=None, check_same_thread=False, uri=uri, cached_statements=32
        )
        connection.execute("PRAGMA cache_size = -512")  # KiB; the default is 2 MiB
        return connection


def _executor(connection: sqlite3.Connection) -> Execute:
    def execute(sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return connection.execute(sql, tuple(values)).fetchall()

    return execute


def _migrate(connection: sqlite3.Connection, version: int, path: str, lock_s: float) -> None:
    if version > VERSION:
        raise _newer(path, version)
    _use_log(connection, lock_s)
    connection.execute("BEGIN IMMEDIATE")
    # Another process may have been first while this one waited.
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        for statement in (*FACTS, *PROJECTIONS):
            connection.execute(statement if _STRICT else statement.replace(") STRICT", ")"))
    elif version < VERSION:
        connection.execute("DROP TABLE run")
        for statement in PROJECTIONS:
            connection.execute(statement if _STRICT else statement.replace(") STRICT", ")"))
        _project_anew(connection)
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _shadow(connection: sqlite3.Connection, *, copied: bool) -> None:
    # A temporary table hides the one of the same name in the file.
    _make_in_memory(connection, PROJECTIONS)
    if copied:
        for (table,) in connection.execute("SELECT name FROM temp.sqlite_master WHERE type = 'table'").fetchall():
            connection.execute(f"INSERT INTO temp.{table} SELECT * FROM main.{table}")


def _make_in_memory(connection: sqlite3.Connection, statements: Sequence[str]) -> None:
    connection.execute("PRAGMA temp_store = MEMORY")
    for statement in statements:
        made = statement.replace(") STRICT", ")").replace("CREATE TABLE", "CREATE TEMP TABLE", 1)
        connection.execute(made.replace("CREATE INDEX ", "CREATE INDEX temp.", 1))


def _project_anew(connection: sqlite3.Connection) -> None:
    from vatio.ledger.books import replace_projection  # here: once in a file's life

    replace_projection(_executor(connection))


def _newer(path: str, version: int) -> LedgerUnavailable:
    return LedgerUnavailable(f"{path} was written by a newer vatio (tables {version})", hint="upgrade vatio")


def _use_log(connection: sqlite3.Connection, lock_s: float) -> None:
    # The change to a write-ahead log does not wait for a lock by itself, however long the timeout is.
    end_s = time.monotonic() + lock_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF not in _BUSY or time.monotonic() > end_s:
                raise
            time.sleep(0.005)


def _stamp(path: str) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_mtime_ns, -1 if os.path.exists(f"{path}-wal") else status.st_size


@contextmanager
def _named(path: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        if code in _UNAVAILABLE:
            hint = "see `vatio doctor`; --ledger names another file"
            raise LedgerUnavailable(f"the ledger {path} {_UNAVAILABLE[code]}: {error}", hint=hint) from error
        if code in _DAMAGED:
            raise LedgerDamaged(f"{path} is {_DAMAGED[code]}: {error}", hint="restore a copy; move the file away") from error
        raise LedgerError(f"the ledger {path} failed: {error}") from error
    except UnicodeDecodeError as error:  # of a name or message that SQLite found in a damaged file
        raise LedgerDamaged(f"{path} is damaged: {error}", hint="restore a copy; move the file away") from error
