"""Read the jobs of a fleet: how long, how strong, from when, by when, where they may run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from vatio.errors import UsageError
from vatio.plan.jobs._table import Column, Line, Table, unit_s
from vatio.plan.jobs._trace import ARRIVAL, LENGTH
from vatio.units import BYTES_PER_GB


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedJob:
    """Hold one job as its row asks for it; ``earliest`` and ``deadline`` are ``None`` where the row has none.

    ``where`` names its line. A higher ``rank`` is placed first where not all can be.
    """

    id: str
    where: str
    duration_s: float
    power_w: float
    earliest: datetime | None = None
    deadline: datetime | None = None
    zones: tuple[str, ...] = ()
    home: str | None = None
    move_bytes: float = 0.0
    devices: int = 0
    rank: int = 0
    interruptible: bool = False


def read_jobs(path: str, *, begin: datetime, unit: str | None = None) -> tuple[AskedJob, ...]:
    """Read a table of jobs: ``id``, ``duration_h`` (or ``_min``, ``_s``), ``power_w``, and what else its columns say.

    ``earliest`` and ``deadline`` are dates (UTC unless they have an offset), or in ``earliest_h``, ``deadline_h`` numbers
    after ``begin``; ``zones`` are parted by spaces or semicolons; ``home``, ``move_gb``, ``devices``, ``priority``,
    ``interruptible``.

    Raises:
        UsageError: a column lacks, a job is there twice, or a cell cannot be; the message names the line.
    """
    table = Table(path)
    columns = _Columns(
        table.need(table.find("id", "job", "name"), what="id"),
        table.need(table.find_time(*LENGTH, unit=unit), what="duration_h, duration_min or duration_s"),
        table.need(table.find("power_w"), what="power_w"),
        table.find_time(*ARRIVAL, unit=unit),
        table.find_time("deadline", unit=unit),
        *(table.find(name) for name in ("zones", "home", "move_gb", "devices", "priority", "interruptible")),
    )
    found: dict[str, AskedJob] = {}
    for line in table.lines():
        job = _job(line, columns, begin)
        if job.id in found:
            raise UsageError(f"{line.where}: {job.id!r} is there twice", hint=f"its other row is {found[job.id].where}")
        found[job.id] = job
    if not found:
        raise UsageError(f"{path} has no jobs", hint="one row for each: id,duration_h,power_w,deadline_h")
    return tuple(found.values())


class _Columns(NamedTuple):
    id: Column
    duration: Column
    power_w: Column
    earliest: Column | None
    deadline: Column | None
    zones: Column | None
    home: Column | None
    move_gb: Column | None
    devices: Column | None
    priority: Column | None
    interruptible: Column | None


def _job(line: Line, columns: _Columns, begin: datetime) -> AskedJob:
    if not line.text(columns.id):
        raise UsageError(f"{line.where}: it has no id", hint="give each job one of its own")
    earliest, deadline = (_moment(line, column, begin) for column in (columns.earliest, columns.deadline))
    if earliest is not None and deadline is not None and deadline <= earliest:
        raise UsageError(f"{line.where}: its deadline is not after its earliest start", hint="move its deadline")
    zones = tuple(dict.fromkeys(filter(None, re.split(r"[\s;|]+", line.text(columns.zones)))))
    home = line.text(columns.home) or None
    return AskedJob(
        id=line.text(columns.id),
        where=line.where,
        duration_s=line.above(columns.duration) * unit_s(columns.duration),
        power_w=line.above(columns.power_w),
        earliest=earliest,
        deadline=deadline,
        zones=zones,
        home=home,
        move_bytes=_amount(line, columns.move_gb) * BYTES_PER_GB,
        devices=_whole(line, columns.devices),
        rank=_whole(line, columns.priority, least=-1_000_000),
        interruptible=line.yes(columns.interruptible),
    )


def _moment(line: Line, column: Column | None, begin: datetime) -> datetime | None:
    if column is None or not line.text(column):
        return None
    try:
        return begin + timedelta(seconds=line.moment_s(column, begin=begin))
    except OverflowError:
        raise UsageError(f"{line.where}: {column.name} is too far away", hint="is its unit another?") from None


def _amount(line: Line, column: Column | None) -> float:
    if column is None or not line.text(column):
        return 0.0
    value = line.number(column)
    if value < 0.0:
        raise UsageError(f"{line.where}: {column.name} is {value:g}, less than 0")
    return value


def _whole(line: Line, column: Column | None, *, least: int = 0) -> int:
    if column is None or not line.text(column):
        return 0
    value = line.number(column)
    if value != int(value) or value < least:
        raise UsageError(f"{line.where}: {column.name} is {value:g}, not a whole number{'' if least else ' of 0 or more'}")
    return int(value)
