"""Read one run's meters into its spool, and make its facts from them: what ``track()`` and ``vatio run`` both drive.

Nothing here raises once the run has begun: a fault becomes a gap or a hole with its reason.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from vatio.measure._events import WAKES_PER_S, Event, EventLog
from vatio.measure._reading import Instruments, Reader, Values, counted_columns
from vatio.measure._rim import Rim
from vatio.measure._rows import ResumedRows, Rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger import SpoolHeader
    from vatio.records import Ended, Quantity, Started

# A suspended machine's monotonic clock stands still; less than this between two readings of both clocks is no suspension.
_SUSPENDED_S = 0.5
# How often a meter is read, and after how many seconds its reading is torn. On the calling thread a reading takes
# microseconds; beside a busy interpreter each read waits 5 ms for the lock, and reading again would only wait again.
_ON_TIME = (3, 0.002)
_BESIDE = (2, 0.1)


class Facts(NamedTuple):
    """Hold what is known of a host beside its meters: idle watts by device, what is reserved, what should be measured."""

    idle_w: Mapping[str, Quantity] = {}
    reserved_ratio: float | None = None
    gpus_reserved: bool = False
    visible_gpus: tuple[str, ...] = ()
    expected_hosts: int | None = None
    total: str = "parts"
    notes: tuple[str, ...] = ()


class Latest(NamedTuple):
    """Hold the latest sample: joules of the counted devices (``None``: no value) and CPU-seconds since the run's begin."""

    t_s: float
    energy_j: float | None
    cpu_s: float | None


def suspended_s() -> float:
    """Give the seconds that this boot has spent suspended."""
    try:
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
    except (AttributeError, OSError):  # not Linux
        return 0.0


class Clocks(NamedTuple):
    """Hold a run's clocks: CLOCK_MONOTONIC, and the seconds for which the machine was suspended."""

    now_s: Callable[[], float] = time.monotonic
    suspended_s: Callable[[], float] = suspended_s


class Recording:
    """Record one run: ``begin()``, then ``wake()`` whenever ``due_s()`` seconds have passed, then ``end()``.

    ``folder`` is the run's spool folder; without one, or when it cannot be written, samples stay in memory. ``begin``,
    ``boundary`` and ``end`` read the meters on the calling thread; ``wake`` may run on another. Where the instruments are
    replayed ones without a host, the clock is read once a sample and nowhere else. With ``resume`` the spool of a measurer
    that has died or left is gone on with.
    """

    def __init__(
        self,
        started: Started,
        instruments: Instruments,
        *,
        folder: str | None = None,
        facts: Facts = Facts(),  # noqa: B008  it never changes
        clocks: Clocks = Clocks(),  # noqa: B008  it never changes
        rim: Rim | None = None,
        resume: bool = False,
    ) -> None:
        import _thread

        self.started, self.facts, self.instruments = started, facts, instruments
        self.rim = rim or Rim()
        self.events = EventLog(folder)
        self._last: tuple[float, Values] | None = None
        self._folder, self._clocks, self._now_s = folder, clocks, clocks.now_s
        self._lock = _thread.allocate_lock()
        watts = {device: idle.value for device, idle in facts.idle_w.items() if idle.value is not None}
        self.reader = Reader(instruments, idle_w=watts, gpus_reserved=facts.gpus_reserved)
        self._rows: Rows | ResumedRows | None = None
        self._resume = resume
        self._poll_s = min((meter.poll_s for meter in instruments.meters if meter.poll_s is not None), default=None)
        self._replayed = instruments.host is None and instruments.tree is None
        self._sample_due_s = self._poll_due_s = float("inf")
        self._boundary_due_s = float("-inf")
        self._first: Values = []
        self.peak_before_bytes: int | None = None
        self._start_s = self._taken_s = started.start_monotonic_s
        self._suspended_s = 0.0
        self._said: set[str] = set()
        self._over = False

    @property
    def header(self) -> SpoolHeader:
        """Give the header of this run's spool."""
        from vatio.ledger import SpoolHeader

        facts, devices = self.facts, {channel.device for meter in self.instruments.meters for channel in meter.channels}
        ranges = {name: range_j for meter in self.instruments.meters for name, range_j in meter.counter_ranges_j.items()}
        return SpoolHeader(
            started=self.started,
            channels=self.reader.channels,
            idle_w={device: idle for device, idle in facts.idle_w.items() if device in devices},
            reserved_ratio=facts.reserved_ratio,
            total=facts.total,
            wall_start=self.started.started_at,
            visible_gpus=facts.visible_gpus,
            expected_hosts=facts.expected_hosts,
            notes=facts.notes,
            counter_ranges_j=ranges,
        )

    def begin(self) -> None:
        """Take the first sample; the run's time starts at ``started.start_monotonic_s``."""
        self._rows = self.rim("the spool", self._open_rows, None)
        self._suspended_s = self._clocks.suspended_s()
        self.peak_before_bytes = None if self.instruments.tree is None else self.instruments.tree.peak_bytes()
        if self._rows is not None:
            self._say(self._rows.fault)
        self._take(first=True, on_time=True)
        if not self._replayed:
            self._sample_due_s = self._clocks.now_s() + self.started.interval_s

    def _open_rows(self) -> Rows | ResumedRows:
        if not self._resume or self._folder is None:
            return Rows(self.header, self._folder)
        rows = ResumedRows(self._folder, self.reader.channels)
        last_s = self.started.start_monotonic_s + rows.last_s
        self.gap(last_s, self._clocks.now_s(), "the measuring process ended; another one goes on")
        return rows

    def due_s(self) -> float:
        """Give the seconds until the next work, 0 or less when it is late."""
        due_s = self._sample_due_s if self._sample_due_s < self._poll_due_s else self._poll_due_s
        return due_s - self._now_s()

    def wake(self) -> bool:
        """Do what is due: poll the meters that must be polled, or take a sample; tell whether one was taken."""
        now_s = self._now_s()
        if now_s >= self._sample_due_s:
            # Set before reading: what fails must not be tried again at once. Late samples are left out, not made up for.
            self._sample_due_s += self.started.interval_s
            if self._sample_due_s <= now_s:
                self._sample_due_s = now_s + self.started.interval_s
            return self._locked(self._take)
        if now_s >= self._poll_due_s:
            self._poll_due_s = now_s + (self._poll_s or self.started.interval_s)
            self._locked(self._poll)
        return False

    def sample(self) -> None:
        """Take a sample now."""
        self._locked(self._take)

    def boundary(self) -> float:
        """Take a sample at the boundary of a phase, at most 20 in a second; give the boundary's CLOCK_MONOTONIC.

        Where none is taken, or somebody else takes one at this moment, the counters are interpolated there.
        """
        if self._replayed:
            self._locked(lambda: self._take(on_time=True))
            return self._taken_s
        now_s = self._clocks.now_s()
        if now_s < self._boundary_due_s:
            return now_s
        self._boundary_due_s = now_s + 1.0 / WAKES_PER_S
        return self._taken_s if self._locked(lambda: self._take(on_time=True)) else now_s

    def mark(self) -> float:
        """Take a sample at the boundary of a phase, and give its CLOCK_MONOTONIC."""
        return self.boundary()

    def note(self, text: str) -> None:
        """Add a line to the run's notes."""
        self._say(text)

    def gap(self, start_s: float, end_s: float, reason: str, *, paused_s: float = 0.0) -> None:
        """Say for which time (CLOCK_MONOTONIC) something is not known, and why."""
        event = {"e": "gap", "start": start_s, "end": end_s, "reason": reason, "paused_s": paused_s}
        self.log(event)

    def end(
        self,
        status: str,
        *,
        exit_code: int | None = None,
        signal: int | None = None,
        duration_s: float | None = None,
        peak_memory_bytes: int | None = None,
    ) -> Ended:
        """Take the last sample, close the meters and sum the run up. ``duration_s`` is that between the first and the last
        sample unless given; ``peak_memory_bytes`` is a peak that the kernel kept."""
        with self._lock:
            self._over = True
            self._take(last=True, on_time=True)
            self.rim("closing the meters", self.instruments.close, None)
            if self._rows is not None:
                self._rows.close()
                self._say(self._rows.fault)
        ended: Ended | None = self.rim(
            "the summary",
            lambda: self._summary(status, exit_code, signal, duration_s, peak_memory_bytes),
            None,
        )
        return ended or self._bare(status, exit_code, signal)

    def leave(self) -> None:
        """Take the last sample of this process and close the spool for another that goes on with the run."""
        with self._lock:
            self._over = True
            self._take(last=True, on_time=True)
            self.rim("closing the meters", self.instruments.close, None)
            if self._rows is not None:
                self._rows.close()
            self.events.close()

    def abandon(self) -> None:
        """Stop without reading, writing or closing anything: this process is a fork of the one that records."""
        self._over = True

    def _summary(
        self, status: str, exit_code: int | None, signal: int | None, duration_s: float | None, peak_memory_bytes: int | None
    ) -> Ended:
        from vatio.ledger import summarise

        ended: Ended = summarise(
            self.header if self._rows is None else self._rows.header,
            () if self._rows is None else self._rows,
            self.events.events(),
            status=status,
            exit_code=exit_code,
            signal=signal,
            duration_s=duration_s,
            peak_memory_bytes=peak_memory_bytes,
            notes=self.rim.faults,
        )
        self.events.close()
        return ended

    def _bare(self, status: str, exit_code: int | None, signal: int | None) -> Ended:
        """Give what is certain of a run whose samples cannot be summed up."""
        from datetime import UTC, datetime

        from vatio.records import Ended, Quantity

        latest = self.latest
        return Ended(
            status=status,
            ended_at=datetime.now(UTC),
            duration_s=0.0 if latest is None else latest.t_s,
            components=(),
            basis="machine",
            workload_energy_j=Quantity.absent("energy"),
            exit_code=exit_code,
            signal=signal,
            notes=tuple(self.rim.faults),
        )

    def _locked(self, action: Callable[[], None]) -> bool:
        """Act unless somebody else is reading at this moment: then a reading is being taken already."""
        if not self._lock.acquire(False):
            return False
        try:
            if self._over:
                return False
            action()
            return True
        finally:
            self._lock.release()

    def _poll(self) -> None:
        begun_s = time.thread_time()
        self.rim("a meter", self.reader.poll, None)
        self.reader.spent_s += time.thread_time() - begun_s

    def _take(self, *, first: bool = False, last: bool = False, on_time: bool = False) -> None:
        begun_s, reader = time.thread_time(), self.reader
        try:
            t_s, values = self._read(first=first, last=last, on_time=on_time)
        except Exception as error:  # noqa: BLE001  as the rim does, without a function made for each sample
            self.rim.failed("a sample", error)
        else:
            if self._rows is not None:
                self._keep(self._rows, t_s, values)
        reader.spent_s += time.thread_time() - begun_s

    def _read(self, *, first: bool, last: bool, on_time: bool) -> tuple[float, Values]:
        start_s = self._start_s
        if self._replayed:
            return self.reader.read_at(0.0 if first else self._now_s() - start_s)
        t_s, values = self.reader.read(self._now_s, start_s=start_s, last=last, patience=_ON_TIME if on_time else _BESIDE)
        self._look_for_suspension(start_s + t_s)
        if self._poll_s is not None:
            self._poll_due_s = start_s + t_s + self._poll_s
        return t_s, values

    def _keep(self, rows: Rows | ResumedRows, t_s: float, values: Values) -> None:
        rows.append(t_s, values)
        self._taken_s = self._start_s + t_s
        if rows.fault:
            self._say(rows.fault)
        self._last = (t_s, values)
        if not self._first:
            self._first = values
        if self.reader.faults:
            self._tell_faults()

    def _tell_faults(self) -> None:
        for name, reason in self.reader.faults.items():
            if name not in self._said:
                self._said.add(name)
                event = {"e": "fault", "channel": name, "reason": reason}
                self.log(event)

    @property
    def latest(self) -> Latest | None:
        """Give the latest sample."""
        if self._last is None:
            return None
        t_s, values = self._last
        drawn_j = [_rise(self._first[at], values[at]) for at in counted_columns(self.reader.channels)]
        known_j = [value for value in drawn_j if value is not None]
        tree = self.reader.tree_at
        cpu_s = _rise(self._first[tree], values[tree]) if tree is not None else None
        return Latest(t_s, sum(known_j) if known_j else None, cpu_s)

    def _look_for_suspension(self, now_s: float) -> None:
        suspended_s = self._clocks.suspended_s()
        more_s = suspended_s - self._suspended_s
        if more_s > 0.0:
            self._suspended_s = suspended_s
        if more_s >= _SUSPENDED_S:
            self.gap(now_s, now_s, "suspended", paused_s=more_s)

    def _say(self, text: str) -> None:
        if text and text not in self._said:
            self._said.add(text)
            self.log({"e": "note", "text": text})

    def log(self, event: Event) -> None:
        """Keep one event of the workload, or of the measurement itself."""
        self.rim("an event", lambda: self.events.append(event), False)


def _rise(before: float | None, now: float | None) -> float | None:
    return None if before is None or now is None else now - before
