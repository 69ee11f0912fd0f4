"""What every backend of the ledger must do; an author subclasses it, and ours pass it too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from vatio.ledger import Backend, Execute

_INSERT = "INSERT INTO blob (sha256, body) VALUES (?, ?)"


class Fault(Exception):
    """Break a transaction."""


class BackendContract:
    """Check a backend: subclass it and give ``make``, which opens a backend over one and the same store each time.

    >>> class TestMyBackend(BackendContract):  # doctest: +SKIP
    ...     def make(self, folder: Path) -> Backend:
    ...         return MyBackend(folder)
    """

    make: Callable[[Path], Backend]

    def test_a_new_store_has_the_tables_and_nothing_in_them(self, tmp_path: Path) -> None:
        backend = self.make(tmp_path)

        for table in ("entry", "payload", "blob", "samples", "chunk", "origin", "run"):
            assert backend.query(f"SELECT count(*) FROM {table}") == [(0,)]

    def test_what_was_committed_is_there_for_the_next(self, tmp_path: Path) -> None:
        first = self.make(tmp_path)
        with first.transaction() as execute:
            execute(_INSERT, ("a", b"\x00\xff"))
        first.close()

        found = self.make(tmp_path).query("SELECT body FROM blob WHERE sha256 = ?", ("a",))

        assert [bytes(row[0]) for row in found] == [b"\x00\xff"]

    def test_a_transaction_that_fails_leaves_nothing(self, tmp_path: Path) -> None:
        backend = self.make(tmp_path)
        with pytest.raises(Fault):
            _write_and_fail(backend)

        assert backend.query("SELECT count(*) FROM blob") == [(0,)]

    def test_a_transaction_sees_its_own_writes_and_others_do_not(self, tmp_path: Path) -> None:
        writer, reader = self.make(tmp_path), self.make(tmp_path)
        assert _count(reader.query) == 0
        with writer.transaction() as execute:
            execute(_INSERT, ("a", b"1"))
            assert _count(execute) == 1
            assert _count(reader.query) == 0

        assert _count(reader.query) == 1

    def test_a_reading_transaction_is_one_steady_view(self, tmp_path: Path) -> None:
        writer, reader = self.make(tmp_path), self.make(tmp_path)
        with reader.transaction(write=False) as ask:
            before = _count(ask)
            with writer.transaction() as execute:
                execute(_INSERT, ("a", b"1"))
            assert _count(ask) == before

        assert _count(reader.query) == before + 1

    def test_it_opens_again_after_close(self, tmp_path: Path) -> None:
        backend = self.make(tmp_path)
        backend.close()

        assert backend.query("SELECT count(*) FROM blob") == [(0,)]

    def test_it_takes_room(self, tmp_path: Path) -> None:
        assert self.make(tmp_path).size_bytes() >= 0


def _write_and_fail(backend: Backend) -> None:
    with backend.transaction() as execute:
        execute(_INSERT, ("a", b"1"))
        raise Fault


def _count(ask: Execute) -> int:
    return int(ask("SELECT count(*) FROM blob")[0][0])
