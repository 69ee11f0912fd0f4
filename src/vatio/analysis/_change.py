"""Say how a new run, or a group of them, changed against earlier ones, and whether that is more than their spread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vatio.analysis._ranks import mann_whitney
from vatio.analysis._student import student_p, student_quantile
from vatio.errors import InvalidQuantity
from vatio.records import Quantity

# With fewer earlier runs a spread is little more than a guess, and nothing is called significant.
FEWEST_FOR_SIGNIFICANCE = 5
LEVEL = 0.05
ONE_AGAINST_MANY = "Crawford-Howell t on logarithms (exact for log-normal runs)"
GROUPS = "Mann-Whitney on logarithms (exact)"
NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Hold a relative change: ``ratio`` is signed (-0.1 = 10 % less) with its 95 % interval.

    ``significant`` is ``None`` where no test may say so: fewer than five earlier runs, or earlier runs that do not differ
    at all. ``test`` names the test, ``p`` is its two-sided probability.
    """

    ratio: Quantity
    significant: bool | None
    test: str
    p: float | None
    earlier: int


def change(candidate: Sequence[float] | float, baseline: Sequence[float]) -> Change:
    """Compare one new value, or several, with earlier ones of the same series; all above 0 and in one unit.

    One new run is judged by the t prediction test of Crawford and Howell (1998) on logarithms: the new run must fit among
    the earlier ones. A rank test could not: one run against five has no outcome rarer than 1 in 6. A group is judged by the
    exact Mann-Whitney test. See docs/adr/0044-one-run-against-earlier-ones.md.

    >>> found = change(50.0, [100.0, 101.0, 99.0, 100.0, 102.0])
    >>> found.significant, round(found.ratio.value, 3)
    (True, -0.502)
    >>> change(50.0, [100.0, 101.0]).significant is None
    True

    Raises:
        InvalidQuantity: a value is not above 0 and finite, or there is none on either side.
    """
    new = [candidate] if isinstance(candidate, (int, float)) else list(candidate)
    for value in (*new, *baseline):
        if not (math.isfinite(value) and value > 0.0):
            raise InvalidQuantity(f"{value} has no logarithm", hint="leave runs out that were not measured")
    if not new or not baseline:
        raise InvalidQuantity("a change needs a new run and an earlier one")
    logs, earlier = [math.log(value) for value in new], [math.log(value) for value in baseline]
    return _one(logs[0], earlier) if len(new) == 1 else _group(logs, earlier)


def _one(new: float, earlier: Sequence[float]) -> Change:
    middle = math.fsum(earlier) / len(earlier)
    shift = new - middle
    # By hand: a receipt compares, and `statistics` takes longer to load than everything that it would do here.
    spread = math.sqrt(math.fsum((one - middle) ** 2 for one in earlier) / (len(earlier) - 1)) if len(earlier) > 1 else 0.0
    if spread == 0.0:
        return Change(ratio=_ratio(shift, -math.inf, math.inf), significant=None, test=NONE, p=None, earlier=len(earlier))
    df = len(earlier) - 1.0
    error = spread * math.sqrt(1.0 + 1.0 / len(earlier))
    reach = student_quantile(LEVEL, df) * error
    p = student_p(shift / error, df)
    return _judged(_ratio(shift, shift - reach, shift + reach), p, ONE_AGAINST_MANY, len(earlier))


def _group(new: Sequence[float], earlier: Sequence[float]) -> Change:
    found = mann_whitney(new, earlier, level=LEVEL)
    return _judged(_ratio(found.shift, found.low, found.high), found.p, GROUPS, len(earlier))


def _judged(ratio: Quantity, p: float, test: str, earlier: int) -> Change:
    if earlier < FEWEST_FOR_SIGNIFICANCE:
        return Change(ratio=ratio, significant=None, test=NONE, p=None, earlier=earlier)
    return Change(ratio=ratio, significant=p < LEVEL, test=test, p=p, earlier=earlier)


def _ratio(shift: float, low: float, high: float) -> Quantity:
    """Turn a shift of logarithms into a relative change; nothing can fall by more than all of it."""
    value = math.expm1(shift)
    if math.isinf(high):
        return Quantity(value=value, low=-1.0, high=None, provenance="measured", missing=("spread",))
    return Quantity.around(value, min(value, math.expm1(low)), max(value, _expm1(high)), provenance="measured")


def _expm1(value: float) -> float:
    # Two earlier runs may leave an interval whose upper end no float can hold.
    return math.expm1(min(value, 700.0))
