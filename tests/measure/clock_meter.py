"""A device of constant power whose counter runs with CLOCK_MONOTONIC, so that its true joules are known to the microsecond."""

import time
from collections.abc import Mapping, Sequence

from vatio.records import Channel


class ClockMeter:
    """Count ``power_w`` joules a second of the boot, from the device's own counter, which wraps after ``range_j``."""

    name = "clock"
    poll_s: float | None = None

    def __init__(
        self, power_w: float = 100.0, *, range_j: float = 1e9, component: str = "cpu", device: str = "package-0"
    ) -> None:
        self._power_w, self._range_j, self._turns, self._last_j = power_w, range_j, 0, 0.0
        self.channels = (Channel(name="package-0", unit="j", component="cpu", device="package-0", meter=self.name),)
        self.counter_ranges_j: Mapping[str, float | None] = {"package-0": range_j}
        self.closed = False

    def read(self) -> Sequence[float | None]:
        now_j = time.monotonic() * self._power_w % self._range_j
        self._turns += now_j < self._last_j
        self._last_j = now_j
        return (now_j + self._turns * self._range_j,)

    def faults(self) -> Mapping[str, str]:
        return {}

    def close(self) -> None:
        self.closed = True
