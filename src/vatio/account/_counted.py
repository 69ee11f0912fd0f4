"""Add the components that count: neither parts of another one, nor the platform beside its parts (CONTRACT.md 2)."""

from __future__ import annotations

from collections.abc import Iterable

from vatio.records import Quantity, total
from vatio.records import counted as counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records import Component


def counted_energy_j(components: Iterable[Component]) -> Quantity:
    """Add what the counted components drew; nothing counted is missing, never 0 J."""
    found = [component.energy_j for component in counted(components)]
    return total(found) if found else Quantity.absent("energy", source="no component was measured")
