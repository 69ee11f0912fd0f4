"""How the energy of one run was drawn over its time, for prices and intensities that change meanwhile."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from vatio.errors import InvalidQuantity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger import Samples


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyCurve:
    """Hold joules since a run's begin at some moments (seconds since then); between two the power is steady.

    Raises:
        InvalidQuantity: times do not increase, joules decrease, or lengths differ.
    """

    times_s: tuple[float, ...]
    energy_j: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.times_s) < 2 or len(self.times_s) != len(self.energy_j):
            raise InvalidQuantity(f"{len(self.times_s)} times and {len(self.energy_j)} energies")
        if not all(map(math.isfinite, (*self.times_s, *self.energy_j))):
            raise InvalidQuantity("a curve of energy is finite", hint="leave out the samples that are holes")
        if any(late <= early for early, late in pairwise(self.times_s)):
            raise InvalidQuantity("the times of a curve increase")
        if any(late < early for early, late in pairwise(self.energy_j)):
            raise InvalidQuantity("energy that was drawn does not come back")

    def until_j(self, moment_s: float) -> float:
        """Give the joules drawn until a moment, as far as the curve reaches."""
        at = bisect_right(self.times_s, moment_s)
        if at == 0:
            return self.energy_j[0]
        if at == len(self.times_s):
            return self.energy_j[-1]
        early_s, late_s = self.times_s[at - 1], self.times_s[at]
        part = (moment_s - early_s) / (late_s - early_s)
        return self.energy_j[at - 1] + part * (self.energy_j[at] - self.energy_j[at - 1])

    def share_ratio(self, start_s: float, end_s: float) -> float:
        """Give the part of all joules that was drawn between two moments.

        >>> EnergyCurve(times_s=(0.0, 1.0, 2.0), energy_j=(0.0, 30.0, 40.0)).share_ratio(0.0, 1.0)
        0.75
        """
        whole_j = self.energy_j[-1] - self.energy_j[0]
        if whole_j <= 0.0:
            return max(0.0, end_s - start_s) / (self.times_s[-1] - self.times_s[0])
        return (self.until_j(end_s) - self.until_j(start_s)) / whole_j


def energy_curve(samples: Samples) -> EnergyCurve | None:
    """Add the counters of a run's counted devices, sample by sample; ``None`` where there are fewer than two readings."""
    from vatio.records import counted_channels  # here: few accounts have prices that change

    names = {channel.name for channel in counted_channels(samples.channels)}
    columns = [column for channel, column in zip(samples.channels, samples.columns, strict=True) if channel.name in names]
    rows = [row for row in zip(samples.times_s, *columns, strict=True) if all(map(math.isfinite, row))]
    kept = tuple(_rising(rows)) if columns else ()
    if len(kept) < 2:
        return None
    return EnergyCurve(times_s=tuple(row[0] for row in kept), energy_j=tuple(row[1] for row in kept))


def _rising(rows: Iterable[Sequence[float]]) -> Iterable[tuple[float, float]]:
    last_s, most_j = -math.inf, -math.inf
    for moment_s, *counters_j in rows:
        if moment_s > last_s:
            last_s, most_j = moment_s, max(most_j, math.fsum(counters_j))
            yield last_s, most_j
