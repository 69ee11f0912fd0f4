"""A meter that replays readings which were written down: the double of every sensor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from vatio.records import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Hold what a replayed meter shows at one reading; ``cpu(1.0) + gpu(2.0)`` shows both."""

    channels: tuple[Channel, ...]
    values: tuple[float | None, ...]

    def __add__(self, other: Shown) -> Shown:
        return Shown(channels=self.channels + other.channels, values=self.values + other.values)


def shown(
    component: str, energy_j: float | None, *, device: str, error_ratio: float = 0.0, part_of: str | None = None
) -> Shown:
    """Build one device's accumulated joules; ``None`` is a failed reading."""
    channel = Channel(
        name=device,
        unit="j",
        component=component,
        device=device,
        part_of=part_of,
        meter="replay",
        source="replayed",
        low_ratio=1.0 - error_ratio,
        high_ratio=1.0 + error_ratio,
    )
    return Shown(channels=(channel,), values=(energy_j,))


def cpu(energy_j: float | None, device: str = "package-0") -> Shown:
    """Show a CPU package's accumulated joules."""
    return shown("cpu", energy_j, device=device)


def dram(energy_j: float | None, device: str = "dram-0") -> Shown:
    """Show a memory's accumulated joules."""
    return shown("dram", energy_j, device=device)


def gpu(energy_j: float | None, device: str = "gpu-0") -> Shown:
    """Show a GPU's accumulated joules.

    >>> gpu(100.0).values
    (100.0,)
    """
    return shown("gpu", energy_j, device=device)


class ReplayMeter:
    """Give the readings one after another, and the last one for ever after.

    ``replays`` tells the sampler that time does not pass between its readings: it reads at the begin, at the end and at
    boundaries, and starts no thread.

    >>> meter = ReplayMeter([gpu(100.0), gpu(250.0)])
    >>> meter.read(), meter.read(), meter.read()
    ((100.0,), (250.0,), (250.0,))
    """

    replays = True

    def __init__(self, readings: Iterable[Shown], *, name: str = "replay", poll_s: float | None = None) -> None:
        self._readings = list(readings)
        self._next = 0
        self.name = name
        self.poll_s = poll_s
        self.channels = tuple(replace(channel, meter=name) for channel in self._readings[0].channels)
        self.counter_ranges_j: Mapping[str, float | None] = {channel.name: None for channel in self.channels}
        self.closed = False

    @property
    def left(self) -> int:
        """Count the readings that have not been given yet."""
        return len(self._readings) - self._next

    def read(self) -> Sequence[float | None]:
        """Give the next reading."""
        values = self._readings[min(self._next, len(self._readings) - 1)].values
        self._next = min(self._next + 1, len(self._readings))
        return values

    def faults(self) -> Mapping[str, str]:
        """Name the channels of the latest reading that hold nothing."""
        values = self._readings[max(0, self._next - 1)].values
        holes = zip(self.channels, values, strict=True)
        return {channel.name: "the replayed reading is a hole" for channel, value in holes if value is None}

    def close(self) -> None:
        """Note that the meter was given back."""
        self.closed = True
