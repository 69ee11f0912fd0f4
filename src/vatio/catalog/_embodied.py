"""What making a part of a machine emitted, by class: these are defaults, and every one is flagged as such."""

from __future__ import annotations

from typing import NamedTuple

from vatio.catalog._table import quantity, rows
from vatio.errors import UnknownName
from vatio.records import Quantity
from vatio.units import G_PER_KG


class EmbodiedRow(NamedTuple):
    """Hold the grams of CO2e of one part and how many years they are spread over.

    ``per``: package (a CPU or GPU), gib (memory) or machine (enclosure, board, supply, disks, network).
    """

    component: str
    kind: str
    per: str
    embodied_g: Quantity
    lifetime_years: Quantity
    source: str
    year: int


def embodied(component: str, kind: str = "server") -> EmbodiedRow:
    """Give the class default of a component (cpu, dram, gpu, rest) in a kind of machine or of GPU (hbm, gddr).

    >>> embodied("cpu", "laptop").embodied_g.provenance
    'default'

    Raises:
        UnknownName: there is no such component, or it does not come in that kind.
    """
    for row in rows("embodied"):
        if (row["component"], row["kind"]) == (component, kind):
            return EmbodiedRow(
                component=component,
                kind=kind,
                per=row["per"],
                embodied_g=quantity(_named(row), "value", "kg", factor=G_PER_KG, provenance="default"),
                lifetime_years=quantity(row, "lifetime", "years", provenance="default"),
                source=row["source"],
                year=int(row["year"]),
            )
    known = [f"{row['component']} {row['kind']}" for row in rows("embodied")]
    raise UnknownName.among("embodied part", f"{component} {kind}", known)


def _named(row: dict[str, str]) -> dict[str, str]:
    return {**row, "value_low_kg": row["low_kg"], "value_high_kg": row["high_kg"]}
