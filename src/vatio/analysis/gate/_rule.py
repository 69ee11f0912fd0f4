"""What a gate allows, how sure it has to be, and when it looks."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vatio.errors import UsageError

TESTS = ("sign-flip", "t")
# The usual looks, as shares of the most pairs: 5, 10, 15, 20 and 30 of 30.
_SHARES = (1 / 6, 1 / 3, 1 / 2, 2 / 3, 1.0)
_FEWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRule:
    """Say what is a regression. Ratios are relative changes of cost: 0.05 is 5 % more.

    ``allowed_ratio`` is the regression that is let through, ``resolution_ratio`` what a pass may overlook beyond it.
    ``level`` is the probability, over all looks together, of a fail where the change is just the allowed one, and of a pass
    where it is the allowed one and the resolution. ``looks`` are the numbers of pairs at which it may be decided.
    ``widest_ratio`` is the widest half of an interval that may pass, unless the resolution is wider: where the spread is so
    large that it hides what is looked for, a low upper bound is luck (docs/adr/0091-too-noisy-is-not-a-pass.md).

    Raises:
        UsageError: a ratio, the level, the looks or the name of the test cannot be.
    """

    allowed_ratio: float = 0.0
    resolution_ratio: float = 0.05
    level: float = 0.03
    looks: tuple[int, ...] = (5, 10, 15, 20, 30)
    test: str = "sign-flip"
    widest_ratio: float = 0.05

    def __post_init__(self) -> None:
        ratios = (self.allowed_ratio, self.resolution_ratio, self.widest_ratio)
        if not all(math.isfinite(ratio) and ratio >= 0.0 for ratio in ratios):
            raise UsageError(f"a gate cannot allow {ratios}", hint="ratios are 0 or more; 0.05 is 5 %")
        if not 0.0 < self.level < 0.5:
            raise UsageError(f"level {self.level}", hint="0.03 is 3 false alarms in 100")
        if not self.looks or self.looks[0] < 1 or list(self.looks) != sorted(set(self.looks)):
            raise UsageError(f"looks {self.looks}", hint="numbers of pairs, each more than the one before: 5, 10, 20")
        if self.test not in TESTS:
            raise UsageError(f"unknown test {self.test!r}", hint=f"one of {', '.join(TESTS)}")

    @property
    def most_pairs(self) -> int:
        """Give the number of pairs after which it is decided in any case."""
        return self.looks[-1]


def looks_for(pairs: int) -> tuple[int, ...]:
    """Spread the usual looks over another number of pairs.

    >>> looks_for(30), looks_for(60), looks_for(3)
    ((5, 10, 15, 20, 30), (10, 20, 30, 40, 60), (3,))

    Raises:
        UsageError: there is no pair.
    """
    if pairs < 1:
        raise UsageError(f"{pairs} pairs", hint="a comparison takes one pair at least")
    looks = {max(_FEWEST, round(share * pairs)) for share in _SHARES}
    return tuple(sorted(look for look in {*looks, pairs} if look <= pairs))
