"""Find where a history changed its level: the largest normalised cumulative sum of ranks, judged by permutations."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from vatio.errors import InvalidQuantity

# With fewer, no place could be rarer than 1 in 20 among the orders of the values.
FEWEST = 6
_SHUFFLES = 1999
# So many shuffles that are as extreme settle that the p is large (Besag and Clifford, 1991).
_ENOUGH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePoint:
    """Hold where a series changed: ``at`` is the index of the first value after it, the levels are medians.

    ``change_ratio`` is their relative change, ``None`` where the first level is not above 0.
    """

    at: int
    p: float
    statistic: float
    before: float
    after: float
    change_ratio: float | None


def change_point(series: Sequence[float], *, level: float = 0.05, seed: int = 0) -> ChangePoint | None:
    """Find the one place where a series, oldest value first, most clearly changed its level; ``None`` where p is not below.

    Ranks, so that one wild value is no change; normalised, so that a change near the end is found as well as one in the
    middle (Pettitt, 1979, is the form without it). The probability counts shuffles of the series, always the same ones.
    ``level=1.0`` gives the likeliest place whatever its p. A series of fewer than six values, or of equal ones, has none.

    >>> change_point([10.0, 10.1, 9.9, 10.0, 10.2, 11.0, 11.1, 10.9, 11.0, 11.2]).at
    5

    Raises:
        InvalidQuantity: a value is not finite.
    """
    if not all(map(math.isfinite, series)):
        raise InvalidQuantity("a history of finite values has change points", hint="leave runs out that were not measured")
    if len(series) < FEWEST or min(series) == max(series):
        return None
    ranks = _ranks(series)
    weights = [1.0 / math.sqrt(at * (len(series) - at)) for at in range(1, len(series))]
    statistic, at = _largest(ranks, weights)
    p = _p(ranks, weights, statistic, random.Random(seed))
    if p >= level and level < 1.0:
        return None
    before, after = _median(series[:at]), _median(series[at:])
    change_ratio = after / before - 1.0 if before > 0.0 else None
    return ChangePoint(at=at, p=p, statistic=statistic, before=before, after=after, change_ratio=change_ratio)


def _ranks(series: Sequence[float]) -> list[float]:
    """Rank the values around 0, ties sharing their mean rank."""
    first: dict[float, int] = {}
    last: dict[float, int] = {}
    for at, value in enumerate(sorted(series)):
        first.setdefault(value, at)
        last[value] = at
    middle = (len(series) - 1) / 2.0
    return [(first[value] + last[value]) / 2.0 - middle for value in series]


def _largest(ranks: Sequence[float], weights: Sequence[float]) -> tuple[float, int]:
    """Give the largest normalised cumulative sum, and how many values lie before it."""
    best, place, known = -1.0, 0, 0.0
    for at, weight in enumerate(weights):
        known += ranks[at]
        if abs(known) * weight > best:
            best, place = abs(known) * weight, at + 1
    return best, place


def _p(ranks: Sequence[float], weights: Sequence[float], statistic: float, rng: random.Random) -> float:
    mixed, as_far = list(ranks), 0
    # Sums of the same ranks in another order differ in the last bits.
    least = statistic * (1.0 - 1e-12)
    for shuffle in range(1, _SHUFFLES + 1):
        rng.shuffle(mixed)
        as_far += _largest(mixed, weights)[0] >= least
        if as_far == _ENOUGH:
            return as_far / shuffle
    return (1 + as_far) / (1 + _SHUFFLES)


def _median(values: Sequence[float]) -> float:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2.0
