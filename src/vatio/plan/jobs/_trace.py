"""Read a trace of jobs that have run or may run: arrivals and lengths, to replay policies over."""

from __future__ import annotations

from array import array
from datetime import datetime

from vatio.errors import UsageError
from vatio.plan.jobs._table import Column, Line, Table, unit_s
from vatio.plan.simulate import JobTrace
from vatio.plugins import require
from vatio.units import S_PER_HOUR

ARRIVAL = ("arrival", "arrival_time", "start", "earliest", "submit", "submit_time")
LENGTH = ("duration", "length", "runtime")
_SAME_S = 1e-3


def read_trace(
    path: str,
    *,
    begin: datetime,
    offset_s: float = 0.0,
    unit: str | None = None,
    slack_s: float = 24 * S_PER_HOUR,
    power_w: float = 1000.0,
    interruptible: bool = True,
) -> JobTrace:
    """Read a trace: columns of arrivals and lengths, and perhaps ``power_w`` or ``cpus``, ``deadline``, ``interruptible``.

    Times are dates, or numbers in the unit that the column's name ends with (``length_h``), else in ``unit``: h, min or s.
    Numbers count from ``begin``, which lies ``offset_s`` after the curve's own beginning. Without ``power_w`` a job draws
    the power given, times its cpus; without a deadline it may wait ``slack_s``; without the column all may pause or none.

    Raises:
        UsageError: a column lacks, a unit is not said, or a number cannot be; the message names the line.
        MissingExtra: numpy is not installed.
    """
    np = require("numpy", extra="plan")
    table = Table(path)
    arrival = table.need(table.find_time(*ARRIVAL, unit=unit), what="arrival_h, arrival_s or arrival")
    length = table.need(table.find_time(*LENGTH, unit=unit), what="length_h, length_s or duration_h")
    power, cpus, pauses = table.find("power_w"), table.find("cpus"), table.find("interruptible")
    deadline = table.find_time("deadline", unit=unit)
    length_s = unit_s(length)
    columns = [array("d") for _ in range(4)]
    held = array("b")
    for line in table.lines():
        start_s, lasts_s = line.moment_s(arrival, begin=begin), line.above(length) * length_s
        if start_s + offset_s < 0.0:
            raise UsageError(f"{line.where}: it arrives before the curve begins", hint="say where it begins: --from")
        waits_s = slack_s if deadline is None or not line.text(deadline) else _slack_s(line, deadline, begin, start_s, lasts_s)
        watts = line.above(power) if power else power_w * (line.above(cpus) if cpus else 1.0)
        for column, value in zip(columns, (start_s + offset_s, lasts_s, watts, waits_s), strict=True):
            column.append(value)
        held.append(line.yes(pauses) if pauses else interruptible)
    if not held:
        raise UsageError(f"{path} has no jobs", hint="one row for each: arrival_h,length_h")
    start, lasts, watts_of, waits = (np.frombuffer(column, dtype=float) for column in columns)
    return JobTrace(
        arrival_h=start / S_PER_HOUR,
        length_h=lasts / S_PER_HOUR,
        power_w=watts_of,
        slack_h=waits / S_PER_HOUR,
        interruptible=np.frombuffer(held, dtype=np.int8).astype(bool),
    )


def _slack_s(line: Line, deadline: Column, begin: datetime, start_s: float, lasts_s: float) -> float:
    """Give what a job may wait by its deadline; less than nothing where it can only be late."""
    until_s = line.moment_s(deadline, begin=begin)
    if until_s <= start_s:
        raise UsageError(f"{line.where}: its deadline is not after its arrival", hint="both count from the same beginning")
    slack_s = until_s - start_s - lasts_s
    return 0.0 if abs(slack_s) < _SAME_S else slack_s
