"""A number with its interval and its provenance, and the arithmetic that keeps both honest (CONTRACT.md 1)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from vatio.errors import InvalidQuantity

# From best to worst: a sum is as good as its worst known part.
PROVENANCES = ("measured", "modelled", "default", "missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """Hold one value, the interval that should contain the truth, and where the number comes from.

    ``value`` and ``low`` are ``None`` only when nothing is known; ``high`` is ``None`` when a part is missing, because
    the truth has no upper bound then. ``missing`` names those parts. Units live in the name of the field that holds it.

    Raises:
        InvalidQuantity: a number is not finite, the order low <= value <= high is broken, or provenance is unknown.
    """

    value: float | None
    low: float | None
    high: float | None
    provenance: str
    source: str | None = None
    missing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.provenance not in PROVENANCES:
            raise InvalidQuantity(f"provenance {self.provenance!r}", hint=f"use one of {', '.join(PROVENANCES)}")
        known = [number for number in (self.low, self.value, self.high) if number is not None]
        if not all(map(math.isfinite, known)):
            raise InvalidQuantity(f"not finite: {known}", hint="a number that is not known is missing, not NaN")
        if known != sorted(known):
            raise InvalidQuantity(f"not low <= value <= high: {known}")
        if (self.value is None) != (self.provenance == "missing") or (self.value is None) != (self.low is None):
            raise InvalidQuantity("value, low and provenance disagree on whether the number is missing")
        if self.value is None and self.high is not None:
            raise InvalidQuantity("a missing number has no upper bound")

    @classmethod
    def exact(cls, value: float, *, provenance: str = "measured", source: str | None = None) -> Quantity:
        """Build a number whose interval is itself: a count, a length, a given factor."""
        return cls(value=value, low=value, high=value, provenance=provenance, source=source)

    @classmethod
    def around(cls, value: float, low: float, high: float, *, provenance: str, source: str | None = None) -> Quantity:
        """Build a number with its interval.

        >>> Quantity.around(100.0, 95.0, 105.0, provenance="measured").high
        105.0
        """
        return cls(value=value, low=low, high=high, provenance=provenance, source=source)

    @classmethod
    def absent(cls, *names: str, source: str | None = None) -> Quantity:
        """Build the number that was not measured: ``names`` say what is missing, ``source`` says why."""
        return cls(value=None, low=None, high=None, provenance="missing", source=source, missing=names)

    @property
    def is_missing(self) -> bool:
        """Tell whether nothing is known."""
        return self.value is None

    @property
    def is_complete(self) -> bool:
        """Tell whether nothing is missing from the number."""
        return self.value is not None and self.high is not None and not self.missing


def total(quantities: Iterable[Quantity]) -> Quantity:
    """Add quantities: low, value and high linearly, so that grouping and order do not matter.

    Missing parts are named and take the upper bound away; the known ones are still added.

    >>> total([Quantity.exact(1.0), Quantity.absent("dram")])
    Quantity(value=1.0, low=1.0, high=None, provenance='measured', source=None, missing=('dram',))
    """
    parts = list(quantities)
    known = [part for part in parts if part.value is not None]
    missing = tuple(sorted({name for part in parts for name in part.missing}))
    source = _joined(part.source for part in known)
    if not known:
        return Quantity.absent(*missing, source=source or _joined(part.source for part in parts))
    unbounded = any(part.high is None for part in parts)
    return Quantity(
        value=math.fsum(part.value for part in known if part.value is not None),
        low=math.fsum(part.low for part in known if part.low is not None),
        high=None if unbounded else math.fsum(part.high for part in known if part.high is not None),
        provenance=_worst(known),
        source=source,
        missing=missing,
    )


def product(first: Quantity, second: Quantity) -> Quantity:
    """Multiply two non-negative quantities: the interval takes the corners.

    Raises:
        InvalidQuantity: a lower bound is negative, so that the corners would be in the wrong order.
    """
    if any((factor.low or 0.0) < 0.0 for factor in (first, second)):
        raise InvalidQuantity("a product of negative quantities has other corners")
    missing = tuple(sorted({*first.missing, *second.missing}))
    source = _joined((first.source, second.source))
    if first.value is None or second.value is None or first.low is None or second.low is None:
        return Quantity.absent(*missing, source=source)
    return Quantity(
        value=first.value * second.value,
        low=first.low * second.low,
        high=None if first.high is None or second.high is None else first.high * second.high,
        provenance=_worst((first, second)),
        source=source,
        missing=missing,
    )


def scaled(quantity: Quantity, factor: float) -> Quantity:
    """Multiply by an exact, non-negative number: a conversion, a share.

    >>> scaled(Quantity.exact(300.0), 0.5).value
    150.0
    """
    if factor < 0.0 or not math.isfinite(factor):
        raise InvalidQuantity(f"cannot scale by {factor}")
    if quantity.value is None or quantity.low is None:
        return quantity
    low, value = quantity.low * factor, quantity.value * factor
    high = None if quantity.high is None else quantity.high * factor
    return Quantity(
        value=value, low=low, high=high, provenance=quantity.provenance, source=quantity.source, missing=quantity.missing
    )


def difference(first: Quantity, second: Quantity) -> Quantity:
    """Subtract: (low - high, high - low), unclamped, so that a difference within the error shows as one."""
    missing = tuple(sorted({*first.missing, *second.missing}))
    source = _joined((first.source, second.source))
    ends = (first.value, first.low, first.high, second.value, second.low, second.high)
    if any(end is None for end in ends):
        return Quantity.absent(*missing, source=source)
    value, low, high, less, less_low, less_high = (float(end) for end in ends if end is not None)
    return Quantity(
        value=value - less,
        low=low - less_high,
        high=high - less_low,
        provenance=_worst((first, second)),
        source=source,
        missing=missing,
    )


def _worst(quantities: Iterable[Quantity]) -> str:
    return PROVENANCES[max(PROVENANCES.index(quantity.provenance) for quantity in quantities)]


def _joined(sources: Iterable[str | None]) -> str | None:
    parts = {part for source in sources if source for part in source.split("; ")}
    return "; ".join(sorted(parts)) or None
