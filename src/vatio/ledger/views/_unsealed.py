"""Show a run that nobody has sealed from its spool, and seal for good the ones that were left behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from typing import NamedTuple

from vatio.errors import LedgerDamaged
from vatio.ledger.samples import open_spool, read_events
from vatio.ledger.views._status import Standing, standing, unsealed
from vatio.records import Ended, Started, rfc3339


class Sighting(NamedTuple):
    """Hold an unsealed run as it stands: its end as far as it can be told."""

    ended: Ended
    is_abandoned: bool


def sight(started: Started, folder: str, *, origin_is_here: bool, now: datetime | None = None) -> Sighting:
    """Look at an unsealed run: energy so far from its spool, status from its owner's lock."""
    stands = standing(started, folder, origin_is_here=origin_is_here, now=now or datetime.now(UTC))
    ended = _from_spool(started, folder, stands) or unsealed(started, stands)
    if stands.is_out_of_sight:
        ended = replace(ended, notes=(*ended.notes, f"last sign of the run: {rfc3339(stands.last_sign)}"))
    return Sighting(ended, stands.status == "interrupted")


def _from_spool(started: Started, folder: str, stands: Standing) -> Ended | None:
    try:
        header, blocks = open_spool(folder)
        rows = (row for block in blocks for row in block if row)
        first = next(rows, None)
    except (LedgerDamaged, OSError):  # whoever seals a run removes its spool
        return None
    if first is None:
        return None
    from vatio.ledger.summary import summarise  # here: only an unsealed run needs it

    return summarise(header, chain((first,), rows), read_events(folder), status=stands.status)
