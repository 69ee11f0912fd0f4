"""Say which components are added: neither parts of another one, nor the platform beside its parts (CONTRACT.md 2)."""

from __future__ import annotations

from collections.abc import Iterable

from vatio.records import Component, Quantity, total


def counted(components: Iterable[Component]) -> tuple[Component, ...]:
    """Give the components whose joules add up to the machine's.

    A platform meter counts alone where every other component is part of it, else not at all.
    """
    whole = [component for component in components if component.part_of is None]
    parts = [component for component in whole if component.component != "platform"]
    return tuple(parts or whole)


def counted_energy_j(components: Iterable[Component]) -> Quantity:
    """Add what the counted components drew; nothing counted is missing, never 0 J."""
    found = [component.energy_j for component in counted(components)]
    return total(found) if found else Quantity.absent("energy", source="no component was measured")
