"""Take the environment's snapshot beside a tracked block, on the sampler's thread, in slices of milliseconds."""

from __future__ import annotations

import time

from vatio.measure._events import artifacts_of
from vatio.measure._recording import Recording
from vatio.measure.snapshot import Snapshot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records import Environment

# What is left of the snapshot when the block ends delays what follows it by at most this.
_MOST_AFTER_S = 2.0


class SnapshotBeside:
    """Step through a snapshot when it is due; what it costs is vatio's own, never the workload's."""

    def __init__(self, snapshot: Snapshot, recording: Recording) -> None:
        self._snapshot, self._recording = snapshot, recording
        self._helpers_s = 0.0

    @property
    def code(self) -> bytes | None:
        """Give the copy of uncommitted code."""
        return self._snapshot.code

    @property
    def notes(self) -> tuple[str, ...]:
        """Give what the snapshot could not tell."""
        return tuple(self._snapshot.notes)

    def due_s(self) -> float:
        """Give the seconds until the next slice."""
        due_s = self._snapshot.due_s(time.monotonic())
        return float("inf") if due_s is None else due_s

    def wake(self) -> bool:
        """Work for one slice."""
        if self.due_s() > 0.0:
            return False
        begun_s = time.thread_time()
        self._recording.rim("the snapshot", self._snapshot.step, True)
        self._book(begun_s)
        return False

    def finish(self) -> Environment | None:
        """Finish the snapshot and give it."""
        begun_s = time.thread_time()
        self._snapshot.artifacts = artifacts_of(self._recording.events.events())
        try:
            return self._recording.rim("the snapshot", lambda: self._snapshot.finish(limit_s=_MOST_AFTER_S), None)
        finally:
            self._snapshot.close()
            self._book(begun_s)

    def _book(self, begun_s: float) -> None:
        helpers_s, tree = self._snapshot.helpers_cpu_s, self._recording.instruments.tree
        self._recording.reader.spent_s += time.thread_time() - begun_s + helpers_s - self._helpers_s
        self._helpers_s = helpers_s
        if tree is not None:
            tree.not_ours.update(self._snapshot.pids)
