"""Read the joules that sensors have counted so far, where this machine has such sensors."""

from __future__ import annotations

from collections.abc import Callable

from vatio.config import Config
from vatio.measure import Meter, open_meters, surroundings


def joule_counter(config: Config) -> Callable[[], float | None] | None:
    """Open the sensors that count joules and give what reads their sum; ``None`` where there is none.

    What is modelled from CPU time is left out: it could only repeat what the CPU-seconds say.
    """
    opened = open_meters(surroundings(), config.meters)
    meters = [meter for meter in opened.meters if any(_counts(meter, at) for at in range(len(meter.channels)))]
    for meter in opened.meters:
        if meter not in meters:
            meter.close()
    return _Counter(meters) if meters else None


class _Counter:
    def __init__(self, meters: list[Meter]) -> None:
        self._meters = meters

    def __call__(self) -> float | None:
        drawn_j = 0.0
        for meter in self._meters:
            for at, value in enumerate(meter.read()):
                if _counts(meter, at):
                    if value is None:
                        return None
                    drawn_j += value
        return drawn_j


def _counts(meter: Meter, at: int) -> bool:
    channel = meter.channels[at]
    is_added = channel.component not in (None, "platform") and channel.part_of is None
    return is_added and channel.kind == "counter" and channel.provenance == "measured" and meter.poll_s is None
