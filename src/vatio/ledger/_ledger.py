"""The ledger: what has been measured, in the order in which it was, and the proof that nobody changed it since."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vatio.errors import LedgerUnavailable
from vatio.ledger._sqlite import SqliteBackend
from vatio.ledger.chain import Identity, own_origin
from vatio.ledger.disk import Places

# What only a writer needs is imported where it writes: a list of runs must not pay for it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from vatio.ledger._backend import Backend
    from vatio.ledger._finished import Finished, Taken
    from vatio.ledger._pen import Pen
    from vatio.ledger._prune import Pruned
    from vatio.ledger.books import ShareOut
    from vatio.ledger.proof import Evidence, Verification
    from vatio.ledger.samples import Minutes, Samples
    from vatio.ledger.views import Facts, Overview, Said
    from vatio.records import Ended, Entry, Footprint, Quantity, RunRecord, Started


class Ledger:
    """Append entries and read runs. Open one with ``open_ledger``; close it, or use it in a ``with`` block."""

    def __init__(
        self,
        backend: Backend,
        *,
        path: str,
        identity: Identity,
        where: Places,
        sign: bool | None = None,
        readonly: bool = False,
    ) -> None:
        self.path = path
        self._backend = backend
        self._identity = identity
        self._where = where
        self._sign = sign
        self._readonly = readonly
        self._held: Pen | None = None

    @property
    def folder(self) -> str:
        """Give the folder of the ledger, in which spools and outbox lie."""
        return os.path.dirname(os.path.abspath(self.path))

    @property
    def origin(self) -> str | None:
        """Give the origin that this file writes; ``None`` while it has written nothing."""
        return own_origin(self._backend.query, self._identity)

    @property
    def recorded_in(self) -> str:
        """Say where entries go."""
        return self.path

    def spool_folder(self, run: str) -> str:
        """Give the folder of a run's spool, whether it is there or not."""
        return os.path.join(self.folder, "spool", run)

    def append(self, kind: str, payload: object, *, run: str | None = None) -> Entry:
        """Append one entry: a record, or a mapping of plain JSON values.

        Raises:
            LedgerUnavailable: the lock was not had in time, the disk is full or read-only.
            InvalidRecord: the payload is no record, or not finite.
        """
        with self._write() as execute:
            entry = self._pen.append(execute, kind, payload, run)
        self._pin()
        return entry

    def start(self, started: Started) -> Entry:
        """Write that a run starts, before its workload does."""
        return self.append("started", started, run=started.id)

    def seal(
        self,
        run: str,
        ended: Ended,
        *,
        spool_folder: str | None = None,
        footprint: Footprint | None = None,
        environment: bytes | None = None,
    ) -> Entry:
        """Write how a run ended with its samples and footprint, all or nothing, and remove its spool.

        A run ends once: sealing it again changes nothing and gives the entry that ended it.
        """
        from vatio.ledger._seal import sealed_samples, write_end

        samples = sealed_samples(spool_folder)
        with self._write() as execute:
            append = self._pen.chain_only
            entry = write_end(execute, append, run, ended, samples, environment=environment, footprint=footprint)
        if spool_folder is not None:
            _remove_spool(spool_folder)
        self._pin()
        return entry

    def take_finished(self, runs: Sequence[Finished]) -> Taken:
        """Write runs of another tool, all of them or none; those that are there already stay as they are."""
        from vatio.ledger._finished import take_finished

        with self._write() as execute:
            taken = take_finished(execute, self._pen.chain_only, runs)
        self._pin()
        return taken

    def is_imported(self, file_sha256: str) -> bool:
        """Tell whether a file of another tool was taken in to its end: its ``import`` entry says so."""
        from vatio.ledger._finished import is_imported

        return is_imported(self._backend.query, file_sha256)

    def account(self, footprints: Sequence[Footprint]) -> None:
        """Append accounts of runs, all or none; of each run the latest one counts."""
        with self._write() as execute:
            for footprint in footprints:
                self._pen.append(execute, "footprint", footprint, footprint.run)
        self._pin()

    def blob(self, data: bytes) -> str:
        """Keep bytes under their SHA-256, once."""
        from vatio.ledger._seal import store_blob

        with self._write() as execute:
            return store_blob(execute, data)

    def read_blob(self, sha256: str) -> bytes:
        """Read the bytes of a digest.

        Raises:
            UnknownName: the ledger has no such blob.
        """
        from vatio.ledger.views import named_blob

        return named_blob(self._backend.query, sha256)

    def head(self) -> Entry | None:
        """Read the last entry of this file's chain."""
        from vatio.ledger.chain import head_of

        return head_of(self._backend.query, self.origin)

    def find(self, ref: str) -> str:
        """Give the id of the run that ``ref`` means: an id, a unique part of one, a name, ``@1`` for the latest."""
        from vatio.ledger.views import find_run

        return find_run(self._backend.query, ref)

    def run(self, ref: str) -> RunRecord:
        """Read one run in whole."""
        return self._view(self.facts(self.find(ref)), with_environment=True)

    def runs(
        self, limit: int = 50, *, since: datetime | None = None, until: datetime | None = None, **filters: str
    ) -> tuple[RunRecord, ...]:
        """Read the newest runs, without their environments; ``limit`` 0 is all. Filters: project, series, name, ..."""
        from vatio.ledger.views import list_runs
        from vatio.records import rfc3339

        dates = [rfc3339(date) if date is not None else None for date in (since, until)]
        ids = list_runs(self._backend.query, limit=limit, since=dates[0], until=dates[1], filters=filters)
        return tuple(self._view(self.facts(run), with_environment=False) for run in ids)

    @property
    def overview(self) -> Overview:
        """Give what reads runs as they are listed, shown and added up, from the projection where that will do."""
        from vatio.ledger.views import Overview

        return Overview(self._backend, self.origin, readonly=self._readonly, find=self.find, read=self._bare, run=self.run)

    def earlier_j(self, record: RunRecord, *, limit: int = 30) -> tuple[float, ...]:
        """Read the joules of the latest finished runs of a run's series before it."""
        from vatio.ledger.books import earlier_j

        return earlier_j(self._backend.query, record, limit=limit)

    def samples(self, ref: str) -> Samples:
        """Read the samples of a run; of one that is not sealed yet, those of its spool.

        Raises:
            UnknownName: the run has none, or they were pruned.
        """
        from vatio.ledger.views import read_samples

        run = self.find(ref)
        return read_samples(self._backend.query, run, self.spool_folder(run))

    def minutes(self, ref: str) -> Minutes:
        """Read the per-minute aggregates of a run, as `samples` would fold to."""
        from vatio.ledger.views import read_minutes

        run = self.find(ref)
        return read_minutes(self._backend.query, run, self.spool_folder(run))

    def verify(
        self,
        *,
        key: str | None = None,
        head: str | None = None,
        rebuild: bool = False,
        share_out: ShareOut | None = None,
    ) -> Verification:
        """Check every byte that the chain proves, the signatures and, with ``rebuild``, the projection.

        ``share_out`` is the rule of runs that touch in time: without it their shares are not computed anew.
        """
        from vatio.ledger.proof import verify

        return verify(
            self._backend,
            path=self.path,
            trusted=self._where.trusted,
            identity=self._identity,
            key=key,
            head=head,
            rebuild=rebuild,
            read=self._bare,
            share_out=share_out,
        )

    def rebuild(self) -> None:
        """Write the projection anew, as the facts have it."""
        from vatio.ledger.books import replace_projection

        with self._write() as execute:
            replace_projection(execute)

    def prune(self, *, before: datetime, runs: Sequence[str] | None = None) -> Pruned:
        """Drop the samples of runs that ended before a date; their aggregates stay and are still proven."""
        from vatio.ledger._prune import prune
        from vatio.records import rfc3339

        with self._write() as execute:
            pruned = prune(execute, self._pen.append, before=rfc3339(before), runs=runs)
        self._pin()
        if pruned.runs and isinstance(self._backend, SqliteBackend):
            self._backend.shrink()
        return pruned

    def erase(self, ref: str, *, why: str, by: str) -> Entry:
        """Erase what was said of a run: the chain still verifies and tells which entries, why and who."""
        from vatio.ledger._prune import erase

        run = self.find(ref)
        with self._write() as execute:
            entry = erase(execute, self._pen.append, run, why=why, by=by)
        _remove_spool(self.spool_folder(run))
        self._pin()
        if isinstance(self._backend, SqliteBackend):
            self._backend.shrink()
        return entry

    def evidence(self, run: str) -> tuple[Evidence, ...]:
        """Read the entries that prove a run, with their payloads, so that they can be checked elsewhere."""
        from vatio.ledger.proof import read_evidence

        return read_evidence(self._backend.query, run)

    def said(self, kind: str) -> tuple[Said, ...]:
        """Read what the entries of one kind say (verdict, baseline, attestation, plan, ...), the oldest first."""
        from vatio.ledger.views import read_said

        return read_said(self._backend.query, kind)

    def host_idle(self, host: str) -> Mapping[str, Quantity]:
        """Read the idle watts of a host's devices from its latest baseline; empty when it has none."""
        from vatio.ledger.views import read_host_idle

        return read_host_idle(self._backend.query, host)

    def take_in_outbox(self) -> int:
        """Take in the runs that were written while this ledger could not be; give their number."""
        from vatio.ledger._take_in import take_in

        taken = take_in(self._backend, self._pen.append, self.path, self._where)
        self._pin()
        return taken

    def has_loose_ends(self) -> bool:
        """Tell, cheaply, whether ``settle`` may find anything."""
        folders = [os.path.join(self.folder, name) for name in ("outbox", "spool")]
        folders += [os.path.join(folder, "outbox") for folder in (self._where.state, self._where.temporary)]
        return any(os.path.isdir(folder) and os.listdir(folder) for folder in folders) or bool(self.unsealed())

    def settle(self) -> int:
        """Take in the outbox and seal the runs that were left behind; give the number of both."""
        from vatio.ledger.views import abandoned, outlived

        settled = self.take_in_outbox()
        for run, ended in abandoned(self.unsealed(), facts=self.facts, folder=self.spool_folder, is_here=self.is_here):
            self.seal(run, ended, spool_folder=self.spool_folder(run))  # it looks again, inside its transaction
            settled += 1
        for folder in outlived(os.path.join(self.folder, "spool"), sealed=self._sealed_among):
            _remove_spool(folder)
        return settled

    def wait_at_most(self, lock_s: float) -> None:
        """Change how long a write waits for another writer."""
        if isinstance(self._backend, SqliteBackend):
            self._backend.wait_at_most(lock_s)

    def usage_bytes(self) -> int:
        """Give the room on the disk: the file, its log and the spools."""
        from vatio.ledger.disk import folder_bytes

        return self._backend.size_bytes() + folder_bytes(os.path.join(self.folder, "spool"))

    def close(self) -> None:
        """Let go of the file."""
        self._backend.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def facts(self, run: str) -> Facts:
        """Read the entries of a run as they are."""
        from vatio.ledger.views import read_facts

        return read_facts(self._backend.query, run)

    def unsealed(self) -> tuple[str, ...]:
        """Give the ids of the runs that nobody has sealed."""
        rows = self._backend.query("SELECT id FROM run WHERE ended_seq IS NULL AND started_seq IS NOT NULL")
        return tuple(row[0] for row in rows)

    def is_here(self, origin: str) -> bool:
        """Tell whether an origin is written on this machine."""
        found = self._backend.query("SELECT machine FROM origin WHERE origin = ?", (origin,))
        return bool(found) and found[0][0] == self._identity.machine

    def _sealed_among(self, runs: Iterable[str]) -> list[str]:
        sql = "SELECT 1 FROM run WHERE id = ? AND ended_seq IS NOT NULL"
        return [run for run in runs if self._backend.query(sql, (run,))]

    def _view(self, facts: Facts, *, with_environment: bool) -> RunRecord:
        from vatio.ledger.views import read_environment, shown

        environment = read_environment(self._backend.query, facts.ended) if with_environment else None
        folder = self.spool_folder(facts.started.id)
        here = self.is_here(facts.origin)
        record = shown(facts, environment=environment, folder=folder, origin_is_here=here)
        if record.sealed or os.path.isdir(folder):
            return record
        now = self.facts(facts.started.id)  # whoever seals a run removes its spool: perhaps that was just now
        return record if now.ended is None else self._view(now, with_environment=with_environment)

    def _bare(self, run: str) -> RunRecord:
        return self._view(self.facts(run), with_environment=False)

    def _write(self) -> Any:
        if self._readonly:
            raise LedgerUnavailable(f"{self.path} was opened to be read", hint="open it without readonly")
        return self._backend.transaction()

    @property
    def _pen(self) -> Pen:
        if self._held is None:
            from vatio.ledger._pen import Pen

            self._held = Pen(self._identity, self._where, sign=self._sign)
        return self._held

    def _pin(self) -> None:
        self._pen.pin(self._backend.query, self.path)


def _remove_spool(folder: str) -> None:
    from vatio.ledger.disk import remove_folder

    remove_folder(folder)
