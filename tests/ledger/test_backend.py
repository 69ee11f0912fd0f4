"""The SQLite backend keeps the contract of backends, in one process, in many, and across a fork."""

import os
import sqlite3
import threading
from pathlib import Path

import pytest

from vatio.errors import LedgerDamaged, LedgerUnavailable
from vatio.ledger import Backend, SqliteBackend
from vatio.testing import BackendContract


class TestSqliteBackend(BackendContract):
    def make(self, folder: Path) -> Backend:
        return SqliteBackend(str(folder / "ledger.sqlite"))


def test_a_locked_ledger_is_unavailable_after_the_limit(tmp_path: Path) -> None:
    path = str(tmp_path / "ledger.sqlite")
    holder, waiter = SqliteBackend(path), SqliteBackend(path, lock_s=0.05)
    with holder.transaction(), pytest.raises(LedgerUnavailable, match="locked"), waiter.transaction():
        pass


def test_a_file_of_something_else_is_damaged_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"no database" * 500)

    with pytest.raises(LedgerDamaged):
        SqliteBackend(str(path)).query("SELECT 1 FROM entry")

    assert path.read_bytes() == b"no database" * 500


def test_a_ledger_of_a_newer_vatio_is_not_written(tmp_path: Path) -> None:
    path = str(tmp_path / "ledger.sqlite")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 999")
    connection.close()

    with pytest.raises(LedgerUnavailable, match="newer"):
        SqliteBackend(path).query("SELECT 1")


def test_a_fork_opens_a_connection_of_its_own(tmp_path: Path) -> None:
    backend = SqliteBackend(str(tmp_path / "ledger.sqlite"))
    with backend.transaction() as execute:
        execute("INSERT INTO blob VALUES ('parent', x'00')")
    pid = os.fork()
    if pid == 0:
        with backend.transaction() as execute:
            execute("INSERT INTO blob VALUES ('child', x'00')")
        os._exit(0)

    assert os.waitpid(pid, 0)[1] == 0
    assert backend.query("SELECT sha256 FROM blob ORDER BY sha256") == [("child",), ("parent",)]


def test_reading_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    writer = SqliteBackend(str(path))
    writer.query("SELECT 1")
    writer.close()
    before = {item.name: (item.stat().st_mtime_ns, item.read_bytes()) for item in tmp_path.iterdir()}

    reader = SqliteBackend(str(path), readonly=True)
    reader.query("SELECT count(*) FROM entry")

    assert {item.name: (item.stat().st_mtime_ns, item.read_bytes()) for item in tmp_path.iterdir()} == before


def test_a_reader_sees_what_a_writer_adds_while_it_is_open(tmp_path: Path) -> None:
    path = str(tmp_path / "ledger.sqlite")
    SqliteBackend(path).query("SELECT 1")
    reader = SqliteBackend(path, readonly=True)
    assert reader.query("SELECT count(*) FROM blob") == [(0,)]

    with SqliteBackend(path).transaction() as execute:
        execute("INSERT INTO blob VALUES ('a', x'00')")

    assert reader.query("SELECT count(*) FROM blob") == [(1,)]


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    path = str(tmp_path / "ledger.sqlite")
    SqliteBackend(path).query("SELECT 1")

    with pytest.raises(LedgerUnavailable), SqliteBackend(path, readonly=True).transaction() as execute:
        execute("INSERT INTO blob VALUES ('a', x'00')")


def test_a_file_that_is_just_being_made_is_read_as_empty_and_then_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.touch()  # as SQLite leaves it before the first table
    reader = SqliteBackend(str(path), readonly=True)
    assert reader.query("SELECT id FROM run") == reader.query("SELECT seq FROM entry") == []
    with reader.transaction(write=False) as execute:
        assert execute("SELECT count(*) FROM blob") == [(0,)]
        SqliteBackend(str(path)).query("SELECT 1")
        assert execute("SELECT count(*) FROM blob") == [(0,)]

    with SqliteBackend(str(path)).transaction() as execute:
        execute("INSERT INTO blob VALUES ('a', x'00')")

    assert reader.query("SELECT count(*) FROM blob") == [(1,)]


def test_a_reader_that_races_the_making_of_a_ledger_never_fails(tmp_path: Path) -> None:
    made = threading.Event()

    def make() -> None:
        for at in range(60):
            SqliteBackend(str(tmp_path / f"{at}.sqlite")).query("SELECT 1")
        made.set()

    maker = threading.Thread(target=make)
    maker.start()
    counts = set()
    while not made.is_set():
        newest = max((int(item.stem) for item in tmp_path.glob("*.sqlite")), default=None)
        if newest is not None:
            counts |= set(SqliteBackend(str(tmp_path / f"{newest}.sqlite"), readonly=True).query("SELECT count(*) FROM run"))
    maker.join()
    assert counts == {(0,)}
