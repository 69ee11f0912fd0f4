"""The exact sign-flip test of paired differences: how often a mean so far from 0 comes from signs alone."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from vatio.errors import InvalidQuantity

# Two halves of 16 pairs are 65 536 sums each; a gate needs 30.
MOST_PAIRS = 32


def sign_flip_p(differences: Sequence[float]) -> float:
    """Give the two-sided p over all 2^n ways to set the signs of the differences, each equally likely if nothing changed.

    Exact up to 32 pairs: the sums of either half are sorted, and the pairs of sums that lie far enough out are counted.

    >>> sign_flip_p([1.0, 2.0, 3.0, 4.0, 5.0])
    0.0625

    Raises:
        InvalidQuantity: there are none, more than 32, or one is not finite.
    """
    if not 1 <= len(differences) <= MOST_PAIRS or not all(map(math.isfinite, differences)):
        raise InvalidQuantity(f"a sign-flip test takes 1 to {MOST_PAIRS} finite differences, not {len(differences)}")
    # Sums of the same values in another order differ in the last bits: those are ties, and a tie counts as far out.
    slack = 1e-12 * math.fsum(map(abs, differences))
    far = abs(math.fsum(differences)) - slack
    half = len(differences) // 2
    first, second = _sums(differences[:half]), sorted(_sums(differences[half:]))
    within = sum(max(0, bisect_left(second, far - one) - bisect_right(second, -far - one)) for one in first)
    return 1.0 - within / (len(first) * len(second))


def _sums(values: Sequence[float]) -> list[float]:
    sums = [0.0]
    for value in values:
        sums = [one + sign for one in sums for sign in (value, -value)]
    return sums
