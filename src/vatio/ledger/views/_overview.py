"""Look at runs as they are listed, shown and added up: from the projection where that will do, without the records' classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from vatio.ledger._backend import Backend, Execute
from vatio.ledger._sqlite import SqliteBackend

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import tzinfo

    from vatio.ledger.books import GroupSum, ShareOut
    from vatio.ledger.views._listed import Listed
    from vatio.ledger.views._seen import Seen
    from vatio.records import Quantity, RunRecord

T = TypeVar("T")
Read = Callable[[str], "RunRecord"]


class Overview:
    """Read a ledger's runs by the many. Get one from ``Ledger.overview``."""

    def __init__(
        self, backend: Backend, origin: str | None, *, readonly: bool, find: Callable[[str], str], read: Read, run: Read
    ) -> None:
        self._backend, self._origin, self._readonly = backend, origin, readonly
        self._find, self._read, self._run = find, read, run

    def head_hash(self) -> str | None:
        """Read the hash of the last entry of this file's chain."""
        sql = "SELECT hash FROM entry WHERE origin = ? ORDER BY seq DESC LIMIT 1"
        found = self._backend.query(sql, (self._origin or "",))
        return found[0][0] if found else None

    def seen(self, ref: str) -> RunRecord | Seen:
        """Read one run in whole, to be shown: what ``Ledger.run`` gives, without its classes where it is sealed."""
        from vatio.ledger.views._seen import read_seen

        run = self._find(ref)
        return read_seen(self._backend.query, run, with_environment=True) or self._run(run)

    def seen_all(self, limit: int = 50, **filters: str) -> tuple[RunRecord | Seen, ...]:
        """Read the newest runs, to be shown, without their environments; ``limit`` 0 is all."""
        from vatio.ledger.views._find import list_runs
        from vatio.ledger.views._seen import read_seen

        ids = list_runs(self._backend.query, limit=limit, since=None, until=None, filters=filters)
        return tuple(read_seen(self._backend.query, run, with_environment=False) or self._read(run) for run in ids)

    def footprints(self, ref: str) -> tuple[Seen, ...]:
        """Read every account of a run, the earliest first; the last one counts."""
        from vatio.ledger.views._seen import read_footprints

        return read_footprints(self._backend.query, self._find(ref))

    def listed(self, limit: int = 50, **filters: str) -> tuple[Listed, ...]:
        """Read the newest runs as lines of a list, from the projection alone where they are sealed; ``limit`` 0 is all."""
        from vatio.ledger.views._listed import read_listed

        return read_listed(self._backend.query, limit, filters, self._read)

    def sums(
        self,
        by: str,
        *,
        share_out: ShareOut,
        since: str | None = None,
        zone: tzinfo | None = None,
        project: str | None = None,
    ) -> tuple[GroupSum, ...]:
        """Add up the runs that have ended by project, stage, month, host or tag:KEY, each joule once (CONTRACT.md 5).

        ``share_out`` is the rule for runs that touch in time; only those that came since the last sum need it. ``since`` is
        RFC 3339 in UTC: a run is booked whole at its end, in the month that ``zone`` (UTC) has then.
        """
        from vatio.ledger.books import group_sums

        return self._summed(share_out, lambda execute: group_sums(execute, by, since=since, zone=zone, project=project))

    def sum_of(self, runs: Sequence[str], *, share_out: ShareOut) -> GroupSum:
        """Add up what some runs add to the sum of all."""
        from vatio.ledger.books import sum_of

        return self._summed(share_out, lambda execute: sum_of(execute, runs))

    def dearest(self, project: str) -> tuple[Quantity, Quantity, Quantity] | None:
        """Give the most that one run of a project spent in joules, in grams and in euros; ``None`` where none has ended."""
        from vatio.ledger.books import dearest

        return dearest(self._backend.query, project)

    def _summed(self, share_out: ShareOut, ask: Callable[[Execute], T]) -> T:
        """Ask for sums that are up to date: brought up to date in memory where the file is only read."""
        is_ready = is_settled(self._backend.query)
        if not is_ready and self._readonly and isinstance(self._backend, SqliteBackend):
            self._backend.shadow()
        with self._backend.transaction(write=not is_ready and not self._readonly) as execute:
            if not is_ready:
                from vatio.ledger.books import settle_shares  # here: most sums find everything told

                settle_shares(execute, self._read, share_out)
            return ask(execute)


def is_settled(execute: Execute) -> bool:
    """Tell whether every run's share and every tally is told."""
    return not any(execute(f"SELECT 1 FROM {table} WHERE fresh = 0 LIMIT 1") for table in ("stretch", "tally"))
