"""Measure one run in this process, from its first reading to its seal in the ledger."""

from __future__ import annotations

import time
from typing import Any

from vatio.errors import MeasureError
from vatio.measure._recording import Recording
from vatio.measure.block._current import Target
from vatio.measure.block._keep import Keeping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config
    from vatio.measure.block._beside import SnapshotBeside
    from vatio.measure.block._sampler import Sampler
    from vatio.records import Ended, Entry, Environment, Footprint, RunRecord


class Session:
    """Measure one run in this process, from its first reading to its seal."""

    def __init__(
        self,
        recording: Recording,
        *,
        keeping: Keeping,
        config: Config,
        sampler: Sampler | None,
        snapshot: SnapshotBeside | None = None,
    ) -> None:
        self.recording, self.started = recording, recording.started
        self.target: Target = recording
        self.sampler = sampler
        self.keeping = keeping
        self._config, self._snapshot = config, snapshot
        self._begun = False
        self._entry: Entry | None = None
        self._ended: Ended | None = None
        self._footprint: Footprint | None = None
        self._environment: Environment | None = None

    @property
    def is_sealed(self) -> bool:
        """Tell whether the run has been summed up here."""
        return self._ended is not None

    @property
    def recorded_in(self) -> str | None:
        """Give the ledger or outbox that keeps the run; ``None`` for "not recorded"."""
        return self.keeping.recorded_in

    def record(self) -> RunRecord:
        """Give the run as every command shows it.

        Raises:
            MeasureError: the block has not been left yet.
        """
        if self._ended is None:
            raise MeasureError(f"run {self.started.id} has not ended", hint="read run.record after the block")
        from vatio.ledger import run_record

        return run_record(
            self.started,
            self._ended,
            footprint=self._footprint,
            environment=self._environment,
            sealed=self._entry is not None,
            entries=_references(self._entry),
        )

    def begin(self) -> None:
        """Take the first reading on this thread, and let the sampler go on beside the block; a second call does nothing."""
        if self._begun:
            return
        self._begun = True
        self.recording.begin()
        if self.sampler is not None:
            self.sampler.add(self.recording)
            if self._snapshot is not None:
                self.sampler.add(self._snapshot)

    def end(self, status: str, *, exit_code: int | None = None, signal: int | None = None) -> None:
        """Take the last reading on this thread, sum the run up and keep it."""
        recording, begun_s = self.recording, time.thread_time()
        self._ended = recording.end(status, exit_code=exit_code, signal=signal, peak_memory_bytes=_peak_bytes(recording))
        self._leave_sampler()
        recording.rim("the account", self._account, None)
        if self._ended is not None:
            self._ended = self._completed(self._ended, time.thread_time() - begun_s)
        self._seal()

    def leave(self) -> None:
        """Hand the run over to another process of the job: take a last reading, and seal nothing."""
        self.recording.leave()
        self._leave_sampler()
        self.keeping.let_go()

    def abandon(self) -> None:
        """Stop touching anything: this process is a fork of the one that measures."""
        self.recording.abandon()
        if self.sampler is not None:
            self.sampler.abandon()

    def _leave_sampler(self) -> None:
        if self.sampler is not None:
            self.sampler.remove(self.recording)
            if self._snapshot is not None:
                self.sampler.remove(self._snapshot)

    def _account(self) -> None:
        ended = self._ended
        if self._snapshot is not None:
            self._environment = self._snapshot.finish()
        if ended is None or self.keeping.recorded_in is None:
            return
        from vatio.account import footprint

        self._footprint = footprint(ended, site=self._config.site, run=self.started.id, environment=self._environment)
        if self._config.gives("budgets"):
            self.recording.rim("the budgets", lambda: self._mark(ended), None)

    def _mark(self, ended: Ended) -> None:
        """Note the budgets that this run passes."""
        from dataclasses import replace

        from vatio.measure._budgets import told_of_budgets

        told = told_of_budgets(self.started, ended, self._footprint, config=self._config, ledger=self.keeping.ledger())
        self._ended = replace(ended, notes=(*ended.notes, *told.marks))

    def _seal(self) -> None:
        if self._ended is None or self.keeping.recorded_in is None:
            self.keeping.let_go()
            return
        code = None if self._snapshot is None else self._snapshot.code
        self._entry = self.keeping.seal(
            self.started, self._ended, footprint=self._footprint, environment=self._environment, code=code
        )

    def _completed(self, ended: Ended, more_cpu_s: float) -> Ended:
        """Add the notes and vatio's own CPU time that came after the run was summed up."""
        said = (*self.recording.rim.faults, *(() if self._snapshot is None else self._snapshot.notes))
        late = tuple(text for text in said if text not in ended.notes)
        from dataclasses import replace

        return replace(ended, notes=(*ended.notes, *late), overhead_cpu_s=ended.overhead_cpu_s + more_cpu_s)


def _peak_bytes(recording: Recording) -> int | None:
    """Give the process's peak memory where it grew during the run: the kernel saw it between two samples."""
    tree, before = recording.instruments.tree, recording.peak_before_bytes
    now = None if tree is None else tree.peak_bytes()
    return now if now is not None and before is not None and now > before else None


def _references(entry: Entry | None) -> tuple[Any, ...]:
    if entry is None:
        return ()
    from vatio.records import EntryRef

    return (EntryRef(origin=entry.origin, seq=entry.seq, hash=entry.hash, kind=entry.kind),)
