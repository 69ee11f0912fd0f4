"""Seal the runs whose owner has died, once each, whoever comes by first."""

from __future__ import annotations

from vatio.errors import LedgerDamaged
from vatio.ledger._unsealed import sight

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger._ledger import Ledger


def seal_abandoned(ledger: Ledger) -> int:
    """Seal every interrupted run of this machine; give their number. A run that cannot be read is left alone."""
    sealed = 0
    for run in ledger.unsealed():
        folder = ledger.spool_folder(run)
        try:
            facts = ledger.facts(run)
        except LedgerDamaged:
            continue
        seen = sight(facts.started, folder, origin_is_here=ledger.is_here(facts.origin))
        if seen.is_abandoned:
            ledger.seal(run, seen.ended, spool_folder=folder)  # it looks again, inside its transaction
            sealed += 1
    return sealed
