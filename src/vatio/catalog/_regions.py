"""Which grid a cloud region draws from, and what that grid emits where it is published for the region."""

from __future__ import annotations

from typing import NamedTuple

from vatio.catalog._table import Row, quantity, rows
from vatio.catalog._zones import zone
from vatio.errors import UnknownName
from vatio.records import Quantity


class RegionRow(NamedTuple):
    """Hold one cloud region: its zone (a country) and its average intensity, location-based."""

    provider: str
    region: str
    zone: str
    g_per_kwh: Quantity
    source: str
    year: int


def region(provider: str, name: str) -> RegionRow:
    """Find a region of a provider (aws, azure, gcp).

    >>> region("gcp", "europe-southwest1").zone
    'ES'

    Raises:
        UnknownName: the table has no such region.
    """
    asked = (provider.strip().lower(), name.strip().lower())
    for row in rows("regions"):
        if (row["provider"], row["region"]) == asked:
            return _row(row)
    raise UnknownName.among("cloud region", "/".join(asked), [f"{row['provider']}/{row['region']}" for row in rows("regions")])


def regions() -> tuple[RegionRow, ...]:
    """List every cloud region of the table."""
    return tuple(_row(row) for row in rows("regions"))


def _row(row: Row) -> RegionRow:
    own = bool(row["g_per_kwh"])
    country = None if own else zone(row["zone"])
    return RegionRow(
        provider=row["provider"],
        region=row["region"],
        zone=row["zone"],
        g_per_kwh=quantity(row, "", "g_per_kwh") if country is None else country.g_per_kwh,
        source=row["source"] if country is None else country.source,
        year=int(row["year"]) if country is None else country.year,
    )
