"""Show a run from its facts: as it was sealed, or as it stands."""

from __future__ import annotations

from dataclasses import replace

from vatio.ledger.views._reader import Facts
from vatio.ledger.views._view import run_record
from vatio.records import Environment, RunRecord


def shown(facts: Facts, *, environment: Environment | None, folder: str, origin_is_here: bool) -> RunRecord:
    """Give the view of a run; ``folder`` is where its spool lies while nobody has sealed it."""
    ended = facts.ended
    if ended is None:
        from vatio.ledger.views._unsealed import sight  # here: a list of sealed runs needs no spool

        ended = sight(facts.started, folder, origin_is_here=origin_is_here).ended
    record = run_record(
        facts.started,
        ended,
        footprint=facts.footprint,
        environment=environment,
        sealed=facts.ended is not None,
        entries=facts.entries,
        footprints=facts.footprints,
        more=facts.more,
    )
    return replace(record, ended_at=None) if record.status == "running" else record
