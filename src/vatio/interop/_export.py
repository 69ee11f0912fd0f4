"""Write runs as another tool's file."""

from __future__ import annotations

from collections.abc import Sequence

from vatio.errors import UsageError
from vatio.interop._format import Format, Written
from vatio.plugins import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records import RunRecord


def export_runs(records: Sequence[RunRecord], format: str) -> Written:
    """Write runs in a format, and list what it has no place for.

    Raises:
        UnknownName: there is no such format.
        UsageError: a run goes on, or the format cannot hold such runs.
    """
    going_on = next((record for record in records if record.ended_at is None), None)
    if going_on is not None:
        raise UsageError(f"run {going_on.id} goes on", hint="export it when it has ended")
    chosen: Format = load("formats", format)()
    return chosen.write(records)
