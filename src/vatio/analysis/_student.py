"""Student's t distribution in plain Python, to about 1e-13: tails by the incomplete beta function, quantiles by bisection."""

from __future__ import annotations

import math
from functools import lru_cache

_TINY = 1e-300
_STEPS = 500


def student_p(t: float, df: float) -> float:
    """Give the two-sided tail, P(|T| >= |t|), for any number of degrees of freedom above 0.

    >>> round(student_p(12.706204736174707, 1.0), 12)
    0.05
    """
    if math.isinf(t * t):
        return 0.0
    return incomplete_beta(df / 2.0, 0.5, df / (df + t * t), t * t / (df + t * t))


@lru_cache(maxsize=1024)  # a gate asks for the same ones at every look
def student_quantile(p: float, df: float) -> float:
    """Give the t that is passed, on either side together, with probability ``p`` (0 < p <= 1).

    >>> round(student_quantile(0.05, 4.0), 10)
    2.7764451052
    """
    low, high = 0.0, 1.0
    while student_p(high, df) > p:
        low, high = high, high * 2.0
    while True:
        middle = (low + high) / 2.0
        if middle in (low, high):
            return middle
        low, high = (middle, high) if student_p(middle, df) > p else (low, middle)


def incomplete_beta(a: float, b: float, x: float, y: float) -> float:
    """Give the regularised incomplete beta function I_x(a, b); ``y`` is 1 - x, given apart since x may round to 1."""
    if x <= 0.0 or y <= 0.0:
        return float(y <= 0.0)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(y))
    # The fraction converges fast below the mean; above it the symmetric one does.
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(a, b, x) / a
    return 1.0 - front * _fraction(b, a, y) / b


def _fraction(a: float, b: float, x: float) -> float:
    """Evaluate the continued fraction of the incomplete beta function (DLMF 8.17.22) by Lentz's method."""
    c, d = 1.0, 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    found = d
    for step in range(1, _STEPS):
        even = step * (b - step) * x / ((a + 2.0 * step - 1.0) * (a + 2.0 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2.0 * step) * (a + 2.0 * step + 1.0))
        for term in (even, odd):
            d = 1.0 / _away_from_zero(1.0 + term * d)
            c = _away_from_zero(1.0 + term / c)
            found *= c * d
        if abs(c * d - 1.0) < 1e-16:
            break
    return found


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
