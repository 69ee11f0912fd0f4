"""Judge a metric beside the cost: what may be lost of it, and what certainly was."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vatio.analysis.gate._bounds import student_bounds
from vatio.errors import InvalidQuantity
from vatio.records import Interval, QualityRow

# Metrics that are equal but for the last bits of their sums are equal.
_SLACK = 1e-12


def judge_quality(
    candidate: Sequence[float],
    baseline: Sequence[float],
    *,
    max_loss: float,
    metric: str = "quality",
    less_is_better: bool = False,
    level: float = 0.05,
) -> QualityRow:
    """Judge the paired differences of a metric, candidate less baseline, by their t interval (1 - ``level``, two-sided).

    **fail**: certainly more than ``max_loss`` is lost; **pass**: certainly not more; else **inconclusive**. A metric that is
    the same in every repetition has an interval without width, which decides from two pairs on.

    >>> judge_quality([0.90, 0.90], [0.91, 0.91], max_loss=0.005, metric="accuracy").outcome
    'fail'

    Raises:
        InvalidQuantity: the groups differ in length or are empty, or a value is not finite.
    """
    values = [*candidate, *baseline, max_loss]
    if not candidate or len(candidate) != len(baseline) or not all(map(math.isfinite, values)):
        raise InvalidQuantity(f"{metric} is judged in pairs of finite values", hint="log the metric in every repetition")
    differences = [new - old for new, old in zip(candidate, baseline, strict=True)]
    bounds = student_bounds(differences)
    low, high = bounds.low(level / 2.0), bounds.high(level / 2.0)
    change = Interval(value=bounds.mean, low=_end(low), high=_end(high))
    least, most = (-high, -low) if less_is_better else (low, high)
    outcome = "fail" if most < -max_loss - _SLACK else "pass" if least >= -max_loss - _SLACK else "inconclusive"
    return QualityRow(metric=metric, change=change, outcome=outcome, max_loss=max_loss)


def _end(bound: float) -> float | None:
    return None if math.isinf(bound) else bound
