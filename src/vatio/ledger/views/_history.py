"""Read a run's samples and minutes, sealed or still in its spool."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from vatio.errors import LedgerDamaged, UnknownName
from vatio.ledger._backend import Execute
from vatio.ledger.chain import as_bytes, read_header
from vatio.ledger.samples import Minutes, Samples, Sealed, open_minutes, open_samples, open_spool, seal_rows

_SAID = """SELECT e.header, e.hash, e.run, p.body FROM entry e JOIN payload p ON p.origin = e.origin AND p.seq = e.seq
    WHERE e.kind = ?"""


class Said(NamedTuple):
    """Hold what one entry says: its payload as plain JSON, its hash, its date (RFC 3339), the run that it is of."""

    hash: str
    run: str | None
    at: str
    payload: Mapping[str, Any]


def read_said(execute: Execute, kind: str) -> tuple[Said, ...]:
    """Read the entries of one kind, the oldest first; what was erased or is no JSON object is left out."""
    found = []
    for header, digest, run, body in execute(_SAID, (kind,)):
        try:
            payload = json.loads(as_bytes(body))
        except (ValueError, RecursionError):
            continue
        if isinstance(payload, dict):
            found.append(Said(digest, run, read_header(as_bytes(header)).at, payload))
    # An import or a pull may bring entries of another origin; within one chain dates never turn back.
    return tuple(sorted(found, key=lambda said: said.at))


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
