"""Read runs as lines of a list, from the projection alone: only a run that goes on has to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from vatio.ledger._backend import Execute
from vatio.ledger.views._find import list_runs
from vatio.records import Quantity, parse_rfc3339

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records import RunRecord

_MOST = 500
_COLUMNS = """id, name, project, status, started_at, duration_s, ended_seq, energy_j, energy_low_j, energy_high_j,
    workload_energy_j, workload_low_j, workload_high_j, emissions_g, emissions_low_g, emissions_high_g"""


class Listed(NamedTuple):
    """Hold what a list shows of one run. Of its quantities the values and intervals are kept, not where they come from."""

    id: str
    name: str
    project: str
    status: str
    started_at: datetime
    duration_s: float
    energy_j: Quantity
    workload_energy_j: Quantity
    total_g: Quantity
    sealed: bool


def read_listed(
    execute: Execute, limit: int, filters: Mapping[str, str], read: Callable[[str], RunRecord]
) -> tuple[Listed, ...]:
    """Read the newest runs that fit, the newest first."""
    ids = list_runs(execute, limit=limit, since=None, until=None, filters=filters)
    rows: dict[str, tuple[Any, ...]] = {}
    for at in range(0, len(ids), _MOST):
        some = ids[at : at + _MOST]
        found = execute(f"SELECT {_COLUMNS} FROM run WHERE id IN ({', '.join('?' * len(some))})", some)
        rows.update((row[0], row) for row in found)
    return tuple(_line(rows[run], read) for run in ids)


def _line(row: tuple[Any, ...], read: Callable[[str], RunRecord]) -> Listed:
    run, name, project, status, started_at, duration_s, ended_seq, *ends = row
    if ended_seq is None:
        return _record_line(read(run))
    energy_j, workload_j, total_g = (_quantity(*ends[at : at + 3]) for at in (0, 3, 6))
    begun = parse_rfc3339(started_at)
    return Listed(run, name, project, str(status), begun, duration_s or 0.0, energy_j, workload_j, total_g, sealed=True)


def _record_line(record: RunRecord) -> Listed:
    energies = (record.energy_j, record.workload_energy_j, record.emissions_g.total)
    about = (record.id, record.name, record.project, record.status, record.started_at, record.duration_s)
    return Listed(*about, *energies, sealed=record.sealed)


def _quantity(value: float | None, low: float | None, high: float | None) -> Quantity:
    if value is None or low is None:
        return Quantity.absent()
    return Quantity(value=value, low=low, high=high, provenance="measured")
