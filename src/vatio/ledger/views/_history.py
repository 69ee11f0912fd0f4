"""Read a run's samples and minutes, sealed or still in its spool."""

from __future__ import annotations

import json

from vatio.errors import LedgerDamaged, UnknownName
from vatio.ledger._backend import Execute
from vatio.ledger.chain import as_bytes
from vatio.ledger.samples import Minutes, Samples, Sealed, open_minutes, open_samples, open_spool, seal_rows


def read_samples(execute: Execute, run: str, folder: str) -> Samples:
    """Read the samples of a run, sealed or still in its spool.

    Raises:
        UnknownName: the run has none, or they were pruned.
    """
    layout = _layout(execute, run)
    if layout is None:
        sealed = _spooled(run, folder)
        return open_samples(sealed.layout, sealed.chunks)
    chunks = [as_bytes(row[0]) for row in execute("SELECT body FROM chunk WHERE run = ? ORDER BY part", (run,))]
    if not chunks and json.loads(layout)["rows"]:
        raise UnknownName(f"the samples of run {run} were pruned", hint="its minutes are kept")
    return open_samples(layout, chunks)


def read_minutes(execute: Execute, run: str, folder: str) -> Minutes:
    """Read the per-minute aggregates of a run, sealed or still in its spool."""
    found = execute("SELECT layout, aggregates FROM samples WHERE run = ?", (run,))
    if found:
        return open_minutes(as_bytes(found[0][0]), as_bytes(found[0][1]))
    sealed = _spooled(run, folder)
    return open_minutes(sealed.layout, sealed.aggregates)


def _layout(execute: Execute, run: str) -> bytes | None:
    found = execute("SELECT layout FROM samples WHERE run = ?", (run,))
    return as_bytes(found[0][0]) if found else None


def _spooled(run: str, folder: str) -> Sealed:
    try:
        header, blocks = open_spool(folder)
    except LedgerDamaged as error:
        raise UnknownName(f"run {run} has no samples", hint=str(error)) from error
    return seal_rows(header.channels, blocks)
