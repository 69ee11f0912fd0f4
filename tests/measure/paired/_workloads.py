"""Small workloads whose cost, code and manners are known."""

import sys
import time
from collections.abc import Mapping
from typing import Any

from vatio.measure import Opened, Surroundings
from vatio.records import Channel


def python(script: str) -> tuple[str, ...]:
    """Give the command of a small Python program."""
    return (sys.executable, "-S", "-E", "-c", script)


def spin(n: int) -> tuple[str, ...]:
    """Give a command that computes for a while."""
    return python(f"sum(i * i for i in range({n}))")


class Steady:
    """A meter of a package that draws 100 W."""

    name = "steady"
    channels = (Channel(name="package-0", unit="j", component="cpu", device="package-0", meter="steady"),)
    poll_s = None
    counter_ranges_j: Mapping[str, float | None] = {}

    def read(self) -> tuple[float]:
        return (time.monotonic() * 100.0,)

    def faults(self) -> Mapping[str, str]:
        return {}

    def close(self) -> None:
        pass


def steady(around: Surroundings, config: Any) -> Opened:
    return Opened(meters=(Steady(),))
