"""The tests that stand beside a verdict and decide nothing: Shapiro-Wilk, Welch, Mann-Whitney."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vatio.analysis._ranks import mann_whitney
from vatio.analysis._student import student_p
from vatio.analysis.hypotheses._shapiro import FEWEST, MOST, shapiro_wilk
from vatio.errors import InvalidQuantity
from vatio.records import TestResult

# Beyond so many pairs of values the exact count takes seconds, and the normal approximation is good to three digits.
_MOST_EXACT = 2_500


def tests_beside(candidate: Sequence[float], baseline: Sequence[float]) -> dict[str, TestResult]:
    """Give the usual tests of two arms, each under its name; those that so few or so equal values do not allow are left out.

    >>> sorted(tests_beside([1.0, 1.1, 1.2], [1.0, 1.3, 1.1]))
    ['mann-whitney', 'shapiro-wilk-baseline', 'shapiro-wilk-candidate', 'welch']
    """
    found = [
        _normality(candidate, "shapiro-wilk-candidate"),
        _normality(baseline, "shapiro-wilk-baseline"),
        welch(candidate, baseline) if min(len(candidate), len(baseline)) > 1 else None,
        rank_sum(candidate, baseline) if candidate and baseline else None,
    ]
    return {result.name: result for result in found if result is not None}


tests_beside.__test__ = False  # type: ignore[attr-defined]  # for pytest, which would take it for a test


def welch(candidate: Sequence[float], baseline: Sequence[float]) -> TestResult | None:
    """Test whether two groups differ in mean, their variances being their own; ``None`` where neither varies.

    Raises:
        InvalidQuantity: a group has fewer than two values, or one is not finite.
    """
    if min(len(candidate), len(baseline)) < 2 or not all(map(math.isfinite, (*candidate, *baseline))):
        raise InvalidQuantity("Welch's test takes two finite values in each group at least")
    shift, error, df = mean_difference(candidate, baseline)
    if error == 0.0:
        return None
    return TestResult(name="welch", statistic=shift / error, p=student_p(shift / error, df))


def mean_difference(candidate: Sequence[float], baseline: Sequence[float]) -> tuple[float, float, float]:
    """Give the difference of two means, its standard error, and Welch's degrees of freedom."""
    means = [math.fsum(group) / len(group) for group in (candidate, baseline)]
    parts = [
        math.fsum((value - mean) ** 2 for value in group) / (len(group) - 1) / len(group)
        for group, mean in zip((candidate, baseline), means, strict=True)
    ]
    whole = math.fsum(parts)
    if whole == 0.0:
        return means[0] - means[1], 0.0, len(candidate) + len(baseline) - 2.0
    # As shares of the whole, so that a tiny variance does not underflow when it is squared.
    df = 1.0 / math.fsum(
        (part / whole) ** 2 / (len(group) - 1) for part, group in zip(parts, (candidate, baseline), strict=True)
    )
    return means[0] - means[1], math.sqrt(whole), df


def rank_sum(candidate: Sequence[float], baseline: Sequence[float]) -> TestResult:
    """Test whether two groups differ in location; the statistic is U of the candidate. Exact for up to 50 values each."""
    statistic = math.fsum((new > old) + (new == old) / 2.0 for new in candidate for old in baseline)
    pairs = len(candidate) * len(baseline)
    p = mann_whitney(candidate, baseline).p if pairs <= _MOST_EXACT else _normal_p(candidate, baseline, statistic)
    return TestResult(name="mann-whitney", statistic=statistic, p=p)


def _normal_p(candidate: Sequence[float], baseline: Sequence[float], statistic: float) -> float:
    """Give the two-sided p by the normal approximation, corrected for ties and for the step of U."""
    everything = sorted([*candidate, *baseline])
    size, pairs = len(everything), len(candidate) * len(baseline)
    ties: dict[float, int] = {}
    for value in everything:
        ties[value] = ties.get(value, 0) + 1
    tied = sum(count**3 - count for count in ties.values())
    variance = pairs / 12.0 * (size + 1.0 - tied / (size * (size - 1.0)))
    if variance == 0.0:
        return 1.0
    return math.erfc(max(0.0, abs(statistic - pairs / 2.0) - 0.5) / math.sqrt(2.0 * variance))


def _normality(values: Sequence[float], name: str) -> TestResult | None:
    if not FEWEST <= len(values) <= MOST or max(values) == min(values):
        return None
    statistic, p = shapiro_wilk(values)
    return TestResult(name=name, statistic=statistic, p=p)
