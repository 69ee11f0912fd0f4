"""Keep one row a run, for lists and look-ups: written with each entry, and made again from nothing to compare."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from vatio.ledger._schema import RUN_COLUMNS
from vatio.ledger.chain import as_bytes, read_header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger._backend import Execute

_STARTED = ("name", "project", "series", "job", "within", "stage", "started_at", "boot", "host")
_ENTRIES = """SELECT e.header, e.origin, e.seq, e.kind, e.run, p.body FROM entry e
    JOIN payload p ON p.origin = e.origin AND p.seq = e.seq
    WHERE e.kind IN ('started', 'ended', 'footprint') AND e.run IS NOT NULL"""

Row = dict[str, Any]


def project(execute: Execute, run: str) -> None:
    """Bring one run's row up to date with its entries."""
    execute("DELETE FROM run WHERE id = ?", (run,))
    found = execute(f"{_ENTRIES} AND e.run = ?", (run,))
    for row in _rows(found).values():
        _insert(execute, row)


def rebuild(execute: Execute) -> dict[str, Row]:
    """Compute the whole projection from the facts."""
    return _rows(execute(_ENTRIES))


def stored(execute: Execute) -> dict[str, Row]:
    """Read the projection as it is kept."""
    rows = execute(f"SELECT {', '.join(RUN_COLUMNS)} FROM run")
    return {row[0]: dict(zip(RUN_COLUMNS, row, strict=True)) for row in rows}


def replace_projection(execute: Execute) -> None:
    """Write the projection anew, as the facts have it."""
    execute("DELETE FROM run")
    for row in rebuild(execute).values():
        _insert(execute, row)


def counted_j(components: Any, field: str = "energy_j") -> float | None:
    """Add the known values of the components that count; ``None`` when none is known."""
    rows = [item for item in components if isinstance(item, Mapping) and item.get("part_of") is None]
    parts = [item for item in rows if item.get("component") != "platform"] or rows
    values = [quantity.get("value") for item in parts if isinstance(quantity := item.get(field), Mapping)]
    known = [value for value in values if isinstance(value, (int, float))]
    return float(sum(known)) if known else None


def _rows(found: Iterable[tuple[Any, ...]]) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for _, origin, seq, kind, run, body in sorted((read_header(as_bytes(item[0])).at, *item[1:]) for item in found):
        row = rows.setdefault(run, dict.fromkeys(RUN_COLUMNS) | {"id": run})
        payload = _object(body)
        if kind != "ended" or _replaces(row, payload):
            row.update(_fields(kind, payload), **{f"{kind}_origin": origin, f"{kind}_seq": seq})
    return rows


def _insert(execute: Execute, row: Row) -> None:
    marks = ", ".join("?" * len(RUN_COLUMNS))
    execute(f"INSERT INTO run ({', '.join(RUN_COLUMNS)}) VALUES ({marks})", [row[name] for name in RUN_COLUMNS])


def _replaces(known: Row, payload: Mapping[str, Any]) -> bool:
    # The owner's own word on how a run ended beats that of a passer-by who found it abandoned.
    return known["ended_origin"] is None or (known["status"] == "interrupted" != payload.get("status"))


def _fields(kind: str, payload: Mapping[str, Any]) -> Row:
    if kind == "started":
        return {name: payload.get(name) for name in _STARTED}
    if kind == "footprint":
        return {}
    workload = payload.get("workload_energy_j")
    return {
        "status": payload.get("status"),
        "duration_s": payload.get("duration_s"),
        "basis": payload.get("basis"),
        "complete": int(bool(payload.get("complete"))),
        "energy_j": counted_j(payload.get("components") or ()),
        "workload_energy_j": workload.get("value") if isinstance(workload, Mapping) else None,
        "cpu_s": payload.get("cpu_s"),
    }


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        payload = json.loads(as_bytes(body))
    except (ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, Mapping) else {}
