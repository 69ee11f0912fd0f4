"""Compute what making silicon emitted, from its area or capacity: ACT (Gupta et al., ISCA 2022; Meta, MIT, abc9fbb).

E = area x (CI_fab x EPA + GPA + MPA) / yield, or capacity x grams per GB / yield; and 150 g for each packaged chip.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from vatio.account._act_tables import (
    ELECTRICITY_KWH_PER_CM2,
    FAB_G_PER_KWH,
    GASES_G_PER_CM2,
    MATERIALS_G_PER_CM2,
    STORAGE_G_PER_GB,
)
from vatio.errors import InvalidQuantity, UnknownName

# What ACT assumes where a bill does not say.
YIELD_RATIO, ABATEMENT, FAB = 0.875, "97", "taiwan"
_PACKAGE_G = 150.0
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiliconPart:
    """Hold one line of a bill of materials: logic by its area, memory and storage by their capacity.

    ``model`` is logic, dram, flash or hdd; ``process`` the node or product; ``packages`` the chips; ``abatement`` the
    percentage of the fab's gases that is destroyed (95, 97, 99); ``fab`` the place or source of its electricity.
    """

    name: str
    process: str
    model: str = "logic"
    area_cm2: float = 0.0
    capacity_gb: float = 0.0
    packages: int = 0
    yield_ratio: float = YIELD_RATIO
    abatement: str = ABATEMENT
    fab: str = FAB


@dataclass(frozen=True, slots=True, kw_only=True)
class SiliconFootprint:
    """Hold the grams of CO2e of making one part: its fabrication, and its packaging."""

    name: str
    fabrication_g: float
    packaging_g: float


def silicon_footprint(part: SiliconPart) -> SiliconFootprint:
    """Compute one part.

    >>> silicon_footprint(SiliconPart(name="dram", model="dram", process="ddr3_50nm", capacity_gb=36.0)).fabrication_g
    24685.714285714286

    Raises:
        UnknownName: the process, the model, the place or the abatement is not in ACT's tables.
        InvalidQuantity: the yield is not within (0, 1], or a number is negative.
    """
    if not 0.0 < part.yield_ratio <= 1.0:
        raise InvalidQuantity(f"{part.name}: a yield of {part.yield_ratio:g}", hint="a yield lies above 0 and at most at 1")
    if part.packages < 0 or not all(math.isfinite(size) and size >= 0.0 for size in (part.area_cm2, part.capacity_gb)):
        raise InvalidQuantity(f"{part.name}: a size or a number of chips is negative or not finite")
    whole_g = _logic_g(part) if part.model == "logic" else _storage_g(part)
    return SiliconFootprint(name=part.name, fabrication_g=whole_g / part.yield_ratio, packaging_g=part.packages * _PACKAGE_G)


def bill_g(parts: Iterable[SiliconPart]) -> float:
    """Add up a bill of materials, in grams of CO2e."""
    found = [silicon_footprint(part) for part in parts]
    return math.fsum(part.fabrication_g for part in found) + math.fsum(part.packaging_g for part in found)


def _logic_g(part: SiliconPart) -> float:
    electricity = _among("process", part.process, ELECTRICITY_KWH_PER_CM2) * _among("fab", part.fab, FAB_G_PER_KWH)
    gases = _among("process", part.process, _among("abatement", part.abatement, GASES_G_PER_CM2))
    return part.area_cm2 * (electricity + gases + MATERIALS_G_PER_CM2)


def _storage_g(part: SiliconPart) -> float:
    return part.capacity_gb * _among("process", part.process, _among("model", part.model, STORAGE_G_PER_GB))


def _among(what: str, name: str, table: Mapping[str, _Found]) -> _Found:
    if name not in table:
        raise UnknownName.among(what, name, table)
    return table[name]
