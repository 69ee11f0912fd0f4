"""Race settings against each other: what is surely dearer than the best drops out, and the rest is measured again."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from vatio.analysis import student_quantile

# Each bound is one-sided. A race asks dozens of questions of few blocks: at 5 % it dropped a setting that was 6 % cheaper.
# What is kept in the end is judged against the default once more.
_LEVEL = 0.02
_FEWEST = 3
# Settings whose costs lie this near are one for the user.
SAME_RATIO = 0.02


class Bounds(NamedTuple):
    """Hold a relative cost: 0.1 is a tenth dearer."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """Hold the costs of each block, by setting; a setting that has dropped out is missing in later blocks."""

    names: tuple[str, ...]
    blocks: tuple[Mapping[str, float], ...] = ()

    def with_blocks(self, blocks: Sequence[Mapping[str, float]]) -> Race:
        """Give the race after more blocks."""
        return Race(names=self.names, blocks=(*self.blocks, *blocks))

    def change(self, name: str, against: str) -> Bounds | None:
        """Give how much dearer a setting is than another, from the blocks that have both; ``None`` for fewer than three."""
        logs = [
            math.log(block[name] / block[against])
            for block in self.blocks
            if name in block and against in block and block[name] > 0.0 and block[against] > 0.0
        ]
        if len(logs) < _FEWEST:
            return None
        mean = statistics.fmean(logs)
        # The quantile is of both sides together.
        half = student_quantile(2.0 * _LEVEL, len(logs) - 1) * statistics.stdev(logs) / math.sqrt(len(logs))
        return Bounds(*(math.expm1(end) for end in (mean, mean - half, mean + half)))

    def best(self, among: Sequence[str]) -> str:
        """Give the cheapest setting by the mean of what it costs relative to the first of them."""
        changes = {name: self.change(name, among[0]) for name in among}
        return min(among, key=lambda name: 0.0 if name == among[0] else _value(changes[name]))

    def survivors(self, among: Sequence[str]) -> tuple[str, ...]:
        """Give those that are not surely dearer than the best; the first, the default, always stays."""
        best = self.best(among)
        return tuple(name for name in among if name in (among[0], best) or not self._is_dearer(name, best))

    def is_decided(self, among: Sequence[str]) -> bool:
        """Tell whether more blocks could change what the user gets: the best is certain, or all are the same within 2 %."""
        best = self.best(among)
        others = [self.change(name, best) for name in among if name != best]
        return all(bounds is not None and (bounds.low > 0.0 or bounds.high <= SAME_RATIO) for bounds in others)

    def _is_dearer(self, name: str, best: str) -> bool:
        bounds = self.change(name, best)
        return bounds is not None and bounds.low > 0.0


def _value(bounds: Bounds | None) -> float:
    return math.inf if bounds is None else bounds.value
