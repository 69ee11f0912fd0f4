"""Hold a study that was repeated: its tables, its curves, what was published, and where both agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from vatio.records import Phase, Quantity

Cell = str | int | float | None


class Claim(NamedTuple):
    """Hold one thing that was published, what came out here, and whether both agree."""

    what: str
    published: str
    here: str
    agrees: bool


class Grid(NamedTuple):
    """Hold one table: what it shows, its columns, its rows."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Curves(NamedTuple):
    """Hold lines that share both axes: what is shown by what, and points for each name."""

    what: str
    by: str
    series: Mapping[str, tuple[tuple[float, float], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """Hold the study. Costs are in ``unit``: J where counters measured all of it, else cpu_s."""

    name: str
    headline: str
    unit: str
    tables: tuple[Grid, ...]
    curves: tuple[Curves, ...]
    claims: tuple[Claim, ...]
    notes: tuple[str, ...]
    run: str
    energy_j: Quantity
    cpu_s: float | None


def costs_of(phases: Sequence[Phase]) -> tuple[str, dict[str, float]]:
    """Give what each phase cost, by its name, and the unit; what is not known is left out."""
    is_measured = all(one.energy_j.provenance in ("measured", "missing") for one in phases) and any(
        one.energy_j.value for one in phases
    )
    costs = {one.name: one.energy_j.value if is_measured else one.cpu_s for one in phases}
    return ("J" if is_measured else "cpu_s"), {name: cost for name, cost in costs.items() if cost}


def repeated_json(study: Repeated) -> dict[str, Any]:
    """Give the study as JSON."""
    return {
        "schema": f"vatio.study.{study.name}/1",
        "headline": study.headline,
        "unit": study.unit,
        "run": study.run,
        "cpu_s": study.cpu_s,
        "energy_j": {"value": study.energy_j.value, "provenance": study.energy_j.provenance},
        "tables": {grid.title: [dict(zip(grid.columns, row, strict=True)) for row in grid.rows] for grid in study.tables},
        "curves": {one.what: {name: list(points) for name, points in one.series.items()} for one in study.curves},
        "agreement": [claim._asdict() for claim in study.claims],
        "notes": list(study.notes),
    }


def repeated_lines(study: Repeated) -> tuple[str, ...]:
    """Write the study as lines."""
    return tuple(_lines(study))


def written(cell: Cell) -> str:
    """Write one cell.

    >>> written(None), written(0.123456), written(3)
    ('-', '0.1235', '3')
    """
    return "-" if cell is None else f"{cell:.4g}" if isinstance(cell, float) else str(cell)


def _lines(study: Repeated) -> Iterator[str]:
    yield study.headline
    for grid in study.tables:
        rows = [grid.columns, *(tuple(map(written, row)) for row in grid.rows)]
        wide = [max(len(row[at]) for row in rows) for at in range(len(grid.columns))]
        yield from ("", f"{grid.title} (cost in {study.unit})")
        for row in rows:
            yield "  ".join(
                [row[0].ljust(wide[0]), *(cell.rjust(width) for cell, width in zip(row[1:], wide[1:], strict=True))]
            )
    if study.claims:
        yield from ("", "against the published figures")
        for claim in study.claims:
            said = "agrees" if claim.agrees else "DIFFERS"
            yield f"  {said:<8}{claim.what}: published {claim.published}, here {claim.here}"
    if study.notes:
        yield from ("", "notes", *(f"  {note}" for note in study.notes))
    known = study.energy_j.value
    joules = "" if known is None else f", {known:.3g} J ({study.energy_j.provenance})"
    yield from ("", f"the study cost {study.cpu_s or 0.0:.3g} CPU-s{joules}; run {study.run}")
