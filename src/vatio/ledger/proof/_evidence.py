"""Take the entries that prove one run out of a ledger, and check them where that ledger is not at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vatio.errors import LedgerDamaged
from vatio.ledger._backend import Execute
from vatio.ledger.chain import Link, as_bytes, as_entry, by_origin, check_signatures, entry_hash, payload_hash, read_header
from vatio.records import Entry, Finding

_COLUMNS = "e.origin, e.seq, e.kind, e.run, e.hash, e.header, e.signature, p.salt, p.body"
_ROWS = f"""SELECT {_COLUMNS} FROM entry e LEFT JOIN payload p ON p.origin = e.origin AND p.seq = e.seq
    WHERE e.run = ? OR (e.kind = 'key' AND e.origin IN (SELECT origin FROM entry WHERE run = ?)) ORDER BY e.origin, e.seq"""
_HINT = "what proves the run was changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Hold an entry with the salt and the JSON of its payload, which are ``None`` where it was erased."""

    entry: Entry
    salt: bytes | None
    body: bytes | None


def read_evidence(execute: Execute, run: str) -> tuple[Evidence, ...]:
    """Read the entries of a run, and those that declare the keys of its origins."""
    return tuple(
        Evidence(
            entry=as_entry(row[:7]),
            salt=None if row[7] is None else as_bytes(row[7]),
            body=None if row[8] is None else as_bytes(row[8]),
        )
        for row in execute(_ROWS, (run, run))
    )


def check_evidence(items: Sequence[Evidence]) -> tuple[Finding, ...]:
    """Check headers, payloads and signatures of entries taken out of a chain; that none was left out it cannot tell."""
    findings = [_error(item, what) for item in items for what in _wrong(item)]
    for chain in by_origin(map(_link, items)).values():
        findings += check_signatures(chain)
    return tuple(findings)


def _wrong(item: Evidence) -> Iterator[str]:
    entry = item.entry
    if entry_hash(entry.header) != entry.hash:
        yield "the header's bytes do not have the hash that is kept"
    try:
        header = read_header(entry.header)
    except LedgerDamaged as error:
        yield str(error)
        return
    if (header.origin, header.seq, header.kind, header.run) != (entry.origin, entry.seq, entry.kind, entry.run):
        yield "it is told as another entry than its header says"
    if (item.salt is None) != (item.body is None):
        yield "half of the payload is gone"
    elif item.salt is not None and item.body is not None and payload_hash(item.salt, item.body) != header.payload_sha256:
        yield "the payload is not the one that was written"


def _link(item: Evidence) -> Link:
    entry, key, said = item.entry, None, None
    try:
        key = read_header(entry.header).key
        said = None if item.body is None else json.loads(item.body)
    except (LedgerDamaged, ValueError, RecursionError):
        said = {}
    return Link(
        origin=entry.origin,
        seq=entry.seq,
        kind=entry.kind,
        run=entry.run,
        hash=entry_hash(entry.header),
        key=key,
        signature=entry.signature,
        said=said if isinstance(said, dict) else None,
    )


def _error(item: Evidence, what: str) -> Finding:
    return Finding(severity="error", where=f"{item.entry.origin[-12:]}/{item.entry.seq}", what=what, hint=_HINT)
