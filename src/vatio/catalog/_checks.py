"""Tell ``vatio doctor`` how old the shipped tables are."""

from __future__ import annotations

from datetime import UTC, datetime

from vatio.catalog._table import rows
from vatio.records import Check

TABLES = (
    "zones", "regions", "facilities", "processors", "families", "accelerators", "instances", "embodied",
    "utilisations", "draws",
)  # fmt: skip
# Grids change by some percent a year; what a chip draws does not change.
_YEARS_KEPT = {"zones": 4, "regions": 7, "facilities": 4}


def checks(*, year: int | None = None, config: object = None) -> tuple[Check, ...]:
    """Check each table's newest row against the year; no configuration changes that."""
    now = datetime.now(UTC).year if year is None else year
    return tuple(_check(name, now) for name in TABLES)


def _check(name: str, now: int) -> Check:
    years = [int(row["year"]) for row in rows(name)]
    old = now - max(years) > _YEARS_KEPT.get(name, 100)
    return Check(
        room="catalog",
        name=f"{name} table",
        state="warning" if old else "ok",
        found=f"{len(years)} rows, newest of {max(years)}",
        fix="update vatio, or give your own factors in vatio.toml" if old else "",
    )
