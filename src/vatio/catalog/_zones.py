"""What a kilowatt-hour of each country's electricity emits: annual averages, location-based, over the life cycle."""

from __future__ import annotations

from typing import NamedTuple

from vatio.catalog._table import Row, find, quantity, rows, text
from vatio.records import Quantity

WORLD = "WORLD"
# Codes in daily use that ISO 3166 spells otherwise.
_SPELT = {"UK": "GB", "EL": "GR", "WRL": WORLD, "OWID_WRL": WORLD}
# Where the zone is not known the truth is anywhere between the tenth and the ninetieth percentile of all countries.
_ANYWHERE = (0.1, 0.9)
# Sub-zones of one country differ by about this much from its average (regions of the United States: 79 to 588 of 369).
_WITHIN_COUNTRY = (0.2, 1.7)


class ZoneFactor(NamedTuple):
    """Hold the annual average intensity of one zone, in grams of CO2e for each kilowatt-hour used."""

    code: str
    name: str
    g_per_kwh: Quantity
    year: int
    source: str


def zone(code: str | None) -> ZoneFactor:
    """Find a zone by ISO code (ES, ESP); a sub-zone gives its country, an unknown one the world, and each says so.

    >>> zone("ESP").name
    'Spain'
    >>> zone("ES-CN-TE").g_per_kwh.provenance
    'default'
    >>> zone(None).g_per_kwh.source.partition(":")[0]
    'no zone given, so the world average'
    """
    if not code:
        return _anywhere("no zone given, so the world average")
    asked = code.strip().upper()
    found = _find(asked)
    if found is not None:
        return zone_of(found)
    country = _find(asked.partition("-")[0]) if "-" in asked else None
    if country is None:
        return _anywhere(f"zone {code!r} is not in the table, so the world average")
    return _widened(country, asked)


def zones() -> tuple[ZoneFactor, ...]:
    """List every zone of the table."""
    return tuple(zone_of(row) for row in rows("zones"))


def _find(code: str) -> Row | None:
    code = _SPELT.get(code, code)
    if not code or "," in code:
        return None
    if len(code) == 3:
        whole = text("zones")
        at = whole.find(f",{code},")
        return find("zones", whole[whole.rindex("\n", 0, at) + 1 : at]) if at > 0 else None
    return find("zones", code)


def zone_of(row: Row) -> ZoneFactor:
    """Build the factor of a row of the table, shipped or a user's own."""
    return ZoneFactor(
        code=row["code"],
        name=row["name"],
        g_per_kwh=quantity(row, "", "g_per_kwh"),
        year=int(row["year"]),
        source=row["source"],
    )


def _widened(row: Row, code: str) -> ZoneFactor:
    source = f"{code} is not in the table, so its country {row['code']}: {row['source']}"
    value = float(row["g_per_kwh"])
    less, more = _WITHIN_COUNTRY
    wide = Quantity.around(value, value * less, value * more, provenance="default", source=f"{source} ({row['year']})")
    return ZoneFactor(code=row["code"], name=row["name"], g_per_kwh=wide, year=int(row["year"]), source=source)


def _anywhere(why: str) -> ZoneFactor:
    row = find("zones", WORLD)
    assert row is not None  # the table's first row; a test holds it there
    source = f"{why}: {row['source']}"
    known = sorted(float(line.split(",")[4]) for line in text("zones").splitlines()[1:])
    low, high = (known[round(share * (len(known) - 1))] for share in _ANYWHERE)
    mean = Quantity.around(float(row["g_per_kwh"]), low, high, provenance="default", source=f"{source} ({row['year']})")
    return ZoneFactor(code=WORLD, name=row["name"], g_per_kwh=mean, year=int(row["year"]), source=source)
