"""What a sensor has to offer: channels that are fixed once it is open, and one reading of all of them at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from vatio.records import Channel


class Meter(Protocol):
    """Read one kind of sensor. Opening may raise ``MeterAbsent`` or ``MeterDenied``; after that nothing does.

    ``name`` is the meter's name in receipts. ``poll_s`` is the longest time between two readings after which the meter
    is still right (a power sensor must be integrated, a counter wraps), or ``None`` where one reading a sample is enough.
    ``counter_ranges_j`` names the channels that start from the device's own counter, with the joules after which that
    counter wraps (``None``: it does not), so that overlapping runs of one boot can be joined exactly. A meter that has
    processes of its own lists them in an attribute ``pids``; one that knows whose a GPU is offers ``shares(pids)``.
    """

    name: str
    channels: tuple[Channel, ...]
    poll_s: float | None
    counter_ranges_j: Mapping[str, float | None]

    def read(self) -> Sequence[float | None]:
        """Give one number a channel, in its order: counters never fall, wraps are resolved; ``None`` is a hole."""

    def faults(self) -> Mapping[str, str]:
        """Say, by channel name, why the latest reading has a hole there or may be short."""

    def close(self) -> None:
        """Give the sensor back; a second call does nothing."""
