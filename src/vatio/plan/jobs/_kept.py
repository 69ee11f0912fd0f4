"""Write a plan of many jobs as CSV, read it back, and tell which of its jobs have begun."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from vatio.errors import UsageError
from vatio.plan.jobs._table import Table

_NAMES = ("id", "zone", "start", "end", "power_w", "devices")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWindow:
    """Hold a stretch of time in which a job runs in a zone."""

    job: str
    zone: str
    start: datetime
    end: datetime
    power_w: float
    devices: int = 0


def plan_csv(windows: Sequence[PlannedWindow]) -> str:
    """Write windows as CSV, in the order of their starts; times are UTC."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_NAMES)
    for one in sorted(windows, key=lambda window: (window.start, window.job)):
        start, end = (moment.astimezone(UTC).isoformat().replace("+00:00", "Z") for moment in (one.start, one.end))
        rows.writerow((one.job, one.zone, start, end, f"{one.power_w:.12g}", one.devices))
    return text.getvalue()


def read_plan(path: str) -> tuple[PlannedWindow, ...]:
    """Read the windows that ``plan_csv`` wrote.

    Raises:
        UsageError: it is no such file; the message names the line.
    """
    table = Table(path)
    columns = {name: table.need(table.find(name), what=name) for name in _NAMES}
    found = []
    for line in table.lines():
        start_s, end_s = (line.moment_s(columns[name], begin=_EPOCH) for name in ("start", "end"))
        if end_s <= start_s:
            raise UsageError(f"{line.where}: it ends before it starts")
        found.append(
            PlannedWindow(
                job=line.text(columns["id"]),
                zone=line.text(columns["zone"]),
                start=datetime.fromtimestamp(start_s, UTC),
                end=datetime.fromtimestamp(end_s, UTC),
                power_w=line.above(columns["power_w"]),
                devices=int(line.number(columns["devices"])),
            )
        )
    return tuple(found)


def begun_jobs(windows: Sequence[PlannedWindow], *, at: datetime) -> frozenset[str]:
    """Give the jobs of a plan that have begun by a moment."""
    return frozenset(window.job for window in windows if window.start < at)
