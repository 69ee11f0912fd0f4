"""Read what earlier runs of a series drew, from the projection alone: a receipt must not read whole runs to compare."""

from __future__ import annotations

from vatio.ledger._backend import Execute
from vatio.records import rfc3339

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records import RunRecord

_EARLIER = """SELECT COALESCE(workload_energy_j, energy_j) FROM run
    WHERE series = ? AND id <> ? AND status = 'finished' AND started_at < ? AND COALESCE(workload_energy_j, energy_j) > 0
    ORDER BY started_at DESC, id DESC LIMIT ?"""


def earlier_j(execute: Execute, record: RunRecord, *, limit: int) -> tuple[float, ...]:
    """Give the joules of the latest finished runs of a run's series that started before it, the latest first.

    A series has one basis, so that all of them are the workload's joules or all are the machine's.
    """
    rows = execute(_EARLIER, (record.series, record.id, rfc3339(record.started_at), limit))
    return tuple(float(row[0]) for row in rows)
