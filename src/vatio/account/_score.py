"""Score a measured run by ISO/IEC 21031 (SCI): ((E x I) + M) per R, R being what it counted of its own work."""

from __future__ import annotations

import math

from vatio.errors import InvalidQuantity, UnknownName
from vatio.records import Quantity, scaled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records import RunRecord


def sci_of(record: RunRecord, unit: str) -> Quantity:
    """Give the grams for each functional unit: location-based operational and embodied emissions over the units of work.

    Raises:
        UnknownName: the run did not count such a unit.
        InvalidQuantity: it counted none of it.
    """
    if unit not in record.work:
        found = UnknownName.among("unit of work", unit, record.work)
        counted = ", ".join(record.work) or "nothing; vatio.work(requests=1) counts"
        raise UnknownName(str(found), hint=found.hint or f"the run counted {counted}")
    count = record.work[unit]
    if not (math.isfinite(count) and count > 0.0):
        raise InvalidQuantity(f"the run did {count:g} {unit}", hint="a score is per unit: count at least one")
    return scaled(record.emissions_g.total, 1.0 / count)
