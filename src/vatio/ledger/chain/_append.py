"""Append to the chain of this file's origin: number, link, salt, hash, sign and store one entry."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from vatio.errors import InvalidRecord
from vatio.ledger._ids import new_id
from vatio.ledger.chain._header import GENESIS, Header, as_bytes, entry_hash, header_bytes, new_salt, payload_hash, read_header
from vatio.ledger.chain._identity import Identity, own_origin
from vatio.ledger.chain._keys import Signer
from vatio.records import Entry, dumps, to_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger._backend import Execute

_HEAD = "SELECT seq, hash, header FROM entry WHERE origin = ? ORDER BY seq DESC LIMIT 1"
_LAST_KEY = """SELECT p.body FROM entry e JOIN payload p ON p.origin = e.origin AND p.seq = e.seq
    WHERE e.kind = 'key' AND e.origin = ? ORDER BY e.seq DESC LIMIT 1"""
_FIRST_KEY = """SELECT e.origin, e.hash, p.body FROM entry e JOIN payload p ON p.origin = e.origin AND p.seq = e.seq
    WHERE e.kind = 'key' AND e.origin = ? ORDER BY e.seq LIMIT 1"""


class Chain:
    """Write entries of one file: ``signer`` is the user's key, ``former`` finds a replaced key by its id."""

    def __init__(self, identity: Identity, *, signer: Signer | None, former: Callable[[str], Signer | None]) -> None:
        self._identity = identity
        self.signer = signer
        self._former = former

    def append(self, execute: Execute, kind: str, payload: object, *, run: str | None, at: str) -> Entry:
        """Append one entry inside an open write transaction."""
        origin = self._origin(execute, at)
        self._declare_key(execute, origin, at)
        return write_entry(execute, origin, kind, payload, run=run, at=at, signer=self.signer)

    def origin(self, execute: Execute) -> str | None:
        """Give this file's origin, or ``None`` while the file (or this copy of it) has written nothing."""
        return own_origin(execute, self._identity)

    def first_key(self, execute: Execute) -> tuple[str, str, str] | None:
        """Give origin, public key and hash of the first ``key`` entry of this file's chain."""
        found = execute(_FIRST_KEY, (self.origin(execute),))
        return (found[0][0], str(json.loads(as_bytes(found[0][2]))["public"]), found[0][1]) if found else None

    def _origin(self, execute: Execute, at: str) -> str:
        known = self.origin(execute)
        if known is not None:
            return known
        parent = execute("SELECT origin FROM origin ORDER BY born DESC LIMIT 1")
        origin = new_id()
        execute(
            "INSERT INTO origin (origin, machine, inode, born) SELECT ?, ?, ?, coalesce(max(born), 0) + 1 FROM origin",
            (origin, *self._identity),
        )
        if parent:  # a copied file: it goes on under its own name, and says where from
            seq, head, _ = execute(_HEAD, parent[0])[0]
            payload = {"source": "copy", "origin": parent[0][0], "seq": seq, "head": head}
            write_entry(execute, origin, "import", payload, run=None, at=at, signer=None)
        return origin

    def _declare_key(self, execute: Execute, origin: str, at: str) -> None:
        if self.signer is None:
            return
        found = execute(_LAST_KEY, (origin,))
        current = json.loads(as_bytes(found[0][0])).get("id") if found else None
        if current == self.signer.id:
            return
        # A successor is vouched for by the key before it. Without that key the entries stand under ours, undeclared:
        # verify tells that somebody else wrote here.
        before = self.signer if current is None else self._former(current)
        if before is not None:
            payload = {"id": self.signer.id, "public": self.signer.public, "before": current}
            write_entry(execute, origin, "key", payload, run=None, at=at, signer=before)


def write_entry(
    execute: Execute, origin: str, kind: str, payload: object, *, run: str | None, at: str, signer: Signer | None
) -> Entry:
    """Store the next entry of an origin's chain inside an open write transaction."""
    head = execute(_HEAD, (origin,))
    if head:  # a clock that was set back does not turn the order of a chain's dates
        at = max(at, read_header(as_bytes(head[0][2])).at)
    entry, salt, body = make_entry(origin, head[0][:2] if head else None, kind, payload, run=run, at=at, signer=signer)
    store_entry(execute, entry, salt, body)
    return entry


def make_entry(
    origin: str, head: tuple[int, str] | None, kind: str, payload: object, *, run: str | None, at: str, signer: Signer | None
) -> tuple[Entry, bytes, bytes]:
    """Build the entry that follows ``head`` (seq, hash), with the salt and JSON of its payload."""
    seq, prev = head or (0, GENESIS)
    salt, body = new_salt(), payload_bytes(kind, payload)
    key = signer.id if signer is not None else None
    header = Header(
        origin=origin, seq=seq + 1, prev=prev, kind=kind, run=run, at=at, payload_sha256=payload_hash(salt, body), key=key
    )
    stored = header_bytes(header)
    digest = entry_hash(stored)
    signature = signer.sign(digest) if signer is not None else None
    entry = Entry(origin=origin, seq=seq + 1, kind=kind, run=run, hash=digest, header=stored, signature=signature)
    return entry, salt, body


def store_entry(execute: Execute, entry: Entry, salt: bytes | None, body: bytes | None) -> None:
    """Insert an entry and, unless it is erased, its payload."""
    execute(
        "INSERT INTO entry (origin, seq, kind, run, hash, header, signature) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (entry.origin, entry.seq, entry.kind, entry.run, entry.hash, entry.header, entry.signature),
    )
    if salt is not None and body is not None:
        execute("INSERT INTO payload (origin, seq, salt, body) VALUES (?, ?, ?, ?)", (entry.origin, entry.seq, salt, body))


def payload_bytes(kind: str, payload: object) -> bytes:
    """Write a payload with its schema.

    Raises:
        InvalidRecord: it is no JSON object, or names another schema.
    """
    fields: Any = to_json(payload)
    if not isinstance(fields, Mapping):
        raise InvalidRecord(f"the payload of a {kind!r} entry is {type(payload).__name__}, not a record")
    schema = str(fields.get("schema", f"vatio.{kind}/1"))
    return dumps({**fields, "schema": schema})


def head_of(execute: Execute, origin: str | None) -> Entry | None:
    """Read the last entry of an origin's chain."""
    if origin is None:
        return None
    sql = "SELECT origin, seq, kind, run, hash, header, signature FROM entry WHERE origin = ? ORDER BY seq DESC LIMIT 1"
    found = execute(sql, (origin,))
    return as_entry(found[0]) if found else None


def as_entry(row: tuple[Any, ...]) -> Entry:
    """Give the value of a row of the entry table."""
    origin, seq, kind, run, digest, header, signature = row
    return Entry(origin=origin, seq=seq, kind=kind, run=run, hash=digest, header=as_bytes(header), signature=signature)
