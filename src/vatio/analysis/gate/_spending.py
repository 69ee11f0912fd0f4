"""Spend a probability of error over several looks (Lan and DeMets, 1983), with a Pocock-like function.

The level of one look is found by integrating, from look to look, the density of the sums that have not crossed yet
(Armitage, McPherson and Rowe, 1969; Jennison and Turnbull, 2000, chapter 19). It holds for any looks, planned or not, as long
as what was found did not choose them. Which function and why: docs/adr/0090-spend-the-error-as-pocock.md.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

# Odd: Simpson's rule; bounds agree with published ones to five digits.
_NODES = 201
# Beyond so many standard deviations nothing is left to integrate.
_FAR = 8.0
_ROOT_TWO = math.sqrt(2.0)


class _Sums(NamedTuple):
    """Hold the partial sums that have not crossed: where they lie, and the probability that stands at each place."""

    places: list[float]
    masses: list[float]


@lru_cache(maxsize=512)
def nominal_level(
    looks: tuple[int, ...], *, most_pairs: int, level: float, last: bool = False, can_flip: bool = False
) -> float:
    """Give the one-sided level at which the last of ``looks`` is tested, so that all of them together err as ``level`` says.

    ``last`` spends all that is left. With ``can_flip`` a look of n pairs whose test cannot go below 2^-n, and would have to,
    spends nothing and leaves its part to the next.

    >>> [round(nominal_level((6, 12, 18, 24, 30)[:n], most_pairs=30, level=0.025), 5) for n in (1, 5)]
    [0.00738, 0.00852]
    """
    sums, alone, used = _Sums([0.0], [1.0]), 0.0, 0.0
    for at, pairs in enumerate(looks):
        step = math.sqrt(pairs - (looks[at - 1] if at else 0))
        is_end = at == len(looks) - 1 and (last or pairs >= most_pairs)
        left = (level if is_end else _pocock(pairs / most_pairs, level)) - used
        bound = _bound(sums, step, left, most=_FAR * math.sqrt(pairs))
        alone = _tail(bound / math.sqrt(pairs))
        if can_flip and alone < 2.0**-pairs:
            bound, alone, left = _FAR * math.sqrt(pairs), 0.0, 0.0
        used += left
        if at < len(looks) - 1:
            sums = _onward(sums, step, bound, least=-_FAR * math.sqrt(pairs))
    return alone


def _pocock(share: float, level: float) -> float:
    """Give what may be spent when that share of the pairs is there: level ln(1 + (e - 1) share)."""
    return level * math.log1p((math.e - 1.0) * min(1.0, share))


def _bound(sums: _Sums, step: float, left: float, *, most: float) -> float:
    """Find the sum that is passed for the first time with just the probability that is left."""
    low, high = -most, most
    while high - low > 1e-9 * most:
        middle = (low + high) / 2.0
        low, high = (middle, high) if _crossing(sums, step, middle) > left else (low, middle)
    return high


def _crossing(sums: _Sums, step: float, bound: float) -> float:
    return math.fsum(mass * _tail((bound - place) / step) for place, mass in zip(*sums, strict=True))


def _onward(sums: _Sums, step: float, bound: float, *, least: float) -> _Sums:
    """Carry the sums that did not cross over one more step: their density below the bound, at Simpson's nodes."""
    width = (bound - least) / (_NODES - 1)
    places = [least + at * width for at in range(_NODES)]
    scale = 1.0 / (step * math.sqrt(2.0 * math.pi))
    masses = []
    for at, place in enumerate(places):
        density = scale * math.fsum(
            mass * math.exp(-0.5 * ((place - before) / step) ** 2) for before, mass in zip(*sums, strict=True)
        )
        masses.append(density * width / 3.0 * _simpson(at))
    return _Sums(places, masses)


def _simpson(at: int) -> float:
    return 1.0 if at in (0, _NODES - 1) else 4.0 if at % 2 else 2.0


def _tail(z: float) -> float:
    return 0.5 * math.erfc(z / _ROOT_TWO)
