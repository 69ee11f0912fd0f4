"""Learn from the ledger's runs of a command how long it takes and what it draws."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from vatio.plan.job._job import PowerStep
from vatio.plan.outcome import running_s
from vatio.records import Quantity, RunRecord

# The snapshot writes this where a secret stood.
_REDACTED = "***"


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """Hold the median duration and watts of earlier runs, each from the least to the most of them.

    ``profile`` is how the power of the latest one went on, where that was asked for.
    """

    duration_s: Quantity
    power_w: Quantity
    runs: int
    profile: tuple[PowerStep, ...] = ()


def learn(records: Iterable[RunRecord], command: Sequence[str]) -> Learnt | None:
    """Learn from the finished runs of the same command; ``None`` where there is none.

    Pauses are not part of a duration. Runs whose energy was not measured count for the duration alone.
    """
    found = [record for record in records if record.status == "finished" and is_same(record.command, command)]
    durations_s = [length_s for record in found if (length_s := running_s(record)) > 0.0]
    if not durations_s:
        return None
    source = f"median of {len(durations_s)} run{'s' if len(durations_s) > 1 else ''}"
    watts = [
        (energy.value / length_s, (energy.low or 0.0) / length_s, inf if energy.high is None else energy.high / length_s)
        for record in found
        if (energy := record.own_energy_j).value is not None and (length_s := running_s(record)) > 0.0
    ]
    return Learnt(
        duration_s=_median(durations_s, durations_s, durations_s, source),
        power_w=_power(watts, source),
        runs=len(durations_s),
    )


def is_same(kept: Sequence[str], command: Sequence[str]) -> bool:
    """Tell whether a command is the one that was kept, whose secrets are not known any more.

    >>> is_same(("curl", "--token", "***"), ("curl", "--token", "abc"))
    True
    """
    return len(kept) == len(command) and all(
        word == given or _REDACTED in word for word, given in zip(kept, command, strict=True)
    )


def _power(watts: Sequence[tuple[float, float, float]], source: str) -> Quantity:
    if not watts:
        return Quantity.absent("power", source="no earlier run was measured")
    values, lows, highs = zip(*watts, strict=True)
    if inf in highs:
        # A part of the energy is missing: there is no most.
        middle = statistics.median(values)
        return Quantity(
            value=middle, low=min(lows), high=None, provenance="modelled", source=source, missing=("part of the energy",)
        )
    return _median(values, lows, highs, source)


def _median(values: Sequence[float], lows: Sequence[float], highs: Sequence[float], source: str) -> Quantity:
    return Quantity.around(statistics.median(values), min(lows), max(highs), provenance="modelled", source=source)
