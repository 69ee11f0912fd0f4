"""Choose each factor of an account: what was given, else what the site says, else the catalog, and say which it was."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

from vatio.catalog import facility, zone
from vatio.errors import UnknownName, UsageError
from vatio.records import Intensity, Quantity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from vatio.account._energy_curve import EnergyCurve
    from vatio.account.grid import GridSeries
    from vatio.config import SiteConfig

_KINDS = ("server", "arm", "desktop", "laptop")
_PROVIDERS = ("aws", "azure", "gcp")
# The bounds of the configuration.
_MOST_PUE, _MOST_EUR_PER_KWH = 10.0, 10.0
_RENEWABLE = "the share of renewable energy is not known for an annual average"
_GIVEN, _CONFIGURED = "given", "site configuration"


class Drawn(NamedTuple):
    """Hold when a run's energy was drawn: from its begin on, for some seconds, and how over them where that is known."""

    begin: datetime
    duration_s: float
    curve: EnergyCurve | None


def location(site: SiteConfig | None, given_zone: str | None) -> Intensity:
    """Choose the location-based average intensity: the zone given, the site's, the cloud region's, else the world's."""
    code = given_zone or (site.zone if site else None)
    if code is None and site is not None and site.provider and site.region:
        from vatio.catalog import region  # here: few runs are in a cloud

        try:
            row = region(site.provider, site.region)
        except UnknownName:
            code = f"{site.provider}/{site.region}"
        else:
            return Intensity(g_per_kwh=row.g_per_kwh, zone=row.zone, year=row.year)
    factor = zone(code)
    return Intensity(g_per_kwh=factor.g_per_kwh, zone=factor.code, year=factor.year)


class Met(NamedTuple):
    """Hold what the grid was in the hours of a run, or by the year."""

    intensity: Intensity
    renewable_ratio: Quantity


def electricity(site: SiteConfig | None, given_zone: str | None, *, grid: GridSeries | None, drawn: Drawn | None) -> Met:
    """Give what a run met of the series that was given, else of the site's file; the annual mean where neither knows it.

    The site's file is of the site's zone, and of no other that was given. That it cannot be read is no error after a run:
    the mean's source says what was amiss.
    """
    why = ""
    if grid is None and site is not None and site.grid is not None and given_zone in (None, site.zone):
        grid, why = _of_site(site)
    met = None if grid is None or drawn is None else _hours_met(grid, drawn)
    if met is not None:
        return met
    annual = location(site, given_zone)
    if grid is not None:
        why = f"{grid.source} does not know its hours"
    if why:
        annual = replace(annual, g_per_kwh=replace(annual.g_per_kwh, source=f"{why}; {annual.g_per_kwh.source}"))
    return Met(annual, Quantity.absent("renewable", source=_RENEWABLE))


def _of_site(site: SiteConfig) -> tuple[GridSeries | None, str]:
    from vatio.account.grid import read_series  # here: few sites have a file

    try:
        return read_series(site.grid or "", zone=site.zone), ""
    except UsageError as error:
        return None, str(error)


def _hours_met(grid: GridSeries, drawn: Drawn) -> Met | None:
    from vatio.account.grid import mean_over  # here: most runs are accounted by the annual mean

    g_per_kwh = mean_over(grid, "g_per_kwh", drawn.begin, drawn.duration_s, drawn=drawn.curve)
    if g_per_kwh.is_missing:
        return None
    renewable = mean_over(grid, "renewable_ratio", drawn.begin, drawn.duration_s, drawn=drawn.curve)
    intensity = Intensity(g_per_kwh=g_per_kwh, zone=grid.zone or "as given", year=drawn.begin.year, kind=grid.kind)
    return Met(intensity, renewable)


def market(site: SiteConfig | None) -> Quantity:
    """Give the contracted intensity if one is configured: the location-based one never stands in for it."""
    if site is None or site.market_g_per_kwh is None:
        return Quantity.absent("market", source="no market-based intensity is configured")
    return _exact(site.market_g_per_kwh, _CONFIGURED, "market_g_per_kwh")


def building(site: SiteConfig | None, given_pue: float | None, kind: str) -> Quantity:
    """Choose the PUE: given, the site's, the provider's fleet, else the class default of the kind of machine."""
    if given_pue is not None:
        return _exact(given_pue, _GIVEN, "pue", least=1.0, most=_MOST_PUE)
    if site is not None and site.pue is not None:
        return _exact(site.pue, _CONFIGURED, "pue", least=1.0)
    return facility(_provider(site) or kind).pue


def water(site: SiteConfig | None) -> Quantity:
    """Choose the litres for a kilowatt-hour of the machines: the site's, else the provider's fleet, else missing."""
    if site is not None and site.wue_l_per_kwh is not None:
        return _exact(site.wue_l_per_kwh, _CONFIGURED, "wue_l_per_kwh")
    provider = _provider(site)
    if provider is None:
        return Quantity.absent("wue", source="no WUE is configured")
    return facility(provider).wue_l_per_kwh


def source_water(site: SiteConfig | None) -> Quantity:
    """Give the litres that making a kilowatt-hour takes, if they are configured: the site's never stand in for them."""
    if site is None or site.source_water_l_per_kwh is None:
        return Quantity.absent("source water", source="no source_water_l_per_kwh is configured")
    return _exact(site.source_water_l_per_kwh, _CONFIGURED, "source_water_l_per_kwh")


def price(site: SiteConfig | None, given_eur_per_kwh: float | None = None, *, drawn: Drawn | None = None) -> Quantity:
    """Choose the price of a kilowatt-hour: given, by the site's tariff for the time of the run, else the site's price."""
    if given_eur_per_kwh is not None:
        return _exact(given_eur_per_kwh, _GIVEN, "price_eur_per_kwh", most=_MOST_EUR_PER_KWH)
    if site is not None and site.tariff is not None:
        from vatio.account._tariff import tariff_of  # here: few sites have one

        if drawn is None:
            return Quantity.absent("price", source="the tariff needs the time of the run")
        return tariff_of(site).price(drawn.begin, drawn.duration_s, drawn.curve)
    if site is None or site.price_eur_per_kwh is None:
        return Quantity.absent("price", source="no price is configured")
    return _exact(site.price_eur_per_kwh, _CONFIGURED, "price_eur_per_kwh")


def scopes(site: SiteConfig | None) -> dict[str, str]:
    """Name the GHG Protocol's scope of each part, for whoever runs the workload.

    Electricity that one buys for machines of one's own is scope 2, what making them emitted scope 3 (capital goods). In a
    rented cloud both are upstream: scope 3, of which the electricity is the provider's scope 2.
    """
    own = "scope 2" if _provider(site) is None else "scope 3"
    return {"operational": own, "operational_market": own, "embodied": "scope 3"}


def usual_pue(site: SiteConfig | None, cpu_model: str) -> Quantity:
    """Give the PUE with which a run on a machine of this processor is accounted, so that a plan can expect the same."""
    return building(site, None, machine_kind(site, cpu_model))


def machine_kind(site: SiteConfig | None, cpu_model: str | None) -> str:
    """Tell which kind of machine this is: as configured, else by its processor; unknown ones count as servers."""
    words = (site.hardware or "").lower().split() if site is not None else []
    for kind in _KINDS:
        if kind in words:
            return kind
    if words or _provider(site) is not None or not cpu_model:
        return "server"
    from vatio.catalog import processor  # here: a snapshot may not be taken

    return processor(cpu_model).kind


def _provider(site: SiteConfig | None) -> str | None:
    name = (site.provider or "").strip().lower() if site is not None else ""
    return name if name in _PROVIDERS else None


def _exact(value: float, source: str, what: str, *, least: float = 0.0, most: float = math.inf) -> Quantity:
    if not (math.isfinite(value) and value >= least):
        raise UsageError(f"{what} is {value}", hint=f"give a number of at least {least:g}")
    if value > most:  # the usual mistake is a percentage, or a price by the megawatt-hour
        raise UsageError(f"{what} is {value}", hint=f"give a number of at most {most:g}")
    return Quantity.exact(value, provenance="modelled", source=source)
