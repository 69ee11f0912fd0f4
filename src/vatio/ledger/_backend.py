"""What a ledger needs of a database: transactions that exclude one another, and questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

# Run one statement of the portable subset (tables of _schema, `?` for a value) and give its rows.
Execute = Callable[..., list[tuple[Any, ...]]]


class Backend(Protocol):
    """Keep the tables of a ledger. The same contract tests run on each backend (``vatio.testing.BackendContract``)."""

    def transaction(self, *, write: bool = True) -> AbstractContextManager[Execute]:
        """Open a transaction: all of it or nothing, alone among writers; ``write=False`` is one steady view to read.

        Raises:
            LedgerUnavailable: the lock was not had in time, the disk is full, the ledger may only be read.
        """
        ...

    def query(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Ask one question outside a transaction."""
        ...

    def size_bytes(self) -> int:
        """Give the room that the ledger takes."""
        ...

    def close(self) -> None:
        """Let go of the database; it opens again when it is used again."""
        ...
