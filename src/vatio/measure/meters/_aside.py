"""A meter whose channels were given their place among the others': it reads the same, and is added differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vatio.records import Channel

if TYPE_CHECKING:
    from vatio.measure._meter import Meter


class Aside:
    """Wrap a meter and show its channels under other names, or as part of another's."""

    def __init__(self, meter: Meter, channels: Sequence[Channel]) -> None:
        renamed = {before.name: after.name for before, after in zip(meter.channels, channels, strict=True)}
        self.name = meter.name
        self.channels = tuple(channels)
        self.poll_s = meter.poll_s
        self.counter_ranges_j: Mapping[str, float | None] = {
            renamed[name]: range_j for name, range_j in meter.counter_ranges_j.items()
        }
        self._meter, self._renamed = meter, renamed

    def read(self) -> Sequence[float | None]:
        """Read the wrapped meter."""
        return self._meter.read()

    def faults(self) -> Mapping[str, str]:
        """Give the wrapped meter's faults under the new names."""
        return {self._renamed[name]: reason for name, reason in self._meter.faults().items()}

    def close(self) -> None:
        """Close the wrapped meter."""
        self._meter.close()

    def __getattr__(self, name: str) -> Any:
        # What only some meters offer: shares(pids), pids.
        if name in ("shares", "pids"):
            return getattr(self._meter, name)
        raise AttributeError(name)
