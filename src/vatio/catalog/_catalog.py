"""The tables and a user's own rows, looked up by name: an unknown one is an error that names the nearest."""

from __future__ import annotations

from collections.abc import Iterable

from vatio.catalog._accelerators import AcceleratorRow, accelerator, accelerator_of, accelerators, plain_name
from vatio.catalog._instances import InstanceRow, instance_of, instances
from vatio.catalog._own import OwnRow, of_table, read_rows
from vatio.catalog._processors import ProcessorRow, processor, processor_of, processors
from vatio.catalog._zones import ZoneFactor, zone, zone_of, zones
from vatio.errors import UnknownName

# Names of classes, which are no hardware that anybody could name.
_CLASSES = frozenset({"server", "desktop", "laptop", "arm", "unknown"})


class Catalog:
    """Look hardware and zones up: first among the user's own rows, then among the shipped ones."""

    __slots__ = ("_own",)

    def __init__(self, own: Iterable[OwnRow] = ()) -> None:
        self._own = tuple(own)

    def accelerator(self, name: str) -> AcceleratorRow | None:
        """Find an accelerator, or nothing.

        >>> Catalog().accelerator("H100").name
        'H100 SXM'
        """
        asked = f" {plain_name(name)} "
        for own in of_table(self._own, "accelerators"):
            if any(f" {plain_name(alias)} " in asked for alias in own.row["aliases"].split("|")):
                return accelerator_of(own.row)
        by_name = {plain_name(row.name): row for row in accelerators()}
        row = by_name.get(asked.strip()) or accelerator(name)
        return None if row.board_w.provenance == "default" else row

    def processor(self, name: str) -> ProcessorRow | None:
        """Find a processor, or nothing; a name of a family is enough."""
        asked = name.strip().lower()
        for own in of_table(self._own, "processors"):
            if own.row["model"] in asked:
                return processor_of(own.row, own.row["model"])
        row = processor(name)
        known = row.family not in _CLASSES and row.tdp_w.provenance != "default"
        return row if known else None

    def instance(self, name: str) -> InstanceRow | None:
        """Find a rented machine, or nothing."""
        asked = name.strip().lower().replace(" ", "_")
        for row in self.instances():
            if row.name == asked:
                return row
        return None

    def zone(self, code: str) -> ZoneFactor:
        """Find a zone; a sub-zone gives its country, widened.

        Raises:
            UnknownName: neither the zone nor its country is in the table; the nearest are named.
        """
        for own in of_table(self._own, "zones"):
            if own.row["code"] == code.strip().upper():
                return zone_of(own.row)
        found = zone(code)
        if found.g_per_kwh.source and found.g_per_kwh.source.startswith("zone "):
            names = {word: row.code for row in zones() for word in (row.code, row.name.upper())}
            raise _unknown("zone", code, names)
        return found

    def instances(self) -> tuple[InstanceRow, ...]:
        """List the rented machines, the user's own first."""
        return (*(instance_of(own.row) for own in of_table(self._own, "instances")), *instances())

    def accelerators(self) -> tuple[AcceleratorRow, ...]:
        """List the accelerators, the user's own first."""
        return (*(accelerator_of(own.row) for own in of_table(self._own, "accelerators")), *accelerators())

    def processors(self) -> tuple[ProcessorRow, ...]:
        """List the processors, the user's own first."""
        own = of_table(self._own, "processors")
        return (*(processor_of(row.row, row.row["model"]) for row in own), *processors())

    def zones(self) -> tuple[ZoneFactor, ...]:
        """List the zones, the user's own first."""
        return (*(zone_of(own.row) for own in of_table(self._own, "zones")), *zones())

    def unknown_hardware(self, name: str) -> UnknownName:
        """Say that no table has a name, and which rows are nearest."""
        names = [row.name for row in self.accelerators()] + [row.name for row in self.instances()]
        error = UnknownName.among("hardware", name, [*names, *(row.model for row in self.processors())])
        error.hint = f"{error.hint} Else give its power: --power-w W".strip()
        return error


def open_catalog(paths: Iterable[str] = ()) -> Catalog:
    """Open the shipped tables with the rows of a user's files before them.

    Raises:
        ConfigError: a file cannot be read, or one of its rows is wrong.
    """
    return Catalog(row for path in paths for row in read_rows(path))


def _unknown(what: str, name: str, codes: dict[str, str]) -> UnknownName:
    error = UnknownName.among(what, name.upper(), codes)
    near = error.hint.removeprefix("did you mean ").removesuffix("?").split(", ")
    named = [f"{codes[word]} ({word.title()})" if codes[word] != word else word for word in near if word in codes]
    named_hint = f"did you mean {', '.join(named)}?" if named else "give an ISO code, such as ES"
    return UnknownName(f"unknown {what} {name!r}", hint=named_hint)
