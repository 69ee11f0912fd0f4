"""What a study of many candidates needs beside the gate: McNemar's test, bootstrap intervals of pairs, Holm's correction."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

from vatio.errors import InvalidQuantity
from vatio.records import Interval, TestResult

_RESAMPLES = 5_000


def mcnemar(only_first: int, only_second: int) -> TestResult:
    """Test whether two classifiers err equally often, from the cases that only one of them got right (exact binomial).

    >>> round(mcnemar(10, 2).p, 6)
    0.038574

    Raises:
        InvalidQuantity: a count is below 0.
    """
    if min(only_first, only_second) < 0:
        raise InvalidQuantity(f"counts of cases are 0 or more, not {only_first} and {only_second}")
    cases, fewer = only_first + only_second, min(only_first, only_second)
    if only_first == only_second:
        return TestResult(name="mcnemar", statistic=float(fewer), p=1.0)
    # Whole numbers to the end: 2^-cases alone would vanish beyond a thousand cases.
    term = below = 1
    for at in range(fewer):
        term = term * (cases - at) // (at + 1)
        below += term
    return TestResult(name="mcnemar", statistic=float(fewer), p=min(1.0, 2 * below / 2**cases))


def paired_bootstrap(
    candidate: Sequence[float],
    baseline: Sequence[float],
    *,
    level: float = 0.05,
    resamples: int = _RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Give the mean of the paired differences, candidate less baseline, with its percentile bootstrap interval.

    Whole pairs are drawn, always the same ones for a seed. ``level`` is what lies outside, on both sides together.

    >>> paired_bootstrap([2.0, 3.0, 4.0], [1.0, 2.0, 3.0])
    Interval(value=1.0, low=1.0, high=1.0)

    Raises:
        InvalidQuantity: the groups differ in length or are empty, or a value is not finite.
    """
    if not candidate or len(candidate) != len(baseline) or not all(map(math.isfinite, (*candidate, *baseline))):
        raise InvalidQuantity("a paired bootstrap takes as many finite values in both groups")
    differences = [new - old for new, old in zip(candidate, baseline, strict=True)]
    size, rng = len(differences), random.Random(seed)
    means = sorted(math.fsum(rng.choices(differences, k=size)) / size for _ in range(resamples))
    value = math.fsum(differences) / size
    low, high = _quantile(means, level / 2.0), _quantile(means, 1.0 - level / 2.0)
    return Interval(value=value, low=min(low, value), high=max(high, value))


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Adjust the p of several tests so that together they err no more often than one would (Holm, 1979).

    >>> holm({"a": 0.01, "b": 0.04, "c": 0.03})
    {'a': 0.03, 'b': 0.06, 'c': 0.06}

    Raises:
        InvalidQuantity: a p is not in 0..1.
    """
    if not all(0.0 <= p <= 1.0 for p in p_values.values()):
        raise InvalidQuantity("probabilities lie in 0..1")
    adjusted: dict[str, float] = {}
    largest = 0.0
    for at, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
        largest = max(largest, min(1.0, (len(p_values) - at) * p_values[name]))
        adjusted[name] = largest
    return {name: adjusted[name] for name in p_values}


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Interpolate between the two values next to that share."""
    place = share * (len(ordered) - 1)
    at = min(int(place), len(ordered) - 1)
    after = min(at + 1, len(ordered) - 1)
    return ordered[at] + (place - at) * (ordered[after] - ordered[at])
