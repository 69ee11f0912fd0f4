"""Judge kept runs that were not measured in pairs: two groups, or one run among others."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vatio.analysis.gate._bounds import Student, mean_and_spread
from vatio.analysis.gate._judge import logarithms
from vatio.analysis.gate._rule import GateRule
from vatio.analysis.gate._weigh import Estimate, Judgement, weigh
from vatio.analysis.hypotheses import mean_difference

WELCH = "Welch t on logarithms"
ONE = "Crawford-Howell t on logarithms"
NO_TEST = "none"


def judge_groups(candidate: Sequence[float], baseline: Sequence[float], *, rule: GateRule) -> Judgement:
    """Judge costs that nothing pairs, in one look with the rule's whole level; the outcome is never ``None``.

    Two groups are compared by Welch's t, one run with a group by the t of Crawford and Howell; one run with one other has no
    spread and is inconclusive. ``pairs`` is the size of the smaller group.

    >>> judge_groups([1.20, 1.22, 1.21, 1.19], [1.00, 1.01, 0.99, 1.00], rule=GateRule()).outcome
    'fail'

    Raises:
        InvalidQuantity: a group is empty, or a cost is not finite and above 0.
    """
    new, old = logarithms(candidate), logarithms(baseline)
    bounds, test = _difference(new, old)
    pairs = min(len(new), len(old))
    spread = bounds.error * math.sqrt(pairs)
    estimate = Estimate(mean=bounds.mean, spread_ratio=spread, df=bounds.df, pairs=pairs, bounds=bounds, test=test)
    return weigh(estimate, rule=rule, level=rule.level, may_decide=True, must_decide=True)


def _difference(new: Sequence[float], old: Sequence[float]) -> tuple[Student, str]:
    means, spreads = zip(*(mean_and_spread(group) for group in (new, old)), strict=True)
    shift = means[0] - means[1]
    if len(new) > 1 and len(old) > 1:
        shift, error, df = mean_difference(new, old)
        return Student(mean=shift, error=error, df=df), WELCH
    many = max(len(new), len(old))
    if many == 1:
        return Student(mean=shift, error=0.0, df=0.0), NO_TEST
    return Student(mean=shift, error=max(spreads) * math.sqrt(1.0 + 1.0 / many), df=many - 1.0), ONE
