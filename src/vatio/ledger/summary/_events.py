"""Read what a workload said of itself: phases, work, metrics, gaps (CONTRACT.md 4); nonsense in a line is left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from vatio.records import Gap, Phase, Quantity
from vatio.units import S_PER_YEAR

# More than any count of anything; sums of such numbers stay finite.
_MOST = 1e200
_NOT_YET = Quantity.absent("energy")


class Story:
    """Hold the events of one run, its times in seconds since the run's start."""

    def __init__(self, start_s: float, rank: int) -> None:
        self.work: dict[str, float] = {}
        self.metrics: dict[str, float] = {}
        self.gaps: list[Gap] = []
        self.notes: list[str] = []
        self.faults: dict[str, str] = {}
        self.paused_s = 0.0
        # What of it the monotonic clock did not count: the machine was suspended.
        self.stood_still_s = 0.0
        self._ranks: set[int] = {rank}
        self._processes: dict[str, Mapping[str, Any]] = {}
        self._start_s = start_s
        self._begun: dict[str, Mapping[str, Any]] = {}
        self._done: dict[str, Mapping[str, Any]] = {}

    @property
    def ranks(self) -> tuple[int, ...]:
        """List the ranks that took part, in order."""
        return tuple(sorted(self._ranks))

    @property
    def ranks_cpu_s(self) -> float | None:
        """Give the CPU-seconds that the ranks of a job counted themselves, if all of them have left their block."""
        used_s = [_number(event.get("cpu_s")) for event in self._processes.values() if event.get("status") != "joined"]
        known = len(used_s) == len(self._processes) > 0 and all(map(math.isfinite, used_s))
        return math.fsum(used_s) if known else None

    def boundaries(self) -> list[float]:
        """List the moments at which phases begin and end, each once, in order."""
        marks = [*self._begun.values(), *self._done.values()]
        return sorted({max(0.0, _number(event.get("t")) - self._start_s) for event in marks})

    def phases(self, end_s: float) -> list[Phase]:
        """Give the phases in the order of their begin, without their joules; an open one lasts until ``end_s``."""
        found = [self._phase(key, event, end_s) for key, event in self._begun.items()]
        return sorted(found, key=lambda phase: (phase.start_s, -phase.duration_s))

    def take(self, event: Mapping[str, Any]) -> None:
        """Take one event; one that makes no sense is left out."""
        kind = event.get("e")
        if kind in ("begin", "end") and isinstance(event.get("id"), str) and math.isfinite(_number(event.get("t"))):
            (self._begun if kind == "begin" else self._done).setdefault(event["id"], event)
            self._ranks.add(_rank(event))
        elif kind == "work" and isinstance(event.get("units"), dict):
            for unit, count in event["units"].items():
                if _number(count) >= 0.0:  # NaN is not
                    self.work[str(unit)] = self.work.get(unit, 0.0) + _number(count)
        elif kind == "metric" and isinstance(event.get("name"), str) and math.isfinite(_number(event.get("value"))):
            self.metrics[event["name"]] = _number(event["value"])
        elif kind == "rank":
            self._ranks.add(_rank(event))
            self._processes[str(event.get("pid"))] = event
        else:
            self._take_fault(event)

    def _take_fault(self, event: Mapping[str, Any]) -> None:
        kind, text = event.get("e"), event.get("text")
        if kind == "gap":
            start_s, end_s = (_number(event.get(name)) - self._start_s for name in ("start", "end"))
            if math.isfinite(start_s) and math.isfinite(end_s):
                self.gaps.append(Gap(start_s=start_s, end_s=max(start_s, end_s), reason=str(event.get("reason", ""))))
            paused_s = _number(event.get("paused_s", 0.0))
            if 0.0 < paused_s < S_PER_YEAR:
                self.paused_s += paused_s
                counted_s = end_s - start_s if math.isfinite(end_s - start_s) else 0.0
                self.stood_still_s += max(0.0, paused_s - max(0.0, counted_s))
        elif kind == "fault" and isinstance(event.get("channel"), str):
            self.faults[event["channel"]] = str(event.get("reason", ""))
        elif kind == "note" and isinstance(text, str) and text not in self.notes:
            self.notes.append(text)

    def _phase(self, key: str, event: Mapping[str, Any], end_s: float) -> Phase:
        start_s = max(0.0, _number(event["t"]) - self._start_s)
        done = self._done.get(key)
        stop_s = end_s if done is None else max(start_s, _number(done["t"]) - self._start_s)
        used_s = None if done is None else _number(done.get("cpu_s")) - _number(event.get("cpu_s"))
        parent = self._begun.get(str(event.get("parent")))
        return Phase(
            name=str(event.get("name", "")),
            parent=None if parent is None else str(parent.get("name", "")),
            rank=_rank(event),
            start_s=start_s,
            duration_s=max(0.0, stop_s - start_s),
            energy_j=_NOT_YET,
            cpu_s=used_s if used_s is not None and math.isfinite(used_s) else None,
        )


def read_story(events: Iterable[Mapping[str, Any]], *, start_s: float, rank: int) -> Story:
    """Read the events of a run that began at ``start_s`` of CLOCK_MONOTONIC."""
    story = Story(start_s, rank)
    for event in events:
        story.take(event)
    return story


def _number(value: object) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return math.nan
    return float(value) if abs(value) < _MOST else math.nan


def _rank(event: Mapping[str, Any]) -> int:
    rank = event.get("rank")
    return rank if isinstance(rank, int) and not isinstance(rank, bool) else 0
