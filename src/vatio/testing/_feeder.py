"""Move the counters of fake powercap trees in real time: ``python _feeder.py SPEC.json``, until standard input ends.

Started as a file, so that it needs nothing of vatio; the specification is FakePowercap.spec() with ``epoch_s``, the
CLOCK_MONOTONIC at which every course of power began.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import sys
import time
from typing import Any

TICK_S = 0.001
# As wide as any counter, so that a value is always replaced as a whole by one write.
_WIDTH = 16


class FedZone:
    """Write one zone's counter; during ``fails`` (seconds since the epoch) the file is empty."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._steps = [(float(duration_s), float(power_w)) for duration_s, power_w in spec["steps"]]
        self._period_s = sum(duration_s for duration_s, _ in self._steps)
        self._round_j = sum(duration_s * power_w for duration_s, power_w in self._steps)
        self._range_uj = round(spec["range_j"] * 1e6)
        self._start_j = spec["start_j"]
        self._fails = [(float(start_s), float(end_s)) for start_s, end_s in spec["fails"]]
        self._file = os.open(spec["path"], os.O_WRONLY)

    def show(self, at_s: float) -> None:
        """Write the joules of this moment."""
        if any(start_s <= at_s < end_s for start_s, end_s in self._fails):
            os.ftruncate(self._file, 0)
            return
        shown_uj = round((self._start_j + self._energy_j(at_s)) * 1e6) % self._range_uj
        os.pwrite(self._file, b"%0*d\n" % (_WIDTH, shown_uj), 0)

    def _energy_j(self, at_s: float) -> float:
        rounds, left_s = divmod(at_s, self._period_s)
        energy_j = rounds * self._round_j
        for duration_s, power_w in self._steps:
            part_s = min(duration_s, left_s)
            energy_j += part_s * power_w
            left_s -= part_s
        return energy_j


def feed(specification: str) -> None:
    """Feed every zone of the file each millisecond until standard input ends."""
    with open(specification, encoding="utf-8") as file:
        spec = json.load(file)
    zones = [FedZone(zone) for zone in spec["zones"]]
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))  # a late feeder would be charged to the meter
    epoch_s = spec["epoch_s"]
    poller = select.poll()
    poller.register(0, select.POLLIN | select.POLLHUP)
    while not poller.poll(0):
        now_s = time.monotonic() - epoch_s
        for zone in zones:
            zone.show(now_s)
        time.sleep(TICK_S)


if __name__ == "__main__":
    feed(sys.argv[1])
