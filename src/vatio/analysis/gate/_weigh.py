"""Say of an estimate and its bounds whether they decide, what they could have found, and how much more would decide."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vatio.analysis._student import student_quantile
from vatio.analysis.gate._bounds import Bounds
from vatio.analysis.gate._rule import GateRule
from vatio.records import Interval

# The normal quantile of the share of regressions that the smallest detectable one is found with: nine in ten.
_POWER_QUANTILE = 1.2815515655446004
# Bounds within rounding of what is allowed are at it.
_SLACK = 1e-12
_MOST_PAIRS = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Hold what so many pairs say. ``outcome`` is fail, pass, inconclusive, or ``None``: go on measuring.

    ``change_ratio`` is the geometric mean of candidate / baseline, less 1 (+0.05: 5 % worse), with the interval that decided:
    a bound at the level of this look from either side. ``p`` is the one-sided probability of so large an increase, were the
    true one just the allowed one; it is tested at ``level``, this look's part of the rule's. ``spread_ratio`` is the standard
    deviation of the logarithms, ``effect_size`` their mean in such units. ``mde_ratio`` is the change that so many pairs
    would fail nine times in ten; ``more_pairs`` how many more would decide if mean and spread stay (0: decided, ``None``: no
    number would, or it cannot be told).
    """

    outcome: str | None
    change_ratio: Interval
    p: float
    pairs: int
    mde_ratio: float | None
    more_pairs: int | None
    test: str
    level: float
    spread_ratio: float | None
    effect_size: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Hold a mean of logarithms, the spread of one pair around it with its degrees of freedom, and what bounds it."""

    mean: float
    spread_ratio: float
    df: float
    pairs: int
    bounds: Bounds
    test: str


def weigh(estimate: Estimate, *, rule: GateRule, level: float, may_decide: bool, must_decide: bool) -> Judgement:
    """Build the judgement of an estimate at one look's level."""
    bounds = estimate.bounds
    low, high = min(estimate.mean, bounds.low(level)), max(estimate.mean, bounds.high(level))
    change = Interval(value=_expm1(estimate.mean), low=_end(low), high=_end(high))
    decided = _decided(low, high, rule) if may_decide or must_decide else None
    has_spread = estimate.df > 0.0
    # A look that is too early for its test to decide anything is still asked how far it could see.
    reach = _reach(estimate, level or rule.level)
    return Judgement(
        outcome=decided or ("inconclusive" if must_decide else None),
        change_ratio=change,
        p=bounds.p(math.log1p(rule.allowed_ratio) + _SLACK),
        pairs=estimate.pairs,
        mde_ratio=_mde_ratio(estimate, reach, rule),
        more_pairs=0 if decided else _more_pairs(estimate, reach, rule),
        test=estimate.test,
        level=level,
        spread_ratio=estimate.spread_ratio if has_spread else None,
        effect_size=estimate.mean / estimate.spread_ratio if has_spread and estimate.spread_ratio else None,
    )


def is_too_wide(half_width_ratio: float, rule: GateRule) -> bool:
    """Tell whether an interval is so wide that what it says of an upper bound is luck."""
    return half_width_ratio > max(rule.resolution_ratio, rule.widest_ratio) + _SLACK


def _decided(low: float, high: float, rule: GateRule) -> str | None:
    """Decide, a regression first: it may be certain and lie within the resolution at once."""
    if low > math.log1p(rule.allowed_ratio) + _SLACK:
        return "fail"
    is_below = high <= math.log1p(rule.allowed_ratio + rule.resolution_ratio) + _SLACK
    # Halved on the scale of logarithms, where an interval does not narrow for a large saving.
    if is_below and not is_too_wide(math.expm1((high - low) / 2.0), rule):
        return "pass"
    return None


def _reach(estimate: Estimate, level: float) -> float | None:
    """Give the t quantile of a look at that level."""
    return student_quantile(2.0 * level, estimate.df) if estimate.df > 0.0 else None


def _mde_ratio(estimate: Estimate, reach: float | None, rule: GateRule) -> float | None:
    if reach is None:
        return None
    return _expm1(
        math.log1p(rule.allowed_ratio) + (reach + _POWER_QUANTILE) * estimate.spread_ratio / math.sqrt(estimate.pairs)
    )


def _more_pairs(estimate: Estimate, reach: float | None, rule: GateRule) -> int | None:
    """Ask at how many pairs an interval around the same mean would end on one side of what is allowed."""
    if reach is None:
        return None
    to_fail = estimate.mean - math.log1p(rule.allowed_ratio)
    to_pass = math.log1p(rule.allowed_ratio + rule.resolution_ratio) - estimate.mean
    # A pass must be narrow too.
    to_pass = min(to_pass, math.log1p(max(rule.resolution_ratio, rule.widest_ratio)))
    margin = max(to_fail, to_pass)
    if margin <= _SLACK:
        return None
    needed = max((reach * estimate.spread_ratio / margin) ** 2, -math.log2(rule.level))
    return None if needed > _MOST_PAIRS else max(1, math.ceil(needed) - estimate.pairs)


def _end(bound: float) -> float | None:
    return None if math.isinf(bound) else _expm1(bound)


def _expm1(value: float) -> float:
    # A change that no float can hold is as large as one can be.
    return math.expm1(min(value, 700.0))
