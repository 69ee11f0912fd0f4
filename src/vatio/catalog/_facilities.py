"""What surrounds the machines: power usage effectiveness (PUE) and water usage effectiveness (WUE)."""

from __future__ import annotations

from typing import NamedTuple

from vatio.catalog._table import find, quantity
from vatio.errors import UnknownName
from vatio.records import Quantity


class FacilityRow(NamedTuple):
    """Hold a building's energy for each joule of its machines, and the litres for each kilowatt-hour of them."""

    name: str
    pue: Quantity
    wue_l_per_kwh: Quantity
    source: str
    year: int


def facility(name: str) -> FacilityRow:
    """Find a cloud provider's fleet (aws, azure, gcp) or the class default of a kind of machine (server, laptop, ...).

    >>> facility("laptop").pue.value
    1.0

    Raises:
        UnknownName: there is no such row.
    """
    row = find("facilities", name.strip().lower())
    if row is None:
        raise UnknownName.among("facility", name, ["aws", "azure", "gcp", "server", "arm", "desktop", "laptop"])
    return FacilityRow(
        name=row["name"],
        pue=quantity(row, "pue", "ratio", provenance="default"),
        wue_l_per_kwh=quantity(row, "wue", "l_per_kwh", provenance="default"),
        source=row["source"],
        year=int(row["year"]),
    )
