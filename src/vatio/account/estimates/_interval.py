"""Multiply factors whose errors are independent: the interval of a product of likely ranges, or of possible ones.

Why the corners of CONTRACT.md 1 are not the interval of an estimate is in docs/adr/0045-an-estimate-is-a-likely-range.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import reduce

from vatio.records import Quantity, product

# How a product's interval follows from its factors'.
Rule = Callable[[Sequence[Quantity]], Quantity]


def likely(factors: Sequence[Quantity]) -> Quantity:
    """Multiply, and add the logarithms of the factors' ranges in quadrature, upwards and downwards apart.

    >>> twice = Quantity.around(1.0, 0.5, 2.0, provenance="modelled")
    >>> found = likely([twice, twice])
    >>> round(found.low, 3), found.value, round(found.high, 3)
    (0.375, 1.0, 2.665)
    """
    whole = possible(factors)
    if whole.value is None or whole.value <= 0.0:
        return whole
    down = _root(_distance(factor.low, factor.value) for factor in factors)
    high = None
    if whole.high is not None:
        high = max(whole.value, whole.value * math.exp(_root(_distance(factor.value, factor.high) for factor in factors)))
    return replace(whole, low=min(whole.value, whole.value * math.exp(-down)), high=high)


def possible(factors: Sequence[Quantity]) -> Quantity:
    """Multiply, and take the corners: no combination of the factors' ranges gives a product outside.

    >>> twice = Quantity.around(1.0, 0.5, 2.0, provenance="modelled")
    >>> possible([twice, twice]).high
    4.0
    """
    return reduce(product, factors)


def inverse(quantity: Quantity) -> Quantity:
    """Divide one by a quantity above 0."""
    if quantity.value is None or not quantity.low or quantity.high is None:
        return Quantity.absent(*quantity.missing, source=quantity.source)
    return replace(quantity, value=1.0 / quantity.value, low=1.0 / quantity.high, high=1.0 / quantity.low)


def between(value: float, low: float, high: float, *, source: str, provenance: str = "modelled") -> Quantity:
    """Build a factor of a model with its range and its source."""
    return Quantity.around(value, low, high, provenance=provenance, source=source)


def given(value: float, what: str = "given") -> Quantity:
    """Build a factor that somebody stated: taken as exact."""
    return Quantity.exact(value, provenance="modelled", source=what)


def _distance(low: float | None, high: float | None) -> float:
    if not high:
        return 0.0
    return math.log(high / low) if low else math.inf


def _root(distances: Iterable[float]) -> float:
    return math.sqrt(math.fsum(distance * distance for distance in distances))
