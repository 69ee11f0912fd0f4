"""What work would draw and emit, before anything runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from vatio.records._footprint import Factor
from vatio.records._quantity import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedEmissions:
    """Hold grams of CO2e: location-based operational, the hardware's share of its making, and both."""

    operational: Quantity
    embodied: Quantity
    total: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Hold what work is expected to draw and emit, and every factor that said so.

    ``energy_j`` is what the building draws for it: the hardware's joules, which stand among the factors, times the PUE.
    """

    SCHEMA: ClassVar[str] = "vatio.estimate/1"

    energy_j: Quantity
    emissions_g: EstimatedEmissions
    water_l: Quantity
    cost_eur: Quantity
    flop: Quantity
    factors: tuple[Factor, ...] = ()
