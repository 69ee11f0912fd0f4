"""Measure a wrapped child beside it: what the wrapper's loop wakes up for. Nothing here raises."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vatio.measure._events import WorkTold, wake_address
from vatio.measure._recording import Latest, Recording
from vatio.measure._rim import Rim
from vatio.measure.snapshot import Snapshot
from vatio.measure.wrap._live import Controller, Moment
from vatio.measure.wrap._loop import children

_DATAGRAM_BYTES = 16
_NEVER_S = float("inf")


class Work:
    """Drive one recording, its snapshot and its controllers; a part that fails is left out from then on."""

    __slots__ = ("_clock", "_controllers", "_events", "_latest", "_rim", "_told", "own", "recording", "snapshot")

    def __init__(
        self,
        recording: Recording,
        *,
        snapshot: Snapshot | None,
        controllers: Sequence[Controller] = (),
        rim: Rim,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.recording, self.snapshot, self._rim, self._clock = recording, snapshot, rim, clock
        self._controllers = list(controllers)
        self._events: Any = rim("the event socket", lambda: _listen(recording.started.id), None)
        self._latest: Latest | None = None
        self._told = WorkTold(recording.events.folder)
        tree = recording.instruments.tree
        self.own: set[int] = tree.not_ours if tree is not None else set()
        self.own.update(children())

    def begin(self, child: int) -> None:
        """Follow the child, which has just been started."""
        tree = self.recording.instruments.tree
        if tree is not None:
            self._rim("the process tree", lambda: tree.add(child), None)
        for controller in tuple(self._controllers):
            tells = getattr(controller, "tells", None)  # of a controller that makes gaps: see ``GapTeller``
            if tells is not None:
                tells(self.recording.gap)
            self._let(controller, lambda it: it.begin(self.recording.started, child))

    def due_s(self) -> float:
        """Give the seconds until the next sample or slice of the snapshot."""
        snapshot_s = None if self.snapshot is None else self.snapshot.due_s(self._clock())
        return min(self.recording.due_s(), _NEVER_S if snapshot_s is None else snapshot_s)

    def descriptors(self) -> tuple[int, ...]:
        """Give the event socket."""
        return () if self._events is None else (self._events.fileno(),)

    def wake(self) -> None:
        """Take a sample at a phase's boundary or when one is due, else work on the snapshot."""
        if self._heard():
            self._rim("a boundary", self.recording.boundary, None)
        self._rim("a sample", self._sample, None)
        if self.snapshot is not None and (self.snapshot.due_s(self._clock()) or 0.0) <= 0.0:
            self._rim("the snapshot", self.snapshot.step, True)
            self.own |= self.snapshot.pids

    def orphaned(self, pid: int, cpu_s: float) -> None:
        """Count the CPU time of an orphan that has ended."""
        tree = self.recording.instruments.tree
        if tree is not None:
            self._rim("the process tree", lambda: tree.ended(pid, cpu_s), None)

    def look_last(self, child: int) -> None:
        """Read what the kernel counted for the child, which is over and not reaped yet."""
        tree = self.recording.instruments.tree
        if tree is not None:
            self._rim("the process tree", lambda: tree.look_last(child), None)

    def survivors(self, child: int) -> tuple[int, ...]:
        """List the workload's processes that go on after the child."""
        tree = self.recording.instruments.tree
        known = set(children()) | (set(tree.pids()) if tree is not None else set())
        return tuple(sorted(known - self.own - {child}))

    def end(self) -> None:
        """Let the controllers undo what they changed, and close the socket."""
        for controller in tuple(self._controllers):
            self._let(controller, lambda it: it.end())
        if self._events is not None:
            self._events.close()
            self._events = None

    def _heard(self) -> bool:
        """Take the datagrams that tell of boundaries; tell whether there were any."""
        heard = False
        while self._events is not None:
            try:
                self._events.recv(_DATAGRAM_BYTES)
                heard = True
            except OSError:
                break
        return heard

    def _sample(self) -> None:
        recording = self.recording
        tree = recording.instruments.tree
        if recording.due_s() > 0.0:
            return
        if tree is not None:
            for meter in recording.instruments.meters:
                self.own.update(getattr(meter, "pids", ()))
            for pid in children():
                tree.add(pid)  # an orphan that left its parent between two looks at the tree
        if recording.wake() and recording.latest is not None:
            self._show(recording.latest)

    def _show(self, latest: Latest) -> None:
        moment = _moment(self._latest, latest, self._told.units() if self._controllers else {})
        self._latest = latest
        for controller in tuple(self._controllers):
            self._let(controller, lambda it: it.sample(moment))
            self.own.update(getattr(controller, "pids", ()))

    def _let(self, controller: Controller, act: Callable[[Controller], None]) -> None:
        def acted() -> bool:
            act(controller)
            return True

        if not self._rim(type(controller).__name__, acted, False) and controller in self._controllers:
            self._controllers.remove(controller)


def _moment(before: Latest | None, now: Latest, work: Mapping[str, float]) -> Moment:
    power_w = None
    if before is not None and before.energy_j is not None and now.energy_j is not None and now.t_s > before.t_s:
        power_w = (now.energy_j - before.energy_j) / (now.t_s - before.t_s)
    return Moment(t_s=now.t_s, energy_j=now.energy_j, power_w=power_w, cpu_s=now.cpu_s, work=work)


def _listen(run: str) -> Any:
    import _socket  # the socket module brings selectors and enum, 4 ms

    listener = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM | _socket.SOCK_NONBLOCK | _socket.SOCK_CLOEXEC)
    listener.bind(wake_address(run))
    return listener
