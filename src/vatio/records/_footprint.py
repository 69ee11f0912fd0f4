"""What a run's joules mean: grams, litres and euros, with every factor named (CONTRACT.md 3, kind ``footprint``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from vatio.records._quantity import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """Name one number that an account used, its unit, and where and when it was published."""

    name: str
    value: Quantity
    unit: str
    source: str
    year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intensity:
    """Hold grams of CO2e for each kilowatt-hour of a zone's electricity. ``kind``: average, marginal or market."""

    FLAT: ClassVar[str] = "g_per_kwh"

    g_per_kwh: Quantity
    zone: str
    year: int | None
    kind: str = "average"


@dataclass(frozen=True, slots=True, kw_only=True)
class Emissions:
    """Hold grams of CO2e. ``total`` is location-based operational + embodied; market-based stands beside it."""

    operational: Quantity
    operational_market: Quantity
    embodied: Quantity
    total: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """Hold what the counted joules of one run mean. ``basis`` says whose: the workload's share or the machine's.

    ``water_l`` is used on site, ``source_water_l`` where the electricity is made; they are never added. ``scopes`` names the
    GHG Protocol's scope of each part of the emissions for whoever runs the workload.
    """

    SCHEMA: ClassVar[str] = "vatio.footprint/1"

    run: str
    accounted_at: datetime
    basis: str
    energy_j: Quantity
    emissions_g: Emissions
    intensity_g_per_kwh: Intensity | None
    pue: Quantity
    water_l: Quantity
    cost_eur: Quantity
    renewable_ratio: Quantity
    factors: tuple[Factor, ...] = ()
    source_water_l: Quantity = field(default_factory=lambda: Quantity.absent("source water", source="not accounted"))
    scopes: Mapping[str, str] = field(default_factory=dict)
