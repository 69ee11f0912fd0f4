"""Read a spool in whole: its rows, and the gaps where rows were damaged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vatio.ledger.samples._spool import SpoolHeader, open_spool
from vatio.records import Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class SpooledRun:
    """Hold a spool as read: rows of ``(t_s, one number a channel)``, NaN where a channel had none, and the gaps."""

    header: SpoolHeader
    rows: tuple[tuple[float, ...], ...]
    gaps: tuple[Gap, ...] = ()


def read_spool(folder: str) -> SpooledRun:
    """Read a run's spool in whole.

    Raises:
        LedgerDamaged: there is no spool, or its header cannot be read.
    """
    header, blocks = open_spool(folder)
    rows = tuple(row for block in blocks for row in block)
    good = tuple(row for row in rows if row)
    return SpooledRun(header=header, rows=good, gaps=_gaps(rows))


def _gaps(rows: Sequence[tuple[float, ...]]) -> tuple[Gap, ...]:
    found: list[Gap] = []
    last_s, lost = 0.0, 0
    for row in [*rows, ()]:
        if row:
            if lost:
                found.append(Gap(start_s=last_s, end_s=max(last_s, row[0]), reason=f"{lost} damaged samples"))
            last_s, lost = row[0], 0
        else:
            lost += 1
    if lost > 1:  # one is the mark that ends the loop
        found.append(Gap(start_s=last_s, end_s=last_s, reason=f"{lost - 1} damaged samples"))
    return tuple(found)
