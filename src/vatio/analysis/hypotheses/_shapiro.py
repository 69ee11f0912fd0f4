"""The Shapiro-Wilk test of normality by Royston's approximation (1995, Applied Statistics AS R94), in plain Python."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vatio.errors import InvalidQuantity

FEWEST, MOST = 3, 5000
# Polynomials of AS R94, lowest power first.
_C1 = (0.0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056)
_C2 = (0.0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633)
_C3 = (0.544, -0.39978, 0.025054, -6.714e-4)
_C4 = (1.3822, -0.77857, 0.062767, -0.0020322)
_C5 = (-1.5861, -0.31082, -0.083751, 0.0038915)
_C6 = (-0.4803, -0.082676, 0.0030302)
_G = (-2.273, 0.459)


def shapiro_wilk(values: Sequence[float]) -> tuple[float, float]:
    """Give W and the probability of so small a W, were the values normal.

    >>> w, p = shapiro_wilk([148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236])
    >>> round(w, 4), round(p, 4)
    (0.7888, 0.0067)

    Raises:
        InvalidQuantity: there are fewer than 3 values or more than 5 000, one is not finite, or all are equal.
    """
    ordered = sorted(values)
    size = len(ordered)
    if not FEWEST <= size <= MOST or not all(map(math.isfinite, ordered)) or ordered[0] == ordered[-1]:
        raise InvalidQuantity(f"Shapiro-Wilk takes {FEWEST} to {MOST} finite values that are not all equal")
    # Scaled to a range of 1, so that no square overflows or vanishes.
    width = ordered[-1] - ordered[0]
    scaled = [(value - ordered[0]) / width for value in ordered]
    mean = math.fsum(scaled) / size
    weights = _weights(size)
    inner = math.fsum(weight * (scaled[-1 - at] - scaled[at]) for at, weight in enumerate(weights))
    w = min(1.0, inner**2 / math.fsum((value - mean) ** 2 for value in scaled))
    return w, _p(w, size)


def _weights(size: int) -> list[float]:
    """Give the weights of the upper half, the largest value's first."""
    from statistics import NormalDist  # here: it loads longer than all the rest

    if size == 3:
        return [math.sqrt(0.5)]
    inverse = NormalDist().inv_cdf
    middles = [-inverse((at + 0.625) / (size + 0.25)) for at in range(size // 2)]
    squares = 2.0 * math.fsum(middle**2 for middle in middles)
    root, small = math.sqrt(squares), 1.0 / math.sqrt(size)
    first = _polynomial(_C1, small) + middles[0] / root
    if size <= 5:
        scale = math.sqrt((squares - 2.0 * middles[0] ** 2) / (1.0 - 2.0 * first**2))
        return [first, *(middle / scale for middle in middles[1:])]
    second = _polynomial(_C2, small) + middles[1] / root
    rest = (squares - 2.0 * middles[0] ** 2 - 2.0 * middles[1] ** 2) / (1.0 - 2.0 * first**2 - 2.0 * second**2)
    return [first, second, *(middle / math.sqrt(rest) for middle in middles[2:])]


def _p(w: float, size: int) -> float:
    if size == 3:
        return max(0.0, 6.0 / math.pi * (math.asin(math.sqrt(w)) - math.asin(math.sqrt(0.75))))
    if w >= 1.0:
        return 1.0
    y = math.log(1.0 - w)
    if size <= 11:
        limit = _polynomial(_G, size)
        if y >= limit:
            return 0.0
        y, mean, spread = -math.log(limit - y), _polynomial(_C3, size), math.exp(_polynomial(_C4, size))
    else:
        x = math.log(size)
        mean, spread = _polynomial(_C5, x), math.exp(_polynomial(_C6, x))
    return 0.5 * math.erfc((y - mean) / spread / math.sqrt(2.0))


def _polynomial(coefficients: Sequence[float], x: float) -> float:
    return math.fsum(coefficient * x**power for power, coefficient in enumerate(coefficients))
