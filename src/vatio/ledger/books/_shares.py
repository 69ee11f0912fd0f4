"""Keep what each of several runs that touch in time adds to sums, as the rule of ``account`` tells it (CONTRACT.md 5)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from vatio.ledger.books._book import add_up_stale, booked, forget
from vatio.ledger.books._booking import Row, booking, figures, remark
from vatio.ledger.books._schema import ACCOUNTED, CLAIMS
from vatio.ledger.books._told import told_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger._backend import Execute
    from vatio.records import Quantity, RunRecord

_STALE = "SELECT id FROM stretch WHERE fresh = 0"


class Share(NamedTuple):
    """Hold what one run adds: joules that it claims, those of them that are kept, and its part of what the devices drew.

    ``ratio`` is the part of its grams, litres and euros that counts, ``counting_ratio`` that of its time; a ``nested`` run
    lies, in part or in whole, within another one of its boot.
    """

    run: str
    claimed_j: Quantity
    kept_j: Quantity
    device_j: Quantity
    ratio: float
    counting_ratio: float
    nested: bool


# Tell what each of the runs adds, all of them taken together; the order in which they are given does not matter.
ShareOut = Callable[[Sequence["RunRecord"]], Iterable[Share]]
Read = Callable[[str], "RunRecord"]


def settle_shares(execute: Execute, read: Read, share_out: ShareOut) -> None:
    """Tell the shares of the runs that still wait for theirs, and add up the tallies that they change."""
    for (stretch,) in execute(_STALE):
        members = stretch_members(execute, stretch)
        for share in shares_of(execute, members, read, share_out):
            _keep(execute, share)
        execute("UPDATE stretch SET fresh = 1 WHERE id = ?", (stretch,))
    add_up_stale(execute)


def stretch_members(execute: Execute, stretch: str) -> tuple[str, ...]:
    """Give the runs of a stretch."""
    return tuple(row[0] for row in execute("SELECT run FROM booking WHERE stretch = ? ORDER BY run", (stretch,)))


def shares_of(execute: Execute, members: Sequence[str], read: Read, share_out: ShareOut) -> list[Share]:
    """Tell the shares of the runs of one stretch. The containers of a run, wherever they lie, are shown to the rule too."""
    known = set(members)
    outer = [run for run in _containers(execute, members) if run not in known]
    records = [read(run) for run in (*members, *outer)]
    return [share for share in share_out(records) if share.run in known]


def shared_row(execute: Execute, share: Share, old: Row) -> Row:
    """Give a booking with a run's share in it."""
    told = told_of(execute, share.run)
    found = booking(share.run, told.payloads) if told is not None else None
    amounts = dict(zip(CLAIMS, (share.claimed_j, share.kept_j, share.device_j), strict=True))
    row = {**(found.row if found is not None else old), "stretch": old["stretch"], **figures(amounts)}
    row.update(
        ratio=share.ratio, counting_ratio=share.counting_ratio, nested=int(share.nested), remark=_remark(row["remark"], amounts)
    )
    if share.ratio == 0.0:
        # A run that others contain whole adds nothing, not even what it does not know.
        row["remark"] = "{}"
    return row


def _keep(execute: Execute, share: Share) -> None:
    old = booked(execute, share.run)
    if old is None:
        return
    row = shared_row(execute, share, old)
    forget(execute, old)
    changed = {name: item for name, item in row.items() if old[name] != item}
    if changed:
        assigned = ", ".join(f"{name} = ?" for name in changed)
        execute(f"UPDATE booking SET {assigned} WHERE run = ?", [*changed.values(), share.run])
        forget(execute, row)


def _containers(execute: Execute, members: Sequence[str]) -> list[str]:
    found: list[str] = []
    waiting = list(members)
    while waiting:
        rows = execute("SELECT o.id FROM run r JOIN run o ON o.id = r.within WHERE r.id = ?", (waiting.pop(),))
        fresh = [row[0] for row in rows if row[0] not in found]
        found += fresh
        waiting += fresh
    # A run that goes on covers nothing yet: what it drew is in no sum.
    return [run for run in found if execute("SELECT 1 FROM booking WHERE run = ?", (run,))]


def _remark(known: str, amounts: Mapping[str, Quantity]) -> str:
    kept = {name: item for name, item in json.loads(known).items() if name in ACCOUNTED}
    return json.dumps({**kept, **json.loads(remark(amounts))}, separators=(",", ":"), sort_keys=True)
