"""Read a table's rows as runs, and each row that is none as a problem with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from vatio.errors import UsageError
from vatio.interop._told import ForeignRun, Item, Part, Problem
from vatio.interop._trust import stated
from vatio.interop.text import Row, number
from vatio.units import joules

Parse = Callable[[Row], ForeignRun | Problem]


def runs_of(rows: Iterable[Row], parse: Parse) -> Iterator[Item]:
    """Give a run or a problem for each row."""
    for row in rows:
        try:
            yield Problem(row.place, row.fault) if row.fault else parse(row)
        except UsageError as error:
            yield Problem(row.place, str(error))


def numbers(cells: Mapping[str, str], names: Iterable[str], *, decimal_comma: bool) -> dict[str, float | None]:
    """Read some columns; those that are not there are ``None``.

    Raises:
        UsageError: one is not a number, not finite or negative.
    """
    return {name: number(cells.get(name, ""), what=name, decimal_comma=decimal_comma) for name in names}


def part(component: str, energy_kwh: float, *, within_ratio: float, tool: str, device: str = "") -> Part:
    """Give the joules of a device from a tool's kilowatt-hours."""
    energy_j = stated(joules(energy_kwh), within_ratio=within_ratio, source=tool)
    return Part(component=component, device=device or f"{component}-0", energy_j=energy_j)


def said(cells: Mapping[str, str]) -> str:
    """Give what makes a row the same row, in whichever order its columns stand."""
    return "\n".join(f"{name}={cells[name].strip()}" for name in sorted(cells))
