"""Two one-sided tests: show that two groups differ by less than a margin, instead of failing to show that they differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vatio.analysis._student import student_p, student_quantile
from vatio.analysis.hypotheses._beside import mean_difference
from vatio.errors import InvalidQuantity
from vatio.records import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalence:
    """Hold whether a difference is certainly within the margin; ``difference`` is the first group's mean less the second's.

    Its interval has the confidence 1 - 2 x level, as the two tests ask; ``p`` is the larger of their two probabilities.
    """

    is_equivalent: bool
    difference: Interval
    p: float
    margin: float


def equivalence(
    a: Sequence[float], b: Sequence[float], *, margin: float, level: float = 0.05, paired: bool = False
) -> Equivalence:
    """Test equivalence of two means (TOST, Schuirmann 1987), by Welch's t or, where values belong together, by paired t.

    Groups that do not vary at all are known exactly, and equivalent within the margin. One value alone proves nothing.

    >>> equivalence([0.90, 0.91, 0.92, 0.91], [0.91, 0.90, 0.91, 0.92], margin=0.02).is_equivalent
    True

    Raises:
        InvalidQuantity: a group is empty, a value is not finite, pairs do not match, or the margin is not above 0.
    """
    if not a or not b or not all(map(math.isfinite, (*a, *b))) or (paired and len(a) != len(b)):
        raise InvalidQuantity("equivalence takes finite values in both groups, as many of each where they are paired")
    if not (math.isfinite(margin) and margin > 0.0):
        raise InvalidQuantity(f"margin {margin}", hint="say by how much the metric may differ, above 0")
    shift, error, df = _paired(a, b) if paired else _unpaired(a, b)
    if math.isinf(error):
        return Equivalence(is_equivalent=False, difference=Interval(value=shift, low=None, high=None), p=1.0, margin=margin)
    reach = student_quantile(2.0 * level, df) * error if error else 0.0
    interval = Interval(value=shift, low=shift - reach, high=shift + reach)
    p = max(_above(shift + margin, error, df), _above(margin - shift, error, df))
    return Equivalence(is_equivalent=p < level, difference=interval, p=p, margin=margin)


def _paired(a: Sequence[float], b: Sequence[float]) -> tuple[float, float, float]:
    differences = [one - other for one, other in zip(a, b, strict=True)]
    mean = math.fsum(differences) / len(differences)
    if len(differences) < 2:
        return mean, math.inf, 0.0
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in differences) / (len(differences) - 1))
    return mean, spread / math.sqrt(len(differences)), len(differences) - 1.0


def _unpaired(a: Sequence[float], b: Sequence[float]) -> tuple[float, float, float]:
    if min(len(a), len(b)) < 2:
        return math.fsum(a) / len(a) - math.fsum(b) / len(b), math.inf, 0.0
    return mean_difference(a, b)


def _above(shift: float, error: float, df: float) -> float:
    """Give the one-sided probability of so large a shift, were it 0."""
    if error == 0.0:
        return 0.0 if shift > 0.0 else 1.0
    half = student_p(shift / error, df) / 2.0
    return half if shift > 0.0 else 1.0 - half
