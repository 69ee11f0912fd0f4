"""Bounds of a mean of paired differences, one-sided, by inverting the sign-flip test or Student's.

Inverted, the sign-flip test needs no search: the test of "the mean is m" against "it is more" counts the non-empty subsets of
the differences whose own mean is at most m, so the K-th smallest of all subset means is the lower bound at K in 2^n (Hartigan,
1969, "typical values"). Up to 14 pairs every subset is counted; beyond, 16 384 of them, drawn by a fixed seed.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from vatio.analysis._student import student_p, student_quantile

_EXACT_UP_TO = 14
_DRAWN = 2**_EXACT_UP_TO
_CHUNK = 8


class Bounds(Protocol):
    """Bound a mean of differences from either side, and say how odd it would be under another."""

    def low(self, level: float) -> float:
        """Give the lower bound at that one-sided level; minus infinity where there is none."""

    def high(self, level: float) -> float:
        """Give the upper bound at that one-sided level; infinity where there is none."""

    def p(self, value: float) -> float:
        """Give the one-sided probability of so large a mean, were the true one ``value``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignFlip:
    """Bound by subset means, in ascending order: sound for any differences that lie symmetrically about their middle."""

    means: tuple[float, ...]

    def low(self, level: float) -> float:
        """Give the K-th smallest mean of a subset."""
        kept = self._kept(level)
        return self.means[kept - 1] if kept else -math.inf

    def high(self, level: float) -> float:
        """Give the K-th largest mean of a subset."""
        kept = self._kept(level)
        return self.means[-kept] if kept else math.inf

    def p(self, value: float) -> float:
        """Count the subsets, the empty one among them, that lie as far out."""
        return (1 + bisect_right(self.means, value)) / (1 + len(self.means))

    def _kept(self, level: float) -> int:
        # A level of exactly K in 2^n must not lose its K to the last bit.
        return math.floor(level * (1 + len(self.means)) * (1.0 + 1e-12))


@dataclass(frozen=True, slots=True, kw_only=True)
class Student:
    """Bound by Student's t: sound for differences that are nearly normal."""

    mean: float
    error: float
    df: float

    def low(self, level: float) -> float:
        """Give the mean less its error, as often as the t quantile says."""
        return self.mean - self._reach(level)

    def high(self, level: float) -> float:
        """Give the mean and its error, as often as the t quantile says."""
        return self.mean + self._reach(level)

    def p(self, value: float) -> float:
        """Give the upper tail of t."""
        if self.df <= 0.0:
            return 1.0
        if self.error == 0.0:
            return 0.0 if self.mean > value else 1.0
        t = (self.mean - value) / self.error
        half = student_p(t, self.df) / 2.0
        return half if t > 0.0 else 1.0 - half

    def _reach(self, level: float) -> float:
        if self.df <= 0.0 or level <= 0.0:
            return math.inf
        return student_quantile(2.0 * level, self.df) * self.error if self.error else 0.0


def sign_flip_bounds(differences: Sequence[float]) -> SignFlip:
    """Take the means of all subsets, or of many, drawn alike for alike numbers of pairs whatever their order."""
    # Sorted, so that the order of the pairs does not choose the subsets.
    values = sorted(differences)
    if len(values) <= _EXACT_UP_TO:
        return SignFlip(means=tuple(sorted(_means(values, range(1, 2 ** len(values))))))
    rng = random.Random(len(values))
    drawn = [rng.getrandbits(len(values)) or 1 for _ in range(_DRAWN // 2)]
    # Each subset and its mirror image: turning all signs turns the bounds, to the last draw.
    return SignFlip(means=tuple(sorted([*_means(values, drawn), *_means(values[::-1], drawn)])))


def student_bounds(differences: Sequence[float]) -> Student:
    """Take the mean and its standard error."""
    mean, spread = mean_and_spread(differences)
    return Student(mean=mean, error=spread / math.sqrt(len(differences)), df=len(differences) - 1.0)


def mean_and_spread(values: Sequence[float]) -> tuple[float, float]:
    """Give the mean and the standard deviation (n - 1); a single value has no spread, which is 0 here."""
    mean = math.fsum(values) / len(values)
    if len(values) < 2:
        return mean, 0.0
    return mean, math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _means(values: Sequence[float], subsets: Sequence[int]) -> list[float]:
    """Give the mean of each subset, a number whose bits say who is in it: by tables of the sums of eight values each."""
    tables = [_sums(values[at : at + _CHUNK]) for at in range(0, len(values), _CHUNK)]
    mask = 2**_CHUNK - 1
    sums = [0.0] * len(subsets)
    for at, table in enumerate(tables):
        shift = _CHUNK * at
        sums = [known + table[subset >> shift & mask] for known, subset in zip(sums, subsets, strict=True)]
    return [known / subset.bit_count() for known, subset in zip(sums, subsets, strict=True)]


def _sums(values: Sequence[float]) -> list[float]:
    sums = [0.0]
    for value in values:
        sums += [known + value for known in sums]
    return sums
