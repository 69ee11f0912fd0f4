"""Be one run of this process: what ``with vatio.track() as run`` gives."""

from __future__ import annotations

import os

from vatio.measure.block._current import Block, Target, closed, innermost, opened
from vatio.measure.block._inside import PhaseBlock, tell_artifact, tell_metric, tell_work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure.block._member import Member
    from vatio.measure.block._session import Session
    from vatio.records import RunRecord, Started


class Run:
    """Hold one tracked block: its ``id``, what it says of itself, and its ``record`` once it has ended.

    >>> from vatio.testing import ReplayMeter, gpu
    >>> from vatio import track
    >>> with track(ReplayMeter([gpu(100.0), gpu(250.0)]), clock=iter([0.0, 2.0]).__next__) as run:
    ...     run.work(samples=64)
    >>> run.record.energy_j.value, run.record.duration_s, run.record.work
    (150.0, 2.0, {'samples': 64.0})
    """

    def __init__(self, measured: Session | Member, *, place: str = "", cell: tuple[bytes, int] | None = None) -> None:
        self.id = measured.started.id
        self.outer: Block | None = innermost()
        self.place, self.cell = place, cell
        self.measured = measured
        self._pid, self._open = os.getpid(), True

    def __repr__(self) -> str:
        return f"Run({self.id!r})"

    @property
    def started(self) -> Started:
        """Give what was known of the run before its block began."""
        return self.measured.started

    @property
    def target(self) -> Target:
        """Hear what the workload says of itself."""
        return self.measured.target

    @property
    def is_open(self) -> bool:
        """Tell whether the block has not been left, in this very process."""
        return self._open and self._pid == os.getpid()

    @property
    def recorded_in(self) -> str | None:
        """Give the ledger or outbox that keeps the run; ``None`` for "not recorded"."""
        return self.measured.recorded_in

    @property
    def record(self) -> RunRecord:
        """Give the run as every command shows it.

        Raises:
            MeasureError: the block has not been left yet.
        """
        return self.measured.record()

    def phase(self, name: str) -> PhaseBlock:
        """Name a part of this run: ``with run.phase("train"):``."""
        return PhaseBlock(name, self._targets)

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
        self.measured.begin()

    def end(self, status: str, *, note: str = "", exit_code: int | None = None, signal: int | None = None) -> None:
        """Take the last reading on this thread, sum the run up and keep it. In a fork, or a second time, do nothing."""
        if not self.is_open:
            return
        self._open = False
        if note:
            self.target.log({"e": "note", "text": note})
        self.measured.end(status, exit_code=exit_code, signal=signal)
        closed(self)

    def abandon(self) -> None:
        """Stop touching anything: this process is a fork of the one that measures."""
        self._open = False
        self.measured.abandon()

    def _targets(self) -> list[Target]:
        return [self.target] if self.is_open else []
