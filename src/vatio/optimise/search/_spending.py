"""What a search has spent so far, trials that still run and the search itself included."""

from __future__ import annotations

import resource
import time
from collections.abc import Collection, Iterable

from vatio.optimise.search._worker import Worker

# What it costs to end one trial that runs and to seal its run.
_END_CPU_S = 0.06


class Spending:
    """Add up what is spent, in the budget's unit. ``factor`` is what a CPU-second costs in it: 1 where that is the unit."""

    def __init__(self, *, before: float, factor: float = 1.0) -> None:
        self._before, self._factor, self._told = before, factor, 0.0
        self._begun_s = _used_s()
        self._trials_cpu_s = 0.0

    @property
    def factor(self) -> float:
        """Give what a CPU-second costs in the budget's unit, as far as is known by now."""
        return self._factor

    def learn(self, *, cost: float, cpu_s: float | None, unit: str) -> None:
        """Take a trial that has ended; its joules replace what its CPU-seconds stood for."""
        if unit == "J" and cpu_s:
            self._told += cost
            self._trials_cpu_s += cpu_s
            self._factor = max(self._factor, cost / cpu_s)

    def cpu_s(self) -> float:
        """Give the CPU-seconds of this part of the search: its own, and of all workers that have ended."""
        return _used_s() - self._begun_s

    def total(self, running: Iterable[Worker] = ()) -> float:
        """Give all that is spent, earlier parts included."""
        cpu_s = self.cpu_s() + sum(worker.cpu_s() for worker in running)
        return self._before + self._told + max(0.0, cpu_s - self._trials_cpu_s) * self._factor

    def foreseen(self, running: Collection[Worker]) -> float:
        """Give what will have been spent once all that runs has been stopped."""
        return self.total(running) + (len(running) + 1) * _END_CPU_S * self._factor


def burn() -> None:
    """Use a little CPU, so that it is known what a CPU-second costs in joules."""
    begun_s = time.process_time()
    while time.process_time() - begun_s < 0.3:
        pass


def _used_s() -> float:
    """Give the CPU-seconds of this process and of its children that have been waited for."""
    return sum(use.ru_utime + use.ru_stime for use in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
