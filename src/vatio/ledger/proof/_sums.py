"""Compare the bookings, stretches and tallies, which sums are made of, with what the facts make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from vatio.ledger.books import (
    BOOKING_COLUMNS,
    BUCKET,
    CLAIMS,
    SUMS,
    TERMS,
    Booking,
    Read,
    Row,
    ShareOut,
    booking,
    shared_row,
    shares_of,
    told_of_all,
)
from vatio.records import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger._backend import Execute

# Sums of the same numbers in another order.
_SAME_RATIO = 1e-9
# What does not depend on the other runs of a stretch.
_OWN = [
    name
    for name in BOOKING_COLUMNS
    if name not in ("stretch", "ratio", "counting_ratio", "nested", "remark") and not name.startswith(CLAIMS)
]
_HINT = "vatio ledger verify --rebuild compares; the entries are what counts"


def check_bookings(execute: Execute, *, read: Read, share_out: ShareOut | None) -> Iterator[Finding]:
    """Check every table that sums are read from."""
    kept = {row[0]: dict(zip(BOOKING_COLUMNS, row, strict=True)) for row in _all(execute, BOOKING_COLUMNS, "booking")}
    right = {run: found for run, told in told_of_all(execute).items() if (found := booking(run, told.payloads)) is not None}
    for run in sorted(kept.keys() ^ right.keys()):
        yield _wrong(f"run {run}", "is booked and has not ended" if run in kept else "has ended and is not booked")
    both = sorted(kept.keys() & right.keys())
    for run in both:
        wrong = [name for name in _OWN if kept[run][name] != right[run].row[name]]
        if wrong:
            yield _wrong(f"run {run}", f"its booking differs from the entries: {', '.join(wrong)}")
    yield from _check_tags(execute, {run: right[run].tags for run in both})
    yield from _check_stretches(execute, [kept[run] for run in both])
    yield from _check_shares(execute, kept, right, read=read, share_out=share_out)
    yield from _check_tallies(execute)


def _check_tags(execute: Execute, right: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    kept: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for run, key, value in _all(execute, ("run", "key", "value"), "tag"):
        kept[run][key] = value
    for run in sorted(kept.keys() | right.keys()):
        if kept.get(run, {}) != right.get(run, {}):
            yield _wrong(f"run {run}", "its tags differ from the entries")


def _check_stretches(execute: Execute, rows: Sequence[Row]) -> Iterator[Finding]:
    kept = {row[0]: row[1:] for row in _all(execute, ("id", "boot", "start_s", "end_s", "runs"), "stretch")}
    for members in _touching(rows):
        names = {row["stretch"] for row in members}
        first, last = min(row["start_s"] for row in members), max(row["end_s"] for row in members)
        told = kept.pop(names.pop(), None) if len(names) == 1 else None
        if told != (members[0]["boot"], first, last, len(members)):
            yield _wrong(f"run {members[0]['run']}", "the runs that it touches in time are not kept together")
    for name in kept:
        yield _wrong(f"stretch {name}", "no run lies in it")


def _touching(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Part runs into those that touch one another on one boot."""
    together: list[Row] = []
    for row in sorted(rows, key=lambda row: (row["boot"], row["start_s"], row["end_s"])):
        last = max((known["end_s"] for known in together), default=0.0)
        if together and (row["boot"] != together[0]["boot"] or not row["boot"] or row["start_s"] > last):
            yield together
            together = []
        together.append(row)
    if together:
        yield together


def _check_shares(
    execute: Execute, kept: Mapping[str, Row], right: Mapping[str, Booking], *, read: Read, share_out: ShareOut | None
) -> Iterator[Finding]:
    by_stretch: defaultdict[str, list[str]] = defaultdict(list)
    for run in sorted(kept.keys() & right.keys()):
        by_stretch[kept[run]["stretch"]].append(run)
    for (stretch,) in execute("SELECT id FROM stretch WHERE fresh = 1"):
        members = by_stretch[stretch]
        rows = {run: {**right[run].row, "stretch": stretch} for run in members}
        if len(members) > 1 or not all(right[run].is_simple for run in members):
            if share_out is None:
                continue
            shares = shares_of(execute, members, read, share_out)
            rows = {share.run: shared_row(execute, share, kept[share.run]) for share in shares}
        for run, row in rows.items():
            if not all(_is_near(kept[run][name], row[name]) for name in BOOKING_COLUMNS):
                yield _wrong(f"run {run}", "what it adds to sums is not what the entries make")


def _check_tallies(execute: Execute) -> Iterator[Finding]:
    bucket = ", ".join(BUCKET)
    right = {row[: len(BUCKET)]: row for row in execute(f"SELECT {bucket}, {SUMS} FROM booking GROUP BY {bucket}")}
    for row in execute(f"SELECT {bucket}, {', '.join(TERMS)} FROM tally WHERE fresh = 1"):
        other = right.get(row[: len(BUCKET)])
        if other is None or not all(map(_is_near, row, other)):
            yield _wrong(f"sum of {row[1]} in {row[0]}", "is not the sum of its runs")
    fresh_or_stale = {tuple(row) for row in execute(f"SELECT {bucket} FROM tally")}
    for key in right.keys() - fresh_or_stale:
        yield _wrong(f"sum of {key[1]} in {key[0]}", "is missing")


def _all(execute: Execute, columns: Sequence[str], table: str) -> list[tuple[Any, ...]]:
    return execute(f"SELECT {', '.join(columns)} FROM {table}")


def _is_near(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= _SAME_RATIO * max(abs(one), abs(other), 1e-12)
    return one == other


def _wrong(where: str, what: str) -> Finding:
    return Finding(severity="error", where=where, what=f"the projection differs: {what}", hint=_HINT)
