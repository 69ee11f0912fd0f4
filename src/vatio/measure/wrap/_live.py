"""What acts while a wrapped run goes on (``Controller``), and the one that ships: the live line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from vatio.records import Started


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Hold what a run shows at one sample: ``energy_j`` is ``None`` while no counted device has a value.

    ``power_w`` is the mean power since the sample before; ``cpu_s`` the workload's CPU-seconds so far; ``work`` the units of
    work that it has told of, by name.
    """

    t_s: float
    energy_j: float | None
    power_w: float | None
    cpu_s: float | None
    work: Mapping[str, float] = field(default_factory=dict)


class Controller(Protocol):
    """Act while a run goes on: show it, pause it, cap its power. A fault in one ends that controller, never the run."""

    def begin(self, started: Started, pid: int) -> None:
        """Take notice of the child, which runs already."""

    def sample(self, moment: Moment) -> None:
        """Act on the latest sample."""

    def end(self) -> None:
        """Undo what was changed: the child has exited."""


class GapTeller(Protocol):
    """Make gaps in a run, and say so: what a controller that pauses its workload offers beside its own methods.

    ``pids`` are processes of its own, which are not the workload's.
    """

    pids: Collection[int]

    def tells(self, gap: Callable[..., None]) -> None:
        """Take what a gap is told to: ``gap(start_s, end_s, reason, paused_s=...)`` in CLOCK_MONOTONIC."""


class LiveLine:
    """Keep one line up to date: seconds, watts, joules. ``write`` gets the text; how it is shown is the caller's."""

    __slots__ = ("_every_s", "_shown_s", "_write")

    def __init__(self, write: Callable[[str], None], *, every_s: float = 1.0) -> None:
        self._write, self._every_s, self._shown_s = write, every_s, float("-inf")

    def begin(self, started: Started, pid: int) -> None:
        """Show that the run has begun."""
        self._write(f"{started.name} · process {pid}")

    def sample(self, moment: Moment) -> None:
        """Show the sample, at most once every ``every_s`` seconds."""
        if moment.t_s - self._shown_s < self._every_s:
            return
        self._shown_s = moment.t_s
        self._write(live_text(moment))

    def end(self) -> None:
        """Wipe the line."""
        self._write("")


def live_text(moment: Moment) -> str:
    """Write one sample as a line; what is not measured is said, never 0.

    >>> live_text(Moment(t_s=65.2, energy_j=1500.0, power_w=23.4, cpu_s=60.0))
    '1:05 · 23.4 W · 1500 J · 60.0 CPU-s'
    >>> live_text(Moment(t_s=2.0, energy_j=None, power_w=None, cpu_s=None))
    '0:02 · not measured'
    """
    minutes, seconds = divmod(int(moment.t_s), 60)
    parts = [f"{minutes}:{seconds:02d}"]
    if moment.power_w is not None:
        parts.append(f"{moment.power_w:.1f} W")
    parts.append("not measured" if moment.energy_j is None else f"{moment.energy_j:.0f} J")
    if moment.cpu_s is not None:
        parts.append(f"{moment.cpu_s:.1f} CPU-s")
    return " · ".join(parts)
