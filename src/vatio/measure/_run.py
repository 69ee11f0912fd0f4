"""Be one run of this process: what ``with vatio.track() as run`` gives."""

from __future__ import annotations

import os
import time
from typing import Any

from vatio.errors import MeasureError
from vatio.measure._current import Target, closed, innermost, opened
from vatio.measure._inside import PhaseBlock, tell_artifact, tell_metric, tell_work
from vatio.measure._keep import Keeping
from vatio.measure._recording import Recording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config
    from vatio.measure._beside import SnapshotBeside
    from vatio.measure._sampler import Sampler
    from vatio.records import Ended, Entry, Environment, Footprint, RunRecord, Started


class Run:
    """Hold one tracked block: its ``id``, what it says of itself, and its ``record`` once it has ended.

    >>> from vatio.testing import ReplayMeter, gpu
    >>> from vatio import track
    >>> with track(ReplayMeter([gpu(100.0), gpu(250.0)]), clock=iter([0.0, 2.0]).__next__) as run:
    ...     run.work(samples=64)
    >>> run.record.energy_j.value, run.record.duration_s, run.record.work
    (150.0, 2.0, {'samples': 64.0})
    """

    def __init__(
        self,
        recording: Recording,
        *,
        keeping: Keeping,
        config: Config,
        sampler: Sampler | None,
        snapshot: SnapshotBeside | None = None,
        cell: tuple[bytes, int] | None = None,
    ) -> None:
        self.id = recording.started.id
        self.outer = innermost()
        self.cell = cell
        self.target: Target = recording
        self.sampler = sampler
        self._recording, self._keeping, self._config, self._snapshot = recording, keeping, config, snapshot
        self._pid, self._open = os.getpid(), True
        self._entry: Entry | None = None
        self._ended: Ended | None = None
        self._footprint: Footprint | None = None
        self._environment: Environment | None = None

    def __repr__(self) -> str:
        return f"Run({self.id!r})"

    @property
    def started(self) -> Started:
        """Give what was known of the run before its block began."""
        return self._recording.started

    @property
    def is_open(self) -> bool:
        """Tell whether the block has not been left, in this very process."""
        return self._open and self._pid == os.getpid()

    @property
    def recorded_in(self) -> str | None:
        """Give the ledger or outbox that keeps the run; ``None`` for "not recorded"."""
        return self._keeping.recorded_in

    @property
    def record(self) -> RunRecord:
        """Give the run as every command shows it.

        Raises:
            MeasureError: the block has not been left yet.
        """
        if self._ended is None:
            raise MeasureError(f"run {self.id} has not ended", hint="read run.record after the block")
        from vatio.ledger import run_record

        return run_record(
            self.started,
            self._ended,
            footprint=self._footprint,
            environment=self._environment,
            sealed=self._entry is not None,
            entries=_references(self._entry),
        )

    def phase(self, name: str) -> PhaseBlock:
        """Name a part of this run: ``with run.phase("train"):``."""
        return PhaseBlock(name, self._targets, rank=self.started.rank)

    def work(self, **units: float) -> None:
        """Add units of work that were done: ``run.work(samples=64)``."""
        tell_work(self._targets, units)

    def log_metric(self, name: str, value: float) -> None:
        """Keep the latest value of a metric."""
        tell_metric(self._targets, name, value)

    def log_artifact(self, path: str | os.PathLike[str]) -> None:
        """Name a file that the run has made."""
        tell_artifact(self._targets, path)

    def begin(self) -> None:
        """Take the first reading on this thread, and let the sampler go on beside the block."""
        opened(self)
        self._recording.begin()
        if self.sampler is not None:
            self.sampler.add(self._recording)
            if self._snapshot is not None:
                self.sampler.add(self._snapshot)

    def end(self, status: str, *, note: str = "", exit_code: int | None = None, signal: int | None = None) -> None:
        """Take the last reading on this thread, sum the run up and keep it. In a fork, or a second time, do nothing."""
        if not self.is_open:
            return
        self._open = False
        if note:
            self._recording.note(note)
        recording = self._recording
        self._ended = recording.end(status, exit_code=exit_code, signal=signal, peak_memory_bytes=_peak_bytes(recording))
        closed(self)
        begun_s = time.thread_time()
        if self.sampler is not None:
            self.sampler.remove(recording)
            if self._snapshot is not None:
                self.sampler.remove(self._snapshot)
        recording.rim("the account", self._account, None)
        self._seal()
        recording.reader.spent_s += time.thread_time() - begun_s

    def abandon(self) -> None:
        """Stop touching anything: this process is a fork of the one that measures."""
        self._open = False
        self._recording.abandon()
        if self.sampler is not None:
            self.sampler.abandon()

    def _targets(self) -> list[Target]:
        return [self.target] if self.is_open else []

    def _account(self) -> None:
        ended = self._ended
        if self._snapshot is not None:
            self._environment = self._snapshot.finish()
        if ended is None or self._keeping.recorded_in is None:
            return
        from vatio.account import footprint

        self._footprint = footprint(ended, site=self._config.site, run=self.id, environment=self._environment)

    def _seal(self) -> None:
        if self._ended is None or self._keeping.recorded_in is None:
            self._keeping.let_go()
            return
        code = None if self._snapshot is None else self._snapshot.code
        self._entry = self._keeping.seal(
            self.started, self._with_faults(self._ended), footprint=self._footprint, environment=self._environment, code=code
        )

    def _with_faults(self, ended: Ended) -> Ended:
        """Add to the notes what failed after the run was summed up."""
        from dataclasses import replace

        late = tuple(fault for fault in self._recording.rim.faults if fault not in ended.notes)
        self._ended = replace(ended, notes=(*ended.notes, *late)) if late else ended
        return self._ended


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
