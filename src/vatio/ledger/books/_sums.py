"""Add up runs by month, project, stage, host or tag: what the ledger comes to, each joule once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from vatio.errors import UnknownName, UsageError
from vatio.ledger.books._schema import ACCOUNTED, CLAIMS, SUMS, TERMS
from vatio.records import PROVENANCES, Quantity, difference, rfc3339, total

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import tzinfo

    from vatio.ledger._backend import Execute

GROUPINGS = ("project", "stage", "month", "host")
_TAG = "tag:"
_NAMES = (*CLAIMS, *ACCOUNTED)
_TALLIED = ", ".join(f"sum({name})" for name in TERMS)
# The first and the last hour of the part of a month that is the same month in every time zone (see _booking).
_BODY_START, _PARTED = "-01T16", 7


class GroupSum(NamedTuple):
    """Hold what a group of runs comes to; ``runs_j - overlap_j = energy_j``, and ``+ unattributed_j = host_j``.

    Energies are joules, ``emissions`` grams of CO2e: operational (location-based), market-based beside it, embodied, and
    total, which is location-based operational and embodied. Of ``machine`` runs these figures are of the whole machine.
    """

    group: str
    runs: int
    nested: int
    machine: int
    runs_j: Quantity
    overlap_j: Quantity
    energy_j: Quantity
    unattributed_j: Quantity
    host_j: Quantity
    cpu_s: float | None
    operational_g: Quantity
    market_g: Quantity
    embodied_g: Quantity
    total_g: Quantity
    water_l: Quantity
    cost_eur: Quantity


class Part(NamedTuple):
    """Hold the sums of some runs of a group that are alike in how well their figures are known."""

    runs: int
    nested: int
    machine: int
    cpu_s: float | None
    amounts: tuple[Quantity, ...]


def group_sums(
    execute: Execute, by: str, *, since: str | None = None, zone: tzinfo | None = None, project: str | None = None
) -> tuple[GroupSum, ...]:
    """Add up the runs of each group, in the order of their names; ``since`` is RFC 3339 in UTC, of a run's end.

    Raises:
        UnknownName: there is no such grouping.
    """
    groups: dict[str, list[Part]] = {}
    for group, remark, *numbers in _rows(execute, _Asked(by, since, zone, project)):
        groups.setdefault(str(group), []).append(_part(remark, numbers))
    return tuple(joined(group, groups[group]) for group in sorted(groups))


def sum_of(execute: Execute, runs: Sequence[str]) -> GroupSum:
    """Add up some runs: what each of them adds to the sum of all."""
    parts: list[Part] = []
    for at in range(0, len(runs), _MOST):
        some = runs[at : at + _MOST]
        marks = ", ".join("?" * len(some))
        sql = f"SELECT remark, {SUMS} FROM booking WHERE run IN ({marks}) GROUP BY remark"
        parts += [_part(remark, numbers) for remark, *numbers in execute(sql, some)]
    return joined("", parts)


def joined(group: str, parts: Iterable[Part]) -> GroupSum:
    """Add the parts of a group."""
    known = list(parts)
    columns = zip(*(part.amounts for part in known), strict=True) if known else [()] * len(_NAMES)
    claimed_j, kept_j, device_j, *accounted = (total(column) for column in columns)
    cpu_s = [part.cpu_s for part in known if part.cpu_s is not None]
    return GroupSum(
        group,
        sum(part.runs for part in known),
        sum(part.nested for part in known),
        sum(part.machine for part in known),
        claimed_j,
        _less_j(claimed_j, kept_j),
        kept_j,
        difference(device_j, kept_j),
        device_j,
        sum(cpu_s) if cpu_s else None,
        *accounted,
    )


def total_of(sums: Iterable[GroupSum]) -> GroupSum:
    """Add groups that have no run in common."""
    parts = []
    for one in sums:
        amounts = (one.runs_j, one.energy_j, one.host_j)
        rest = (one.operational_g, one.market_g, one.embodied_g, one.total_g, one.water_l, one.cost_eur)
        parts.append(Part(one.runs, one.nested, one.machine, one.cpu_s, (*amounts, *rest)))
    return joined("", parts)


_MOST = 500
_MISSING = PROVENANCES.index("missing")


def dearest(execute: Execute, project: str) -> tuple[Quantity, Quantity, Quantity] | None:
    """Give the most that one run spent: of its own joules, of all grams, of euros."""
    own_j = "CASE basis WHEN 'workload' THEN coalesce(workload_energy_j, energy_j) ELSE energy_j END"
    joules = execute(f"SELECT count(*), max({own_j}) FROM run WHERE project = ? AND ended_seq IS NOT NULL", (project,))[0]
    if not joules[0]:
        return None
    grams, euros = execute("SELECT max(total_g), max(cost_eur) FROM booking WHERE project = ?", (project,))[0]
    return _most(joules[1]), _most(grams), _most(euros)


def _most(number: float | None) -> Quantity:
    return Quantity.absent("what was spent") if number is None else Quantity.exact(number)


class _Asked(NamedTuple):
    by: str
    since: str | None
    zone: tzinfo | None
    project: str | None


def _rows(execute: Execute, asked: _Asked) -> list[tuple[Any, ...]]:
    by, since = asked.by, asked.since
    ours, values = ("", []) if asked.project is None else (" AND project = ?", [asked.project])
    if by.startswith(_TAG):
        sql = f"""SELECT coalesce(t.value, ''), remark, {SUMS} FROM booking LEFT JOIN tag t ON t.run = booking.run AND t.key = ?
            WHERE ended_at >= ?{ours} GROUP BY 1, 2"""
        return execute(sql, (by.removeprefix(_TAG), since or "", *values))
    if by not in GROUPINGS:
        raise UnknownName.among("grouping", by, (*GROUPINGS, "tag:KEY"))
    group, names = _month(execute, asked.zone) if by == "month" else (by, ())
    after, bounds = _whole_slots(since)
    whole = f"SELECT {group}, remark, {_TALLIED} FROM tally WHERE runs > 0 AND {after}{ours} GROUP BY 1, 2"
    rows = execute(whole, (*names, *bounds, *values))
    for slot in _cut_slots(since):
        sql = f"SELECT {group}, remark, {SUMS} FROM booking WHERE slot = ? AND ended_at >= ?{ours} GROUP BY 1, 2"
        rows += execute(sql, (*names, slot, since, *values))
    return rows


def _month(execute: Execute, zone: tzinfo | None) -> tuple[str, tuple[str, ...]]:
    """Name the month of a slot in SQL: another one than in UTC only from or to some quarter of an hour near its ends."""
    moved: dict[tuple[str, str], list[str]] = {}
    slots = execute("SELECT DISTINCT slot FROM tally WHERE length(slot) > 7 ORDER BY slot") if zone is not None else []
    for (slot,) in slots:
        label = datetime.fromisoformat(slot).replace(tzinfo=UTC).astimezone(zone).strftime("%Y-%m")
        if label != slot[:_PARTED]:
            moved.setdefault((slot[:_PARTED], label), []).append(slot)
    if not moved:
        return "substr(slot, 1, 7)", ()
    cases = " ".join("WHEN slot >= ? AND slot <= ? THEN ?" for _ in moved)
    names = (text for (_, label), some in moved.items() for text in (some[0], some[-1], label))
    return f"CASE {cases} ELSE substr(slot, 1, 7) END", tuple(names)


def _whole_slots(since: str | None) -> tuple[str, tuple[str, ...]]:
    if since is None:
        return "1 = 1", ()
    month = since[:_PARTED]
    body = month if since <= month + _BODY_START else ""
    edge = "substr(slot, 1, 7) = ? AND length(slot) > 7 AND slot || ':00.000000Z' >= ?"
    return f"(substr(slot, 1, 7) > ? OR slot = ? OR ({edge}))", (month, body, month, since)


def _cut_slots(since: str | None) -> tuple[str, ...]:
    """Name the slots that a date falls within: what lies in them is looked at run by run."""
    if since is None:
        return ()
    month, minute = since[:_PARTED], int(since[14:16])
    quarter = f"{since[:13]}:{minute - minute % 15:02}"
    body = (month,) if since > month + _BODY_START else ()
    return body if f"{quarter}:00.000000Z" == since else (*body, quarter)


def time_zone(name: str) -> tzinfo:
    """Give a time zone by its name.

    Raises:
        UnknownName: it is in none of this machine's tables.
    """
    import zoneinfo  # here: it costs 3 ms, and UTC needs none

    if name.upper() == "UTC":
        return UTC
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        known = zoneinfo.available_timezones()
        if not known:
            hint = "this machine has no table of time zones: pip install tzdata"
            raise UsageError(f"time zone {name!r} cannot be looked up", hint=hint) from error
        raise UnknownName.among("time zone", name, known) from error


def since_utc(text: str, zone: tzinfo | None) -> str:
    """Read a date as the moment at which it begins in a time zone (UTC), as RFC 3339 in UTC.

    >>> since_utc("2026-03", None)
    '2026-03-01T00:00:00.000000Z'

    Raises:
        UsageError: it is no date.
    """
    whole = text + {4: "-01-01", 7: "-01"}.get(len(text), "")
    try:
        moment = datetime.fromisoformat(whole)
        return rfc3339(moment if moment.tzinfo else moment.replace(tzinfo=zone or UTC))
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{text!r} is not a date", hint="write 2026, 2026-03, 2026-03-31 or 2026-03-31T12:00Z") from error


def _part(remark: str, numbers: Sequence[Any]) -> Part:
    standing = _read_remark(remark)
    runs, nested, machine, cpu_s, *ends = numbers
    amounts = tuple(_quantity(ends[3 * at : 3 * at + 3], standing.get(name)) for at, name in enumerate(_NAMES))
    return Part(int(runs), int(nested), int(machine), cpu_s, amounts)


@cache
def _read_remark(remark: str) -> Mapping[str, Sequence[Any]]:
    found: Mapping[str, Sequence[Any]] = json.loads(remark)
    return found


def _quantity(ends: Sequence[float | None], standing: Sequence[Any] | None) -> Quantity:
    rank, is_open, *missing = standing or (0, 0)
    value, low, high = ends
    if value is None or low is None:
        # Runs that others contain whole add nothing, not even what is not known of them: their remark does not say it.
        return Quantity.absent(*missing) if rank == _MISSING else Quantity.exact(0.0)
    # Each end was added up on its own, and rounding may put two that are equal out of order.
    low, high = min(low, value), None if is_open or high is None else max(high, value)
    return Quantity(value=value, low=low, high=high, provenance=PROVENANCES[rank], missing=tuple(missing))


def _less_j(claimed_j: Quantity, kept_j: Quantity) -> Quantity:
    """Take what is kept off what is claimed, end by end: the one is a share of the other."""
    if claimed_j.value is None or claimed_j.low is None or kept_j.value is None or kept_j.low is None:
        return claimed_j
    value = max(0.0, claimed_j.value - kept_j.value)
    low = min(value, max(0.0, claimed_j.low - kept_j.low))
    high = None if claimed_j.high is None or kept_j.high is None else max(value, claimed_j.high - kept_j.high)
    return Quantity(value=value, low=low, high=high, provenance=claimed_j.provenance, missing=claimed_j.missing)
