"""Read options from a table of one's own: CSV, one row for each, whose empty cells are not known.

``name`` is what to call it; ``hardware`` a name of the catalog that fills what the row leaves out, ``count`` of them.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from vatio.catalog import Catalog
from vatio.errors import UsageError
from vatio.files import text_of
from vatio.plan.hardware._candidates import from_catalog
from vatio.plan.hardware._option import Option
from vatio.records import Quantity
from vatio.units import G_PER_KG

_QUANTITIES = {
    "busy_w": "busy_w",
    "idle_w": "idle_w",
    "work_per_s": "work_per_s",
    "pue": "pue",
    "g_per_kwh": "g_per_kwh",
    "embodied_kg": "embodied_g",
    "lifetime_years": "lifetime_years",
    "purchase_eur": "purchase_eur",
    "maintenance_eur_per_year": "maintenance_eur_per_year",
    "rent_eur_per_h": "rent_eur_per_h",
    "price_eur_per_kwh": "price_eur_per_kwh",
}
_NUMBERS = ("utilisation_ratio", "sold_ratio", "latency_ms", "count")
_COLUMNS = ("name", "hardware", "where", "zone", "off_when_idle", *_QUANTITIES, *_NUMBERS)
_MOST_ROWS = 1000
_MOST_BYTES = 8 << 20


def read_options(path: str, catalog: Catalog, *, finish: Callable[[Option, str | None], Option]) -> tuple[Option, ...]:
    """Read a table of options; ``finish`` adds to each what its zone (or ``None``) says.

    Raises:
        UsageError: it cannot be read, has an unknown column, or a number that cannot be; the message names the line.
        UnknownName: the catalog has no such hardware.
    """
    try:
        with open(path, "rb") as file:
            held = io.StringIO(text_of(file.read(_MOST_BYTES)), newline="")
        rows = [row for _, row in zip(range(_MOST_ROWS), csv.DictReader(held), strict=False)]
    except (OSError, csv.Error) as error:
        hint = f"a CSV file in UTF-8; its columns: {', '.join(_COLUMNS)}"
        raise UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}", hint=hint) from error
    unknown = [name for name in (rows[0] if rows else {}) if name not in _COLUMNS]
    if unknown or not rows:
        what = f"has an unknown column {unknown[0]!r}" if unknown else "has no rows"
        raise UsageError(f"{path} {what}", hint=f"its columns: {', '.join(_COLUMNS)}")
    return tuple(_option(row, catalog, f"{path}, line {at}", finish) for at, row in enumerate(rows, start=2))


def _option(row: dict[str, str | None], catalog: Catalog, where: str, finish: Callable[[Option, str | None], Option]) -> Option:
    cells = {name: (text or "").strip() for name, text in row.items() if (text or "").strip()}
    numbers = {name: _number(cells[name], name, where) for name in (*_QUANTITIES, *_NUMBERS) if name in cells}
    hardware = cells.get("hardware")
    if hardware is None and "name" not in cells:
        raise UsageError(f"{where}: neither name nor hardware", hint="name what it is, or which hardware of the catalog")
    made = (
        Option(name=cells.get("name", ""))
        if hardware is None
        else from_catalog(hardware, catalog, count=numbers.get("count", 1.0))
    )
    given: dict[str, Any] = {
        field: Quantity.exact(numbers[name] * (G_PER_KG if name == "embodied_kg" else 1.0), provenance="modelled", source=where)
        for name, field in _QUANTITIES.items()
        if name in numbers
    }
    given |= {name: numbers[name] for name in ("utilisation_ratio", "sold_ratio") if name in numbers}
    given |= {name: cells[name] for name in ("name", "where") if name in cells}
    if "latency_ms" in numbers:
        given["latency_s"] = numbers["latency_ms"] / 1000.0
    if "off_when_idle" in cells:
        given["is_off_when_idle"] = cells["off_when_idle"].lower() in ("1", "true", "yes")
    return finish(replace(made, **given), cells.get("zone"))


def _number(text: str, name: str, where: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise UsageError(
            f"{where}: {name} is {text[:40]!r}, not a number", hint="leave it empty where it is not known"
        ) from None
    if (
        not math.isfinite(number)
        or (number < 0.0 and name != "price_eur_per_kwh")
        or (name == "pue" and not 1.0 <= number <= 10.0)
    ):
        raise UsageError(f"{where}: {name} is {number:g}", hint="its unit is that of the column's name")
    return number
