"""Read the shipped tables: comma-separated text, one header line, no quoting, so that splitting is all it takes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

from vatio.records import Quantity

Row = dict[str, str]


@cache
def text(name: str) -> str:
    """Read one table as it is stored."""
    with open(os.path.join(os.path.dirname(__file__), name + ".csv"), encoding="utf-8") as file:
        return file.read()


def rows(name: str) -> Iterator[Row]:
    """Give each row of a table by its column names."""
    header, *lines = text(name).splitlines()
    columns = header.split(",")
    for line in lines:
        yield dict(zip(columns, line.split(","), strict=True))


def columns(name: str) -> tuple[str, ...]:
    """Name the columns of a table."""
    whole = text(name)
    return tuple(whole[: whole.index("\n")].split(","))


def find(name: str, key: str) -> Row | None:
    """Give the row whose first column is ``key``, without splitting the others."""
    whole = text(name)
    at = whole.find(f"\n{key},")
    if at < 0:
        return None
    line = whole[at + 1 : whole.index("\n", at + 1)]
    return dict(zip(whole[: whole.index("\n")].split(","), line.split(","), strict=True))


def quantity(row: Row, stem: str, unit: str, *, factor: float = 1.0, provenance: str | None = None) -> Quantity:
    """Build the quantity of the columns ``stem_low_unit``, ``stem_unit``, ``stem_high_unit``; empty is missing."""
    join = f"{stem}_" if stem else ""
    source = f"{row['source']} ({row['year']})"
    value = row[f"{join}{unit}"]
    if not value:
        return Quantity.absent(f"{join}{unit}", source=source)
    return Quantity(
        value=float(value) * factor,
        low=float(row[f"{join}low_{unit}"]) * factor,
        high=float(row[f"{join}high_{unit}"]) * factor,
        provenance=provenance or provenance_of(row),
        source=source,
    )


def provenance_of(row: Row) -> str:
    """Tell whether a row is of the thing asked for (modelled) or of its class (default)."""
    return "default" if row["source"].startswith("class default") else "modelled"
