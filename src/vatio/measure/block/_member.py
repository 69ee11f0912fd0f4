"""Take part in the run that a job has on this host: measure it, or be ready to when the measurer dies (CONTRACT.md 5)."""

from __future__ import annotations

import _thread
import os
import time
from collections.abc import Sequence
from typing import Protocol

from vatio.errors import MeasureError, VatioError
from vatio.measure._events import Event, EventLog, read_events
from vatio.measure._rim import Rim
from vatio.measure.block._current import Target
from vatio.measure.block._elect import Election
from vatio.measure.block._session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure.block._keep import Keeping
    from vatio.measure.block._sampler import Sampler
    from vatio.records import RunRecord, Started

# How often a rank looks whether the measurer lives: the length of the hole in the power curve that its death leaves.
_LOOK_S = 0.25


class Quiet:
    """Hear what a rank that does not measure says of itself; the boundaries of its phases are interpolated."""

    __slots__ = ("events",)

    def __init__(self, folder: str) -> None:
        self.events = EventLog(folder)

    def mark(self) -> float:
        """Give the moment in CLOCK_MONOTONIC."""
        return time.monotonic()

    def log(self, event: Event) -> None:
        """Keep one event."""
        self.events.append(event)


class Ready(Protocol):
    """Make the session with which a rank goes on, and own its part of the run."""

    keeping: Keeping
    rim: Rim

    def resumed(self, folder: str) -> Session:
        """Make the session that goes on with the run whose spool lies in ``folder``."""


class Member:
    """Be one process of a job in its block. ``session`` is that of the process that founded the run, which measures it."""

    def __init__(self, election: Election, ready: Ready, *, session: Session | None, sampler: Sampler) -> None:
        from vatio.ledger import open_spool

        folder = ready.keeping.folder if session is None else session.recording.events.folder
        self._folder, self._election, self._ready, self._session = folder or "", election, ready, session
        self.started: Started = open_spool(self._folder)[0].started if session is None else session.started
        self.sampler, self._rim = sampler, ready.rim
        self._quiet = Quiet(self._folder)
        self._lock = _thread.allocate_lock()
        self._due_s = time.monotonic() + _LOOK_S
        self._cpu_from_s = _own_cpu_s()
        self._roots: set[int] = set()
        self._over = False

    @property
    def target(self) -> Target:
        """Hear what the workload says of itself."""
        return self._quiet if self._session is None else self._session.target

    @property
    def recorded_in(self) -> str | None:
        """Give the ledger or outbox that keeps the run; ``None`` for "not recorded"."""
        return self._ready.keeping.recorded_in

    def record(self) -> RunRecord:
        """Give the run as it is known to the last process that left its block, else as it stands.

        Raises:
            MeasureError: the block has not been left, or others are still in theirs and nothing can be read.
        """
        if not self._over:
            raise MeasureError(f"run {self.started.id} has not ended", hint="read run.record after the block")
        if self._session is not None and self._session.is_sealed:
            return self._session.record()
        from vatio.ledger import open_spool, run_record, summarise

        try:
            header, blocks = open_spool(self._folder)
        except VatioError as error:
            raise MeasureError(f"run {self.started.id} is kept by another rank", hint="vatio runs show") from error
        rows = (row for block in blocks for row in block if row)
        ended = summarise(header, rows, read_events(self._folder), status="running")
        return run_record(header.started, ended, sealed=False)

    def begin(self) -> None:
        """Join the block."""
        self._rim("an event", lambda: self._quiet.log(self._event("joined")), None)
        self.sampler.add(self)

    def due_s(self) -> float:
        """Give the seconds until the next look at the others."""
        return self._due_s - time.monotonic()

    def wake(self) -> bool:
        """Look at the others: go on when the measurer has died; measure whoever is in the block."""
        if self.due_s() > 0.0 or not self._lock.acquire(blocking=False):
            return False
        try:
            self._due_s = time.monotonic() + _LOOK_S
            if not self._over:
                self._look()
        finally:
            self._lock.release()
        return False

    def end(self, status: str, *, exit_code: int | None = None, signal: int | None = None) -> None:
        """Leave the block: the last one out sums the run up and keeps it, another hands it over."""
        with self._lock:
            self._over = True
        self.sampler.remove(self)
        self._rim("an event", lambda: self._quiet.log(self._event(status)), None)
        self._rim("leaving the job", lambda: self._leave(status, exit_code, signal), None)

    def abandon(self) -> None:
        """Stop touching anything: this process is a fork of the one that takes part."""
        self._over = True
        self.sampler.abandon()
        if self._session is not None:
            self._session.abandon()

    def _leave(self, status: str, exit_code: int | None, signal: int | None) -> None:
        election = self._election
        with election.mutex():
            others = election.others()
            if others:
                if self._session is not None:
                    self._session.leave()
                self._ready.keeping.let_go()
                election.leave()
            else:
                if self._session is None and election.try_measuring():
                    self._take_over()
                if self._session is not None:
                    verdict, notes = outcome(status, list(read_events(self._folder)))
                    for text in notes:
                        self._session.recording.note(text)
                    self._session.end(verdict, exit_code=exit_code, signal=signal)
                election.remove()
        election.close()

    def _look(self) -> None:
        if self._session is None and self._election.try_measuring():
            self._rim("taking over", self._take_over, None)
        if self._session is not None:
            self._rim("the other ranks", self._follow, None)

    def _take_over(self) -> None:
        session = self._ready.resumed(self._folder)
        session.begin()
        self._session = session

    def _follow(self) -> None:
        session = self._session
        tree = None if session is None else session.recording.instruments.tree
        if tree is None:
            return
        others = set(self._election.others())
        for pid in others - self._roots:
            tree.add(pid, from_now=True)
        for pid in self._roots - others:
            tree.drop(pid)
        self._roots = others

    def _event(self, status: str) -> Event:
        from vatio.measure.block._current import rank

        used_s = _own_cpu_s() - self._cpu_from_s
        return {"e": "rank", "rank": rank(), "pid": os.getpid(), "status": status, "cpu_s": used_s, "t": time.monotonic()}


def outcome(own: str, events: Sequence[Event]) -> tuple[str, list[str]]:
    """Say how a job's run ended on this host: failed where a rank failed, or never left its block.

    >>> outcome("finished", [{"e": "rank", "pid": 7, "rank": 1, "status": "joined"}])
    ('failed', ['rank 1 ended without leaving its block'])
    """
    ranks = [event for event in events if event.get("e") == "rank"]
    left = {event.get("pid") for event in ranks if event.get("status") != "joined"}
    gone = sorted({event.get("rank", 0) for event in ranks if event.get("pid") not in left})
    failed = own == "failed" or any(event.get("status") == "failed" for event in ranks)
    notes = [f"rank {rank} ended without leaving its block" for rank in gone]
    return ("failed" if failed or gone else own), notes


def _own_cpu_s() -> float:
    from resource import RUSAGE_CHILDREN, getrusage

    ended = getrusage(RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime
