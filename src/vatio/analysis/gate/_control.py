"""Judge a machine by comparing a program with itself, and say how many pairs a question takes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vatio.analysis._student import student_p, student_quantile
from vatio.analysis.gate._bounds import mean_and_spread
from vatio.analysis.gate._judge import logarithms
from vatio.analysis.gate._rule import GateRule
from vatio.analysis.gate._spending import nominal_level
from vatio.analysis.gate._weigh import is_too_wide
from vatio.errors import InvalidQuantity, UsageError

POLICIES = ("none", "3s")
# A program that differs from itself so clearly is not measured fairly: the order or the first run makes the difference.
_BIAS_LEVEL = 0.01
_MOST_PAIRS = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Hold what a program compared with itself says of the machine.

    ``half_width_ratio`` is half the interval that all pairs of the rule would leave, ``cv_ratio`` the spread of one run's
    cost, ``needed_pairs`` the pairs for an interval as narrow as the rule asks. ``is_too_noisy``: no gate could pass here.
    ``is_biased``: the two arms, though the same, differ more than by chance (p below 0.01).
    """

    is_too_noisy: bool
    is_biased: bool
    half_width_ratio: float
    cv_ratio: float
    needed_pairs: int
    pairs: int
    p: float


def control(ratios: Sequence[float], *, rule: GateRule) -> Control:
    """Judge the ratios of a program to itself, one a pair.

    >>> control([1.0, 1.3, 0.7, 1.2, 0.8], rule=GateRule()).is_too_noisy
    True

    Raises:
        InvalidQuantity: there are fewer than two pairs, or a ratio is not finite and above 0.
    """
    logs = logarithms(ratios)
    if len(logs) < 2:
        raise InvalidQuantity("one pair has no spread", hint="compare the program with itself in two pairs at least")
    mean, spread = mean_and_spread(logs)
    level = nominal_level(rule.looks, most_pairs=rule.most_pairs, level=rule.level, can_flip=rule.test == "sign-flip")
    half_width = _half_width_ratio(spread, rule.most_pairs, level)
    wanted = max(rule.resolution_ratio, rule.widest_ratio)
    error = spread / math.sqrt(len(logs))
    p = student_p(mean / error, len(logs) - 1.0) if error else float(mean == 0.0)
    return Control(
        is_too_noisy=is_too_wide(half_width, rule),
        is_biased=p < _BIAS_LEVEL,
        half_width_ratio=half_width,
        cv_ratio=_cv_of_pairs(spread),
        needed_pairs=_pairs_for(spread, math.log1p(wanted), level),
        pairs=len(logs),
        p=p,
    )


def cv_ratio(values: Sequence[float]) -> float:
    """Give the coefficient of variation: the standard deviation over the mean.

    >>> round(cv_ratio([96.0, 100.0, 104.0]), 3)
    0.04

    Raises:
        InvalidQuantity: there are fewer than two values, or their mean is not above 0.
    """
    if len(values) < 2:
        raise InvalidQuantity("fewer than two values do not vary")
    mean, spread = mean_and_spread(values)
    if not (math.isfinite(spread) and mean > 0.0):
        raise InvalidQuantity(f"values around {mean} have no coefficient of variation")
    return spread / mean


def pairs_needed(cv_ratio: float, effect_ratio: float, *, level: float = 0.03, power_ratio: float = 0.9) -> int:
    """Give the pairs in which a change of that size is found that often, by a one-sided test in one look.

    Two arms of the same ``cv_ratio`` that vary independently: n = 2 (z_level + z_power)^2 (cv / ln(1 + effect))^2.

    >>> pairs_needed(0.04, 0.05, level=0.05), pairs_needed(0.30, 0.05, level=0.05)
    (12, 648)

    Raises:
        UsageError: a ratio is out of its range.
    """
    in_range = 0.0 < level < 0.5 and 0.5 <= power_ratio < 1.0 and cv_ratio >= 0.0 and effect_ratio > -1.0
    if not in_range or effect_ratio == 0.0:
        raise UsageError("no number of pairs finds that", hint="an effect is not 0, a level below 0.5, a power from 0.5 on")
    from statistics import NormalDist  # here: it loads longer than all the rest

    reach = NormalDist().inv_cdf(1.0 - level) + NormalDist().inv_cdf(power_ratio)
    needed = 2.0 * (reach * cv_ratio / math.log1p(effect_ratio)) ** 2
    return max(1, math.ceil(min(needed, _MOST_PAIRS)))


def outliers(by_arm: Mapping[str, Sequence[float]], policy: str = "3s") -> dict[str, tuple[int, ...]]:
    """Name the positions to drop in each arm, by one rule for all of them: farther than 3 standard deviations from the mean.

    With fewer than 11 values none can be so far. A pair that has lost one of its runs is dropped whole.

    >>> outliers({"a": [1.0] * 20 + [9.0], "b": [1.0] * 21})
    {'a': (20,), 'b': ()}

    Raises:
        UsageError: the policy is neither ``none`` nor ``3s``.
    """
    if policy not in POLICIES:
        raise UsageError(f"unknown policy {policy!r} for outliers", hint=f"one of {', '.join(POLICIES)}")
    return {arm: _far(values) if policy == "3s" else () for arm, values in by_arm.items()}


def _far(values: Sequence[float]) -> tuple[int, ...]:
    if not values:
        return ()
    mean, spread = mean_and_spread(values)
    return tuple(at for at, value in enumerate(values) if abs(value - mean) > 3.0 * spread)


def _half_width_ratio(spread: float, pairs: int, level: float) -> float:
    if pairs < 2 or level <= 0.0:
        return math.inf
    return math.expm1(min(700.0, student_quantile(2.0 * level, pairs - 1.0) * spread / math.sqrt(pairs)))


def _pairs_for(spread: float, half_width_ratio: float, level: float) -> int:
    from statistics import NormalDist  # here: it loads longer than all the rest

    if spread == 0.0:
        return 2
    if half_width_ratio <= 0.0 or level <= 0.0:
        return _MOST_PAIRS
    return min(_MOST_PAIRS, math.ceil((NormalDist().inv_cdf(1.0 - level) * spread / half_width_ratio) ** 2) + 2)


def _cv_of_pairs(spread: float) -> float:
    """Give the spread of one run from that of a pair's log-ratio: two runs vary in it."""
    return math.sqrt(math.expm1(min(700.0, spread**2 / 2.0)))
