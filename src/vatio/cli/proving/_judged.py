"""A comparison's run in a report: with the verdict that was kept of it, and its picture."""

from __future__ import annotations

from vatio.errors import InvalidRecord
from vatio.records import Verdict, from_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger import Ledger


def verdict_of(ledger: Ledger, run: str) -> Verdict | None:
    """Read the latest verdict that was kept of a run; ``None`` where there is none that this vatio can read."""
    kept = [entry.payload for entry in ledger.said("verdict") if entry.run == run]
    try:
        return from_json(Verdict, dict(kept[-1])) if kept else None
    except InvalidRecord:
        return None
