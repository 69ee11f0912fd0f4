"""Every row of every table in one form, to list and to show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from vatio.catalog._catalog import Catalog
from vatio.catalog._embodied import embodied
from vatio.catalog._evidence import draws, utilisations
from vatio.catalog._facilities import facility
from vatio.catalog._regions import regions
from vatio.catalog._table import rows
from vatio.errors import UnknownName
from vatio.records import Quantity

CATALOG_TABLES = (
    "accelerators", "processors", "instances", "zones", "regions", "facilities", "embodied", "utilisations", "draws",
)  # fmt: skip


class CatalogEntry(NamedTuple):
    """Hold one row of one table: its figures by their names with units, its words, its source and year."""

    table: str
    name: str
    figures: Mapping[str, Quantity | float]
    words: Mapping[str, str]
    source: str
    year: int


def entries(catalog: Catalog, table: str | None = None) -> Iterator[CatalogEntry]:
    """Give every row of one table, or of all.

    >>> next(row for row in entries(Catalog(), "zones") if row.name == "ES").words["title"]
    'Spain'

    Raises:
        UnknownName: there is no such table.
    """
    if table is not None and table not in CATALOG_TABLES:
        raise UnknownName.among("table", table, CATALOG_TABLES)
    for name in CATALOG_TABLES if table is None else (table,):
        yield from _READERS[name](catalog)


def _accelerators(catalog: Catalog) -> Iterator[CatalogEntry]:
    for row in catalog.accelerators():
        figures: dict[str, Quantity | float] = {"board_w": row.board_w, "idle_w": row.idle_w, "embodied_g": row.embodied_g}
        figures["memory_bytes"] = float(row.memory_bytes)
        if row.bandwidth_bytes_per_s:
            figures["bandwidth_bytes_per_s"] = row.bandwidth_bytes_per_s
        figures |= {f"{precision}_flop_per_s": peak for precision, peak in row.flop_per_s.items()}
        yield CatalogEntry("accelerators", row.name, figures, {"kind": row.kind}, row.source, row.year)


def _processors(catalog: Catalog) -> Iterator[CatalogEntry]:
    for row in catalog.processors():
        figures: dict[str, Quantity | float] = {"idle_w": row.idle_w, "peak_w": row.peak_w, "tdp_w": row.tdp_w}
        figures["cores"] = float(row.cores)
        words = {"family": row.family, "kind": row.kind}
        yield CatalogEntry("processors", row.model, figures, words, row.source, row.year)


def _instances(catalog: Catalog) -> Iterator[CatalogEntry]:
    for row in catalog.instances():
        figures: dict[str, Quantity | float] = {"vcpus": float(row.vcpus), "memory_gib": row.memory_gib, "host_w": row.host_w}
        if row.accelerator:
            figures["accelerators"] = row.accelerators_per_instance
        words = {"provider": row.provider, "accelerator": row.accelerator or ""}
        yield CatalogEntry("instances", row.name, figures, words, row.source, row.year)


def _zones(catalog: Catalog) -> Iterator[CatalogEntry]:
    for row in catalog.zones():
        yield CatalogEntry("zones", row.code, {"g_per_kwh": row.g_per_kwh}, {"title": row.name}, row.source, row.year)


def _regions(_: Catalog) -> Iterator[CatalogEntry]:
    for row in regions():
        words = {"zone": row.zone, "provider": row.provider}
        yield CatalogEntry("regions", f"{row.provider}/{row.region}", {"g_per_kwh": row.g_per_kwh}, words, row.source, row.year)


def _facilities(_: Catalog) -> Iterator[CatalogEntry]:
    for name in (row["name"] for row in rows("facilities")):
        row = facility(name)
        figures: dict[str, Quantity | float] = {"pue": row.pue}
        if not row.wue_l_per_kwh.is_missing:
            figures["wue_l_per_kwh"] = row.wue_l_per_kwh
        yield CatalogEntry("facilities", name, figures, {}, row.source, row.year)


def _embodied(_: Catalog) -> Iterator[CatalogEntry]:
    for component, kind in ((row["component"], row["kind"]) for row in rows("embodied")):
        row = embodied(component, kind)
        figures: dict[str, Quantity | float] = {"embodied_g": row.embodied_g, "lifetime_years": row.lifetime_years}
        yield CatalogEntry("embodied", f"{component}/{kind}", figures, {"per": row.per}, row.source, row.year)


def _utilisations(_: Catalog) -> Iterator[CatalogEntry]:
    for row in utilisations():
        words = {"chip": row.chip, "publisher": row.publisher, "basis": row.basis}
        yield CatalogEntry("utilisations", row.run, {"utilisation_ratio": row.utilisation_ratio}, words, row.source, row.year)


def _draws(_: Catalog) -> Iterator[CatalogEntry]:
    for row in draws():
        words = {"chip": row.chip, "publisher": row.publisher}
        figures = {"measured_w": row.measured_w, "board_w": row.board_w}
        yield CatalogEntry("draws", row.run, figures, words, row.source, row.year)


_READERS = {
    "accelerators": _accelerators,
    "processors": _processors,
    "instances": _instances,
    "zones": _zones,
    "regions": _regions,
    "facilities": _facilities,
    "embodied": _embodied,
    "utilisations": _utilisations,
    "draws": _draws,
}
