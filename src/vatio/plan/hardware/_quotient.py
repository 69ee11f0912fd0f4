"""Divide and add quantities that may be missing: what is not known makes the answer unknown, and is named."""

from __future__ import annotations

from vatio.records import Quantity, product
from vatio.records import total as _total


def quotient(first: Quantity, second: Quantity, *, never: str = "it has no end") -> Quantity:
    """Divide: the corners, without an upper bound where the divisor may be nothing; ``never`` is said where it is.

    >>> quotient(Quantity.exact(6.0), Quantity.around(2.0, 1.0, 3.0, provenance="modelled")).high
    6.0
    """
    if first.value is None or first.low is None or second.value is None or second.low is None:
        return Quantity.absent(*sorted({*first.missing, *second.missing}), source=first.source or second.source)
    if first.value <= 0.0:
        return Quantity.exact(0.0, provenance=_worse(first, second), source=first.source)
    if second.value <= 0.0:
        return Quantity.absent(source=never)
    value = first.value / second.value
    most = None if second.high is None else second.high
    low = 0.0 if most is None else max(0.0, first.low) / most
    high = None if first.high is None or second.low <= 0.0 else first.high / second.low
    return Quantity(
        value=value,
        low=min(low, value),
        high=None if high is None else max(high, value),
        provenance=_worse(first, second),
        source=first.source if first.source == second.source else None,
        missing=tuple(sorted({*first.missing, *second.missing})),
    )


def plus(*parts: Quantity) -> Quantity:
    """Add; what is missing makes the whole unknown, for a price without a part of it would decide wrongly."""
    absent = [part for part in parts if part.is_missing]
    if absent:
        return Quantity.absent(*sorted({name for part in absent for name in part.missing}), source=absent[0].source)
    return _total(parts)


def times(first: Quantity, second: Quantity) -> Quantity:
    """Multiply; a negative factor, such as a price below zero, takes the corners of both."""
    if not (first.low is not None and first.low < 0.0) and not (second.low is not None and second.low < 0.0):
        return product(first, second)
    ends = [(one.low, one.value, one.high) for one in (first, second)]
    if any(end is None for one in ends for end in one):
        return Quantity.absent(*sorted({*first.missing, *second.missing}), source=first.source or second.source)
    corners = [a * b for a in ends[0] if a is not None for b in ends[1] if b is not None]
    value = (first.value or 0.0) * (second.value or 0.0)
    return Quantity.around(value, min(corners), max(corners), provenance=_worse(first, second))


def _worse(first: Quantity, second: Quantity) -> str:
    from vatio.records import PROVENANCES

    return max(first.provenance, second.provenance, key=PROVENANCES.index)
