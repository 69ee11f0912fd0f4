"""Keep one row a run, for lists and look-ups: written with each entry, and made again from nothing to compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vatio.ledger.books._book import book, clear
from vatio.ledger.books._booking import booking, counted
from vatio.ledger.books._quantities import read_quantity
from vatio.ledger.books._schema import RUN_COLUMNS
from vatio.ledger.books._told import Told, told_of, told_of_all
from vatio.records import Quantity, total

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger._backend import Execute

_STARTED = ("name", "project", "series", "job", "within", "stage", "started_at", "boot", "host")

Row = dict[str, Any]


def project(execute: Execute, run: str) -> None:
    """Bring one run's row and its booking up to date with its entries."""
    execute("DELETE FROM run WHERE id = ?", (run,))
    told = told_of(execute, run)
    if told is not None:
        _insert(execute, _row(run, told))
    book(execute, run, booking(run, told.payloads) if told is not None else None)


def rebuild(execute: Execute) -> dict[str, Row]:
    """Compute the whole projection from the facts."""
    return {run: _row(run, told) for run, told in told_of_all(execute).items()}


def stored(execute: Execute) -> dict[str, Row]:
    """Read the projection as it is kept."""
    rows = execute(f"SELECT {', '.join(RUN_COLUMNS)} FROM run")
    return {row[0]: dict(zip(RUN_COLUMNS, row, strict=True)) for row in rows}


def replace_projection(execute: Execute) -> None:
    """Write the projection anew, as the facts have it."""
    execute("DELETE FROM run")
    clear(execute)
    for run, told in told_of_all(execute).items():
        _insert(execute, _row(run, told))
        book(execute, run, booking(run, told.payloads))


def _row(run: str, told: Told) -> Row:
    row: Row = dict.fromkeys(RUN_COLUMNS) | {"id": run, "tail": run[-8:]}
    for kind, payload in told.payloads.items():
        origin, seq = told.entries[kind]
        row.update(_fields(kind, payload), **{f"{kind}_origin": origin, f"{kind}_seq": seq})
    return row


def _insert(execute: Execute, row: Row) -> None:
    marks = ", ".join("?" * len(RUN_COLUMNS))
    execute(f"INSERT INTO run ({', '.join(RUN_COLUMNS)}) VALUES ({marks})", [row[name] for name in RUN_COLUMNS])


def _fields(kind: str, payload: Mapping[str, Any]) -> Row:
    if kind == "started":
        return {name: payload.get(name) for name in _STARTED}
    if kind == "footprint":
        grams = payload.get("emissions_g")
        return _ends("emissions", "g", read_quantity(grams.get("total") if isinstance(grams, Mapping) else None))
    return {
        "status": payload.get("status"),
        "duration_s": payload.get("duration_s"),
        "basis": payload.get("basis"),
        "complete": int(bool(payload.get("complete"))),
        **_ends("energy", "j", total(read_quantity(part.get("energy_j")) for part in counted(payload.get("components")))),
        **_ends("workload", "j", read_quantity(payload.get("workload_energy_j")), value="workload_energy_j"),
        "cpu_s": payload.get("cpu_s"),
        "ended_at": payload.get("ended_at"),
    }


def _ends(name: str, unit: str, quantity: Quantity, *, value: str = "") -> Row:
    return {value or f"{name}_{unit}": quantity.value, f"{name}_low_{unit}": quantity.low, f"{name}_high_{unit}": quantity.high}
