"""Read one run's meters into its spool, and make its facts from them: what ``track()`` and ``vatio run`` both drive.

Nothing here raises once the run has begun: a fault becomes a gap or a hole with its reason.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from vatio.measure._events import WAKES_PER_S, Event, EventLog
from vatio.measure._host import HostMeter
from vatio.measure._meter import Meter
from vatio.measure._reading import Instruments, Row, row_channels
from vatio.measure._rim import Rim
from vatio.measure._rows import Rows
from vatio.measure._tree import ProcessTree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records import Ended, Quantity, Started


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


class Recording:
    """Record one run: ``begin()``, then ``wake()`` whenever ``due_s()`` seconds have passed, then ``end()``.

    ``folder`` is the run's spool folder; without one, or when it cannot be written, samples stay in memory. ``clock`` is
    CLOCK_MONOTONIC. ``begin``, ``boundary`` and ``end`` read the meters on the calling thread; ``wake`` may run on another.
    """

    def __init__(
        self,
        started: Started,
        instruments: Instruments,
        *,
        folder: str | None = None,
        facts: Facts = Facts(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None: ...

    events: EventLog
    latest: Latest | None

    def begin(self) -> None:
        """Take the first sample; the run's time starts at ``started.start_monotonic_s``."""

    def due_s(self) -> float:
        """Give the seconds until the next work, 0 or less when it is late."""

    def wake(self) -> bool:
        """Do what is due: poll the meters that must be polled, or take a sample; tell whether one was taken."""

    def sample(self) -> None:
        """Take a sample now."""

    def boundary(self) -> bool:
        """Take a sample at the boundary of a phase, at most 20 in a second; tell whether one was taken."""

    def note(self, text: str) -> None:
        """Add a line to the run's notes."""

    def gap(self, start_s: float, end_s: float, reason: str, *, paused_s: float = 0.0) -> None:
        """Say for which time (CLOCK_MONOTONIC) something is not known, and why."""

    def end(self, status: str, *, exit_code: int | None = None, signal: int | None = None) -> Ended:
        """Take the last sample, close the meters and sum the run up."""

    def abandon(self) -> None:
        """Stop without reading, writing or closing anything: this process is a fork of the one that records."""
