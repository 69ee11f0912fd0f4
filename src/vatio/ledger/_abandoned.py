"""Find the runs whose owner has died: whoever comes by first seals them, once each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from vatio.errors import LedgerDamaged
from vatio.ledger._reader import Facts
from vatio.ledger._unsealed import sight
from vatio.records import Ended


def abandoned(
    runs: Iterable[str], *, facts: Callable[[str], Facts], folder: Callable[[str], str], is_here: Callable[[str], bool]
) -> Iterator[tuple[str, Ended]]:
    """Give each unsealed run of this machine that is interrupted, and its end. One that cannot be read is left alone."""
    for run in runs:
        try:
            known = facts(run)
        except LedgerDamaged:
            continue
        seen = sight(known.started, folder(run), origin_is_here=is_here(known.origin))
        if seen.is_abandoned:
            yield run, seen.ended
