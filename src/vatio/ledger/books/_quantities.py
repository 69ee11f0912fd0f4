"""Read the quantities of payloads."""

from __future__ import annotations

from collections.abc import Mapping

from vatio.errors import InvalidQuantity
from vatio.records import Quantity

ABSENT = Quantity.absent()


def read_quantity(value: object) -> Quantity:
    """Read a quantity of a payload; what is none is missing."""
    if not isinstance(value, Mapping):
        return ABSENT
    try:
        missing = value.get("missing") or ()
        return Quantity(
            value=value["value"],
            low=value["low"],
            high=value["high"],
            provenance=value["provenance"],
            source=value.get("source"),
            missing=tuple(missing),
        )
    except (KeyError, TypeError, InvalidQuantity):
        return ABSENT
