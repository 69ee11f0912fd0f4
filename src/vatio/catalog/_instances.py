"""What the machines that the three large clouds rent are made of, and what their hosts draw."""

from __future__ import annotations

from typing import NamedTuple

from vatio.catalog._table import Row, quantity, rows
from vatio.errors import UnknownName
from vatio.records import Quantity


class InstanceRow(NamedTuple):
    """Hold one kind of rented machine. ``host_w``: its processors and memory, idle (low), half busy and busy (high).

    ``accelerators_per_instance`` counts those of the kind ``accelerator``; a half is one of two dies of a board.
    """

    name: str
    provider: str
    vcpus: int
    memory_gib: float
    accelerator: str | None
    accelerators_per_instance: float
    host_w: Quantity
    source: str
    year: int


def instance(name: str) -> InstanceRow:
    """Find a kind of rented machine by the name that its cloud gives it.

    >>> row = instance("p4d.24xlarge")
    >>> row.provider, row.accelerator, row.accelerators_per_instance
    ('aws', 'A100 SXM 40GB', 8.0)

    Raises:
        UnknownName: the table has no such machine.
    """
    asked = name.strip().lower().replace(" ", "_")
    for row in rows("instances"):
        if row["instance"] == asked:
            return instance_of(row)
    raise UnknownName.among("cloud instance", name, [row["instance"] for row in rows("instances")])


def instances() -> tuple[InstanceRow, ...]:
    """List every rented machine of the table."""
    return tuple(instance_of(row) for row in rows("instances"))


def instance_of(row: Row) -> InstanceRow:
    """Build a rented machine of a row of the table, shipped or a user's own."""
    return InstanceRow(
        name=row["instance"],
        provider=row["provider"],
        vcpus=int(float(row["vcpus"] or 0)),
        memory_gib=float(row["memory_gib"] or 0.0),
        accelerator=row["accelerator"] or None,
        accelerators_per_instance=float(row["accelerators"] or 0.0),
        host_w=quantity(row, "host", "w"),
        source=row["source"],
        year=int(row["year"]),
    )
