"""Bound a change of a share from pairs of yes and no: a score test that holds with few or no discordant pairs."""

from __future__ import annotations

import math

from vatio.analysis._student import incomplete_beta
from vatio.errors import InvalidQuantity

_HALVINGS = 60


def paired_share_p(worse: float, better: float, of: float, *, loss: float) -> float:
    """Give the p of "the share falls by ``loss`` or more", one-sided, by Tango's score test (1998, Statistics in Medicine).

    ``worse`` of ``of`` pairs went from yes to no, ``better`` from no to yes; the others did not change. Where none got better
    the exact binomial p stands if it is larger. Counts that are foreseen may be fractions.

    >>> round(paired_share_p(4, 5, 1000, loss=0.01), 5)
    0.0028

    Raises:
        InvalidQuantity: a count is below 0, more pairs changed than there are, or the loss is not in 0..1.
    """
    _check(worse, better, of)
    if not 0.0 <= loss <= 1.0:
        raise InvalidQuantity(f"a loss of {loss}", hint="a share: 0 to 1")
    p = _tail(_score(worse, better, of, -loss))
    return p if better else max(p, _binomial_p(worse, of, loss))


def paired_share_low(worse: float, better: float, of: float, *, level: float = 0.05) -> float:
    """Give the change of the share that is undercut with probability ``level`` at most: the test above, inverted.

    >>> round(paired_share_low(0, 0, 1000), 5)
    -0.00299

    Raises:
        InvalidQuantity: a count is below 0, more pairs changed than there are, or the level is not within 0..1.
    """
    _check(worse, better, of)
    if not 0.0 < level < 1.0:
        raise InvalidQuantity(f"a level of {level}", hint="between 0 and 1, as 0.05")
    low, high = -1.0, (better - worse) / of
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        p = _tail(_score(worse, better, of, middle))
        if not better and middle < 0.0:
            p = max(p, _binomial_p(worse, of, -middle))
        low, high = (middle, high) if p < level else (low, middle)
    return low


def share_upper(seen: float, of: float, *, level: float = 0.05) -> float:
    """Give the share that is exceeded with probability ``level`` at most (Clopper and Pearson, 1934).

    >>> round(share_upper(0, 1000), 6)
    0.002991

    Raises:
        InvalidQuantity: a count is below 0, more were seen than there are, or the level is not within 0..1.
    """
    _check(seen, 0.0, of)
    if not 0.0 < level < 1.0:
        raise InvalidQuantity(f"a level of {level}", hint="between 0 and 1, as 0.05")
    low, high = seen / of, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if _binomial_p(seen, of, middle) > level else (low, middle)
    return high


def _check(worse: float, better: float, of: float) -> None:
    if not (worse >= 0.0 and better >= 0.0 and of > 0.0 and worse + better <= of * (1.0 + 1e-12)):
        raise InvalidQuantity(f"{worse} and {better} of {of} pairs", hint="counts of 0 and more, of at least one pair")


def _score(worse: float, better: float, of: float, change: float) -> float:
    """Give Tango's statistic for a true change: its share of worsened pairs is the likeliest that the change allows."""
    linear = (2.0 * of + worse - better) * change - worse - better
    constant = -worse * change * (1.0 - change)
    likeliest = (math.sqrt(max(0.0, linear**2 - 8.0 * of * constant)) - linear) / (4.0 * of)
    variance = of * (2.0 * likeliest + change * (1.0 - change))
    above = better - worse - of * change
    if variance <= 0.0:
        return 0.0 if above == 0.0 else math.copysign(math.inf, above)
    return above / math.sqrt(variance)


def _tail(score: float) -> float:
    return 0.5 * math.erfc(score / math.sqrt(2.0))


def _binomial_p(seen: float, of: float, share: float) -> float:
    """Give the probability of so few or fewer of ``of``, were the share this one."""
    return 1.0 if seen >= of else incomplete_beta(of - seen, seen + 1.0, 1.0 - share, share)
