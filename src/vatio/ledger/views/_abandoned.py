"""Find the runs whose owner has died: whoever comes by first seals them, once each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from vatio.errors import LedgerDamaged
from vatio.ledger.disk import is_owned
from vatio.ledger.views._reader import Facts
from vatio.ledger.views._status import standing
from vatio.ledger.views._unsealed import sight
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
        here = is_here(known.origin)
        # The lock is asked first: to add up the samples of every run that still goes on would cost each writer dearly.
        if standing(known.started, folder(run), origin_is_here=here, now=datetime.now(UTC)).status != "interrupted":
            continue
        seen = sight(known.started, folder(run), origin_is_here=here)
        if seen.is_abandoned:
            yield run, seen.ended


def outlived(folder: str, *, sealed: Callable[[Iterable[str]], Iterable[str]]) -> Iterator[str]:
    """Give the spools in ``folder`` that outlived their seal: their owner died between the commit and the removal."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    spools = (os.path.join(folder, run) for run in sealed(names))
    yield from (spool for spool in spools if not is_owned(spool))
