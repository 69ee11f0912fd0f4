"""Say of a run that has ended where it is booked and what it adds to sums, from its payloads alone.

The rule of CONTRACT.md 5 is told here only for a run that met no other one, which is most of them; runs that touch one another
wait for ``account``, whose rule a reader brings along (see ``_shares``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from vatio.ledger.books._quantities import ABSENT, read_quantity
from vatio.ledger.books._schema import ACCOUNTED, CLAIMS
from vatio.records import PROVENANCES, Quantity, total

# No time zone is further from UTC than 14 hours; a run nearer than this to the end of a month may be booked in another one.
_EDGE_HOURS = 16
# The counter's difference and the energy are one reading; a wider gap is for the rule of overlapping runs to judge.
_SAME_RATIO = 1e-9

Row = dict[str, Any]
Said = Mapping[str, Mapping[str, Any]]


class Booking(NamedTuple):
    """Hold one run's row, its tags, and whether it adds what it claims as long as it meets no other run."""

    row: Row
    tags: Mapping[str, str]
    is_simple: bool


def booking(run: str, said: Said) -> Booking | None:
    """Book a run by what its entries say; ``None`` while it goes on."""
    if "started" not in said or "ended" not in said:
        return None
    started, ended, footprint = said["started"], said["ended"], said.get("footprint", {})
    begin_s, length_s = _number(started.get("start_monotonic_s")), max(0.0, _number(ended.get("duration_s")))
    # Without a boot, as in other tools' files, there is no clock to compare: the run is alone.
    boot = str(started.get("boot") or "")
    claimed_j, device_j, is_simple = _claims(ended, str(started.get("host") or ""))
    amounts = dict(zip(CLAIMS, (claimed_j, claimed_j, device_j), strict=True))
    amounts.update(zip(ACCOUNTED, _accounted(footprint), strict=True))
    ended_at = ended.get("ended_at")
    tags = started.get("tags")
    row: Row = {
        "run": run,
        "slot": slot(ended_at),
        **{name: str(started.get(name) or "") for name in ("project", "stage", "host")},
        "remark": remark(amounts),
        "ended_at": ended_at if isinstance(ended_at, str) else "",
        "boot": boot,
        "start_s": begin_s,
        "end_s": begin_s + length_s,
        "stretch": run,
        "ratio": 1.0,
        "counting_ratio": 1.0,
        "nested": 0,
        "machine": int(ended.get("basis") != "workload"),
        "cpu_s": cpu_s if isinstance(cpu_s := ended.get("cpu_s"), (int, float)) else None,
        **figures(amounts),
    }
    words = {str(key): str(value) for key, value in tags.items()} if isinstance(tags, Mapping) else {}
    return Booking(row, words, is_simple)


def slot(ended_at: object) -> str:
    """Give the month of a date in UTC, or its quarter of an hour where another time zone may have another month.

    >>> slot("2026-02-14T07:50:00.000000Z"), slot("2026-02-28T23:50:00.000000Z")
    ('2026-02', '2026-02-28T23:45')
    """
    text = ended_at if isinstance(ended_at, str) else ""
    try:
        year, month, day, hour, minute = (int(text[at : at + size]) for at, size in ((0, 4), (5, 2), (8, 2), (11, 2), (14, 2)))
    except ValueError:
        return ""
    is_edge = (day == 1 and hour < _EDGE_HOURS) or (day == _days(year, month) and hour >= 24 - _EDGE_HOURS)
    return f"{text[:13]}:{minute - minute % 15:02}" if is_edge else text[:7]


def figures(amounts: Mapping[str, Quantity]) -> Row:
    """Give value, low and high of each amount as columns."""
    return {
        f"{name}{end}": number
        for name, amount in amounts.items()
        for end, number in (("", amount.value), ("_low", amount.low), ("_high", amount.high))
    }


def remark(amounts: Mapping[str, Quantity]) -> str:
    """Say how well each amount is known, in a form that is the same for runs that are alike in it."""
    said = {name: _standing(amount) for name, amount in amounts.items()}
    return json.dumps({name: item for name, item in said.items() if item}, separators=(",", ":"), sort_keys=True)


def counted(components: object) -> list[Mapping[str, Any]]:
    """Choose the components that are added (``records.counted``, for plain JSON)."""
    known = [item for item in components if isinstance(item, Mapping)] if isinstance(components, list) else []
    shared = [item for item in known if item.get("workload_j") is not None]
    whole = [item for item in known if item.get("part_of") is None]
    return shared or [item for item in whole if item.get("component") != "platform"] or whole


def _claims(ended: Mapping[str, Any], host: str) -> tuple[Quantity, Quantity, bool]:
    """Give what a run claims, what its devices drew, and whether a run alone adds just that."""
    is_shared = ended.get("basis") == "workload"
    parts = counted(ended.get("components"))
    if not parts:
        whole = read_quantity(ended.get("workload_energy_j")) if is_shared else ABSENT
        whole = whole if whole.missing or not whole.is_missing else Quantity.absent("energy")
        return whole, whole, True
    pairs = [(_claimed(part, is_shared=is_shared), read_quantity(part.get("energy_j"))) for part in parts]
    known = [one.value is not None and other.value is not None for one, other in pairs]
    drawn = [whole if sure else Quantity.absent(*own.missing) for sure, (own, whole) in zip(known, pairs, strict=True)]
    fits = all(map(_fits, parts, pairs)) and _are_apart(parts, host)
    return total(own for own, _ in pairs), total(drawn), fits


def _claimed(part: Mapping[str, Any], *, is_shared: bool) -> Quantity:
    own = read_quantity(part.get("workload_j")) if is_shared else ABSENT
    return read_quantity(part.get("energy_j")) if own.is_missing else own


def _fits(part: Mapping[str, Any], pair: tuple[Quantity, Quantity]) -> bool:
    own_j, whole_j = pair[0].value, pair[1].value
    if own_j is None or whole_j is None:
        return True
    ends = part.get("counter_j")
    counted_j = ends[1] - ends[0] if isinstance(ends, list) and len(ends) == 2 else whole_j
    slack_j = _SAME_RATIO * abs(whole_j)
    return abs(counted_j - whole_j) <= slack_j and own_j <= whole_j + slack_j


def _are_apart(parts: Sequence[Mapping[str, Any]], host: str) -> bool:
    devices = [part.get("device") for part in parts]
    return len(set(devices)) == len(devices) and all(part.get("host") == host for part in parts)


def _accounted(footprint: Mapping[str, Any]) -> Iterable[Quantity]:
    grams = footprint.get("emissions_g")
    said = grams if isinstance(grams, Mapping) else {}
    found = [said.get(name) for name in ("operational", "operational_market", "embodied", "total")]
    found += [footprint.get(name) for name in ("water_l", "cost_eur")]
    return (read_quantity(item) if item is not None else Quantity.absent("footprint") for item in found)


def _standing(amount: Quantity) -> list[object] | None:
    """Give rank, openness and missing names of an amount; ``None`` for the usual: measured, whole."""
    is_open = amount.high is None
    if amount.provenance == PROVENANCES[0] and not is_open and not amount.missing:
        return None
    return [PROVENANCES.index(amount.provenance), int(is_open), *amount.missing]


def _days(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0
