"""Memory without a counter: the GiB that are there, or were granted, times what a GiB draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from vatio.errors import MeterAbsent
from vatio.records import Channel, Quantity
from vatio.units import BYTES_PER_GIB

if TYPE_CHECKING:
    from vatio.measure._surroundings import Surroundings


class DramModelMeter:
    """Model the joules of the memory: a constant power since the meter was opened."""

    name = "dram-model"
    poll_s: float | None = None

    def __init__(self, *, channel: Channel, power_w: float, clock: Callable[[], float] = monotonic) -> None:
        self.channels = (channel,)
        self.counter_ranges_j: Mapping[str, float | None] = {}
        self._power_w, self._clock = power_w, clock
        self._opened_s = clock()

    @classmethod
    def open(
        cls,
        surroundings: Surroundings,
        *,
        w_per_gib: Quantity | None = None,
        why: str = "",
        clock: Callable[[], float] = monotonic,
    ) -> DramModelMeter:
        """Open the model for the memory that this process may use, with the catalog's watts a GiB unless given.

        Raises:
            MeterAbsent: the size of the memory is not known.
        """
        size_bytes = surroundings.memory_granted_bytes or surroundings.memory_bytes
        each_w = w_per_gib or _w_per_gib()
        if size_bytes is None or each_w.value is None or each_w.low is None:
            raise MeterAbsent("the size of the memory is not known", hint="set [meters] command to an outside meter")
        gib = size_bytes / BYTES_PER_GIB
        granted = " granted" if surroundings.memory_granted_bytes else ""
        source = f"{gib:.1f} GiB{granted} x {each_w.value:g} W ({each_w.source})"
        channel = Channel(
            name="dram",
            unit="j",
            component="dram",
            device="dram",
            meter=cls.name,
            provenance="default" if each_w.provenance == "default" else "modelled",
            source=f"{source}; {why}" if why else source,
            low_ratio=each_w.low / each_w.value,
            high_ratio=(each_w.high or 2.0 * each_w.value) / each_w.value,
        )
        return cls(channel=channel, power_w=gib * each_w.value, clock=clock)

    def read(self) -> Sequence[float | None]:
        """Give the joules since the meter was opened."""
        return (self._power_w * (self._clock() - self._opened_s),)

    def faults(self) -> Mapping[str, str]:
        """Give nothing: a constant does not fail."""
        return {}

    def close(self) -> None:
        """Do nothing: there is nothing open."""


def _w_per_gib() -> Quantity:
    from vatio.catalog import dram

    return dram()
