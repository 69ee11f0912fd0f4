"""The rule for runs that touch in time, which sums ask for only when such runs are new (CONTRACT.md 5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger import Share
    from vatio.records import RunRecord


def share_out(records: Sequence[RunRecord]) -> Iterable[Share]:
    """Tell what each of some runs adds to their sum."""
    from vatio.account import share_out as shares  # here: it loads what most sums do without

    return shares(records)
