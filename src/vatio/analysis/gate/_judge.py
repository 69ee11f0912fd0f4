"""Judge paired costs: fail, pass, inconclusive, or go on."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vatio.analysis.gate._bounds import Bounds, mean_and_spread, sign_flip_bounds, student_bounds
from vatio.analysis.gate._rule import GateRule
from vatio.analysis.gate._spending import nominal_level
from vatio.analysis.gate._weigh import Estimate, Judgement, weigh
from vatio.errors import InvalidQuantity


def judge(ratios: Sequence[float], *, rule: GateRule, final: bool = False) -> Judgement:
    """Judge pairs, in the order in which they were measured: ``ratios`` are candidate cost / baseline cost, one a pair.

    Between looks the outcome is ``None``. ``final`` says that no more pairs will come (the time is over): all that is left of
    the error is spent now, and the outcome is never ``None``.

    >>> worse = [1.06, 1.05, 1.07, 1.05, 1.06, 1.05, 1.04, 1.06, 1.05, 1.06]
    >>> judge(worse, rule=GateRule()).outcome
    'fail'
    >>> judge(worse[:9], rule=GateRule()).outcome is None
    True

    Raises:
        InvalidQuantity: there is no pair, or a ratio is not finite and above 0.
    """
    logs = logarithms(ratios)
    mean, spread = mean_and_spread(logs)
    flips = rule.test == "sign-flip"
    bounds: Bounds = sign_flip_bounds(logs) if flips else student_bounds(logs)
    estimate = Estimate(mean=mean, spread_ratio=spread, df=len(logs) - 1.0, pairs=len(logs), bounds=bounds, test=rule.test)
    is_last = len(logs) >= rule.most_pairs
    found = weigh(
        estimate,
        rule=rule,
        level=_level(len(logs), rule, last=is_last),
        may_decide=len(logs) in rule.looks,
        must_decide=is_last,
    )
    if found.outcome is not None or not final:
        return found
    # Asked only where the look itself leaves it open: a decision that ended the measuring must not turn into another.
    return weigh(estimate, rule=rule, level=_level(len(logs), rule, last=True), may_decide=True, must_decide=True)


def _level(pairs: int, rule: GateRule, *, last: bool) -> float:
    looks = (*(look for look in rule.looks if look < pairs), pairs)
    can_flip = rule.test == "sign-flip"
    return nominal_level(looks, most_pairs=rule.most_pairs, level=rule.level, last=last, can_flip=can_flip)


def logarithms(values: Sequence[float]) -> list[float]:
    """Take logarithms, in which a change of cost is a shift.

    Raises:
        InvalidQuantity: there is no value, or one is not finite and above 0.
    """
    if not values:
        raise InvalidQuantity("nothing to judge", hint="at least one pair has to be measured")
    for value in values:
        if not (math.isfinite(value) and value > 0.0):
            raise InvalidQuantity(f"{value} has no logarithm", hint="leave pairs out that were not measured")
    return [math.log(value) for value in values]
