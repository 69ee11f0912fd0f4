"""Account one run: its joules as grams, litres and euros, with every factor named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from vatio.account._counted import counted_energy_j
from vatio.account._embodied import embodied_parts
from vatio.account._factors import (
    Drawn,
    building,
    electricity,
    machine_kind,
    market,
    price,
    scopes,
    source_water,
    water,
)
from vatio.records import PROVENANCES, Emissions, Factor, Footprint, Intensity, Quantity, product, total
from vatio.units import kwh

# Types only: each dataclass that is loaded costs every run 0.4 ms.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account._energy_curve import EnergyCurve
    from vatio.account.grid import GridSeries
    from vatio.config import SiteConfig
    from vatio.records import Ended, Environment, RunRecord


def footprint(
    record: RunRecord | Ended,
    *,
    zone: str | None = None,
    pue: float | None = None,
    price_eur_per_kwh: float | None = None,
    curve: EnergyCurve | None = None,
    grid: GridSeries | None = None,
    site: SiteConfig | None = None,
    at: datetime | None = None,
    run: str | None = None,
    environment: Environment | None = None,
) -> Footprint:
    """Give what a run's joules mean, location-based, with the embodied share of its hardware beside them.

    The workload's share is accounted where it is known, else the machine. ``zone``, ``pue`` and ``price_eur_per_kwh`` override
    the site's; ``curve`` says how the energy was drawn over the run's time, where prices and intensities change meanwhile.
    ``grid`` (else the site's file) takes the place of the zone's annual mean where it knows the hours of the run. An ``Ended``
    needs the run's id, and the ``environment`` to know its hardware. PUE raises operational grams and euros; WUE is per
    kilowatt-hour of the machines.

    Raises:
        UsageError: a factor is not finite, negative, or a PUE below 1.
    """
    found = environment or getattr(record, "environment", None)
    basis, energy_j = accounted_energy_j(record)
    kind, drawn = _kind(site, found), _drawn(record, curve)
    met = electricity(site, zone, grid=grid, drawn=drawn)
    chosen = _Chosen(
        intensity=met.intensity,
        pue=building(site, pue, kind),
        market_g_per_kwh=market(site),
        wue_l_per_kwh=water(site),
        source_water_l_per_kwh=source_water(site),
        price_eur_per_kwh=price(site, price_eur_per_kwh, drawn=drawn),
    )
    parts = embodied_parts(record, basis=basis, kind=kind, site=site, environment=found)
    energy_kwh, facility_kwh = _kwh(energy_j), product(_kwh(energy_j), chosen.pue)
    return Footprint(
        run=run or str(getattr(record, "id", "")),
        accounted_at=at or datetime.now(UTC),
        basis=basis,
        energy_j=energy_j,
        emissions_g=_emissions_g(facility_kwh, chosen, total(part.share_g for part in parts)),
        intensity_g_per_kwh=chosen.intensity,
        pue=chosen.pue,
        water_l=_times(energy_kwh, chosen.wue_l_per_kwh),
        cost_eur=_cost_eur(facility_kwh, chosen.price_eur_per_kwh),
        renewable_ratio=met.renewable_ratio,
        factors=(*chosen.factors(), *(factor for part in parts for factor in part.factors)),
        source_water_l=_times(facility_kwh, chosen.source_water_l_per_kwh),
        scopes=scopes(site),
    )


def _emissions_g(facility_kwh: Quantity, chosen: _Chosen, embodied_g: Quantity) -> Emissions:
    """Put the kinds of emissions side by side: the market-based ones are in no sum."""
    operational_g = product(facility_kwh, chosen.intensity.g_per_kwh)
    return Emissions(
        operational=operational_g,
        operational_market=_times(facility_kwh, chosen.market_g_per_kwh),
        embodied=embodied_g,
        total=total([operational_g, embodied_g]),
    )


def accounted_energy_j(record: RunRecord | Ended) -> tuple[str, Quantity]:
    """Give the basis (workload or machine) and its joules: the workload's where they are known."""
    if record.basis == "workload" and not record.workload_energy_j.is_missing:
        return "workload", record.workload_energy_j
    from vatio.records import Ended  # here: it is loaded by now if the record is one

    if isinstance(record, Ended):
        return "machine", counted_energy_j(record.components)
    return "machine", record.energy_j


class _Chosen(NamedTuple):
    """Hold the factors that were chosen."""

    intensity: Intensity
    pue: Quantity
    market_g_per_kwh: Quantity
    wue_l_per_kwh: Quantity
    source_water_l_per_kwh: Quantity
    price_eur_per_kwh: Quantity

    def factors(self) -> tuple[Factor, ...]:
        """Name those that are known."""
        named = (
            (f"intensity {self.intensity.kind} {self.intensity.zone}", self.intensity.g_per_kwh, "g/kWh", self.intensity.year),
            ("pue", self.pue, "ratio", None),
            ("intensity market", self.market_g_per_kwh, "g/kWh", None),
            ("wue", self.wue_l_per_kwh, "L/kWh", None),
            ("source water", self.source_water_l_per_kwh, "L/kWh", None),
            ("price", self.price_eur_per_kwh, "EUR/kWh", None),
        )
        return tuple(
            Factor(name=name, value=value, unit=unit, source=value.source or "", year=year or year_of(value.source))
            for name, value, unit, year in named
            if not value.is_missing
        )


def _kind(site: SiteConfig | None, environment: Environment | None) -> str:
    processor = environment.cpu if environment is not None else None
    return machine_kind(site, processor.model if processor is not None else None)


def _drawn(record: RunRecord | Ended, curve: EnergyCurve | None) -> Drawn | None:
    """Say when a run drew its energy: it ended at its date, and lasted as long as the monotonic clock says."""
    if record.ended_at is None:
        return None
    return Drawn(record.ended_at - timedelta(seconds=max(0.0, record.duration_s)), record.duration_s, curve)


def year_of(source: str | None) -> int | None:
    """Read the year that closes a catalog's source.

    >>> year_of("Uptime Institute (2024)")
    2024
    """
    tail = (source or "")[-6:]
    return int(tail[1:5]) if tail[:1] == "(" and tail[-1:] == ")" and tail[1:5].isdigit() else None


def _times(energy_kwh: Quantity, factor: Quantity) -> Quantity:
    """Multiply, but let a factor that nobody gave say so alone."""
    return factor if factor.is_missing else product(energy_kwh, factor)


def _cost_eur(energy_kwh: Quantity, price_eur_per_kwh: Quantity) -> Quantity:
    """Multiply by a price, which may fall below zero where the grid has too much."""
    price = price_eur_per_kwh
    if price.value is None or price.low is None or price.low >= 0.0 or energy_kwh.value is None or energy_kwh.low is None:
        return _times(energy_kwh, price)
    energies = [end for end in (energy_kwh.low, energy_kwh.high) if end is not None]
    ends = [energy * end for energy in energies for end in (price.low, price.high) if end is not None]
    return Quantity(
        value=energy_kwh.value * price.value,
        low=min(ends),
        high=None if energy_kwh.high is None else max(ends),
        provenance=max(energy_kwh.provenance, price.provenance, key=PROVENANCES.index),
        source=price.source,
        missing=energy_kwh.missing,
    )


def _kwh(energy_j: Quantity) -> Quantity:
    """Convert to kilowatt-hours. An interval that reaches below zero is cut there: no machine gives energy back."""
    if energy_j.value is None or energy_j.low is None:
        return energy_j
    return Quantity(
        value=kwh(max(0.0, energy_j.value)),
        low=kwh(max(0.0, energy_j.low)),
        high=None if energy_j.high is None else kwh(max(0.0, energy_j.high)),
        provenance=energy_j.provenance,
        source=energy_j.source,
        missing=energy_j.missing,
    )
