"""Say which components are added: neither parts of another one, nor the platform beside its parts (CONTRACT.md 2)."""

from __future__ import annotations

from collections.abc import Iterable

from vatio.records import Quantity, total

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records import Component


def counted(components: Iterable[Component]) -> tuple[Component, ...]:
    """Give the components whose joules add up to the machine's.

    Those that the measurement shared out were counted; where it shared none, those that are part of no other, and a
    platform meter only where it stands alone.
    """
    known = tuple(components)
    shared = tuple(component for component in known if component.workload_j is not None)
    whole = tuple(component for component in known if component.part_of is None)
    parts = tuple(component for component in whole if component.component != "platform")
    return shared or parts or whole


def counted_energy_j(components: Iterable[Component]) -> Quantity:
    """Add what the counted components drew; nothing counted is missing, never 0 J."""
    found = [component.energy_j for component in counted(components)]
    return total(found) if found else Quantity.absent("energy", source="no component was measured")
