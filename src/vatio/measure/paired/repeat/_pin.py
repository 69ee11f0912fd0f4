"""On which CPUs the workloads run: one free one for what uses no more, so that no repetition is moved about."""

from __future__ import annotations

import os
from collections.abc import Sequence

from vatio.measure._granted import slurp
from vatio.measure.paired._design import PairedDesign
from vatio.measure.paired._measurement import Repetition

# A workload that was busy on less than this many CPUs at once loses nothing on one.
_ONE_CPU_RATIO = 1.1


class Pin:
    """Choose the CPUs once, before the first counted repetition; ``note`` says what was chosen, or why nothing was."""

    def __init__(self, design: PairedDesign) -> None:
        self.cpus: tuple[int, ...] = ()
        self.note = ""
        self._asked = design.pin
        self._before = _busy_ticks()
        if isinstance(design.pin, tuple):
            self._take(design.pin)

    def choose(self, warmed: Sequence[Repetition]) -> None:
        """Take a free CPU if every warmed-up arm has shown that it uses no more than one."""
        if self._asked is not True or self.cpus or self.note:
            return
        if not hasattr(os, "sched_setaffinity"):
            self.note = "not pinned: this system cannot"
            return
        allowed = sorted(os.sched_getaffinity(0))
        busy = [part.cpu_s / part.duration_s for part in warmed if part.cpu_s is not None and part.duration_s > 0.0]
        if len(allowed) < 2:
            self.note = "not pinned: there is one CPU only"
        elif not busy:
            self.note = "not pinned: without a warm-up it is not known how many CPUs the workloads use"
        elif max(busy) > _ONE_CPU_RATIO:
            self.note = f"not pinned: the workloads use {max(busy):.1f} CPUs"
        else:
            self._take((_freest(allowed, self._before, _busy_ticks()),))

    def _take(self, cpus: tuple[int, ...]) -> None:
        """Try the CPUs on this thread before a child is given them."""
        try:
            before = os.sched_getaffinity(0)
            os.sched_setaffinity(0, cpus)
            os.sched_setaffinity(0, before)
        except (OSError, AttributeError, ValueError, OverflowError) as error:
            self.note = f"not pinned to CPU {', '.join(map(str, cpus))}: {error}"
            return
        self.cpus, self.note = cpus, f"pinned to CPU {', '.join(map(str, cpus))}"


def _freest(allowed: Sequence[int], before: dict[int, int], now: dict[int, int]) -> int:
    """Give the CPU that did least meanwhile; of equals the last, because interrupts go to the first."""
    return min(allowed, key=lambda cpu: (now.get(cpu, 0) - before.get(cpu, 0), -cpu))


def _busy_ticks() -> dict[int, int]:
    """Read the busy ticks of each CPU (proc(5): all but idle and iowait)."""
    found = {}
    for line in slurp("/proc/stat").splitlines():
        name, *fields = line.split()
        if name.startswith("cpu") and name[3:].isdecimal() and len(fields) >= 7:
            found[int(name[3:])] = sum(int(fields[at]) for at in (0, 1, 2, 5, 6))
    return found
