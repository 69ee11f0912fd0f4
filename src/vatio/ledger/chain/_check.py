"""Check each entry by itself and against the one before it: bytes, hash, number, link, date, payload."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from vatio.errors import LedgerDamaged
from vatio.ledger._backend import Execute
from vatio.ledger.chain._header import GENESIS, Header, as_bytes, entry_hash, payload_hash, read_header
from vatio.records import Finding

# What later checks need of a payload; the rest of it is proven by its digest alone.
_KEPT = frozenset(
    [
        "id",
        "public",
        "before",
        "source",
        "origin",
        "seq",
        "head",
        "what",
        "runs",
        "run",
        "entries",
        "blobs",
        "samples",
        "status",
        "environment_sha256",
        "samples_sha256",
        "aggregates_sha256",
    ]
)
_ROWS = """SELECT e.origin, e.seq, e.kind, e.run, e.hash, e.header, e.signature, p.salt, p.body FROM entry e
    LEFT JOIN payload p ON p.origin = e.origin AND p.seq = e.seq ORDER BY e.origin, e.seq"""
_ORPHANS = """SELECT p.origin, p.seq FROM payload p LEFT JOIN entry e ON e.origin = p.origin AND e.seq = p.seq
    WHERE e.seq IS NULL"""


class Link(NamedTuple):
    """Hold an entry as checked: ``said`` are the fields of its payload that other checks need, ``None`` when it is gone."""

    origin: str
    seq: int
    kind: str
    run: str | None
    hash: str
    key: str | None
    signature: bytes | None
    said: Mapping[str, Any] | None

    @property
    def where(self) -> str:
        """Name the entry for a person."""
        return place(self.origin, self.seq)


def check_links(execute: Execute) -> tuple[list[Link], list[Finding]]:
    """Read every entry in the order of its chain; give the entries and what is wrong with them."""
    links: list[Link] = []
    findings: list[Finding] = []
    before: Link | None = None
    at = ""
    for row in execute(_ROWS):
        where = place(row[0], row[1])
        try:
            header = read_header(as_bytes(row[5]))
        except LedgerDamaged as error:
            findings.append(_error(where, str(error)))
            header = None
        if before is not None and before.origin != row[0]:
            before, at = None, ""
        findings += [_error(where, what) for what in _wrong(row, header, before, at)]
        before = _link(row, header)
        at = header.at if header is not None else at
        links.append(before)
    findings += [_error(place(*orphan), "a payload without an entry") for orphan in execute(_ORPHANS)]
    return links, findings


def place(origin: object, seq: object) -> str:
    """Name an entry for a person."""
    return f"{str(origin)[-12:]}/{seq}"


def by_origin(links: Iterable[Link]) -> dict[str, list[Link]]:
    """Sort entries into the chains that they are of."""
    chains: dict[str, list[Link]] = {}
    for link in links:
        chains.setdefault(link.origin, []).append(link)
    return chains


def _wrong(row: tuple[Any, ...], header: Header | None, before: Link | None, at: str) -> Iterator[str]:
    origin, seq, kind, run, digest, stored, _, salt, body = row
    if entry_hash(as_bytes(stored)) != digest:
        yield "the header's bytes do not have the hash that is kept"
    if seq != (before.seq + 1 if before is not None else 1):
        yield f"entries are missing: {before.seq if before is not None else 0} is followed by {seq}"
    if header is None:
        return
    if (header.origin, header.seq, header.kind, header.run) != (origin, seq, kind, run):
        yield "the columns say something else than the header"
    if header.prev != (before.hash if before is not None else GENESIS):
        yield "it does not follow the entry before it"
    if header.at < at:
        yield f"it is dated {header.at}, before the entry that it follows"
    if body is not None and payload_hash(as_bytes(salt), as_bytes(body)) != header.payload_sha256:
        yield "the payload is not the one that was written"


def _link(row: tuple[Any, ...], header: Header | None) -> Link:
    origin, seq, kind, run, _, stored, signature, _, body = row
    # The hash of what is there, whatever is kept beside it: the next entry must follow these very bytes.
    digest = entry_hash(as_bytes(stored))
    key = header.key if header is not None else None
    said = _said(as_bytes(body)) if body is not None else None
    kept = as_bytes(signature) if signature is not None else None
    return Link(origin=origin, seq=seq, kind=kind, run=run, hash=digest, key=key, signature=kept, said=said)


def _said(body: bytes) -> Mapping[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return {name: payload[name] for name in payload if name in _KEPT} if isinstance(payload, dict) else {}


def _error(where: str, what: str) -> Finding:
    return Finding(severity="error", where=where, what=what, hint="the ledger was changed, or its disk is failing")
