"""Where the work runs: the building, the grid, the water and the price."""

from __future__ import annotations

from typing import NamedTuple

from vatio.account._factors import building, location, price, water
from vatio.account.estimates._asked import Asked
from vatio.account.estimates._interval import given
from vatio.catalog import Catalog, facility
from vatio.records import Factor, Quantity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import SiteConfig


class Place(NamedTuple):
    """Hold the factors of a place, and what the intensity is of."""

    pue: Quantity
    g_per_kwh: Quantity
    grid: str
    grid_year: int | None
    wue_l_per_kwh: Quantity
    price_eur_per_kwh: Quantity

    def factors(self) -> tuple[Factor, ...]:
        """Name those that are known."""
        named = (
            ("pue", self.pue, "ratio", None),
            (f"intensity {self.grid}", self.g_per_kwh, "g/kWh", self.grid_year),
            ("wue", self.wue_l_per_kwh, "L/kWh", None),
            ("price", self.price_eur_per_kwh, "EUR/kWh", None),
        )
        return tuple(named_factor(name, value, unit, year) for name, value, unit, year in named if not value.is_missing)


def place(asked: Asked, catalog: Catalog, site: SiteConfig | None, kind: str) -> Place:
    """Choose each factor: what was given, else what the site says, else the class default of ``kind`` of building.

    Raises:
        UnknownName: the zone is in no table; the nearest are named.
    """
    usual = facility(kind)
    water_l_per_kwh = water(site)
    if water_l_per_kwh.is_missing:
        water_l_per_kwh = usual.wue_l_per_kwh
    if water_l_per_kwh.is_missing:
        water_l_per_kwh = Quantity.absent("wue", source="no WUE of such a building is known")
    intensity, grid, year = _intensity(asked, catalog, site)
    return Place(
        pue=given(asked.pue) if asked.pue is not None else building(site, None, kind),
        g_per_kwh=intensity,
        grid=grid,
        grid_year=year,
        wue_l_per_kwh=water_l_per_kwh,
        price_eur_per_kwh=price(site),
    )


def _intensity(asked: Asked, catalog: Catalog, site: SiteConfig | None) -> tuple[Quantity, str, int | None]:
    if asked.intensity_g_per_kwh is not None:
        return given(asked.intensity_g_per_kwh), "given", None
    code = asked.zone or (site.zone if site is not None else None)
    if code is not None:
        row = catalog.zone(code)
        return row.g_per_kwh, row.code, row.year
    found = location(site, None)
    return found.g_per_kwh, found.zone, found.year


def named_factor(name: str, value: Quantity, unit: str, year: int | None = None) -> Factor:
    """Name a factor; the year that closes its source is its year, if no other is known.

    >>> named_factor("pue", given(1.1, "a survey (2024)"), "ratio").year
    2024
    """
    source = value.source or ""
    closing = source[-5:-1] if source.endswith(")") else ""
    return Factor(name=name, value=value, unit=unit, source=source, year=year or (int(closing) if closing.isdigit() else None))
