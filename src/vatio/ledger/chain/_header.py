"""Build, hash and read the header of an entry: the bytes that the chain proves (CONTRACT.md 3)."""

from __future__ import annotations

import json
import os
from typing import Any, NamedTuple

from vatio.digest import sha256
from vatio.errors import LedgerDamaged

SCHEMA = "vatio.entry/1"
GENESIS = "0" * 64
SALT_BYTES = 16
_FIELDS = {"schema", "origin", "seq", "prev", "kind", "run", "at", "payload_sha256", "key"}


class Header(NamedTuple):
    """Hold the fields of a header; ``prev`` is the hash of the entry before, ``key`` the id of the signing key."""

    origin: str
    seq: int
    prev: str
    kind: str
    run: str | None
    at: str
    payload_sha256: str
    key: str | None


def header_bytes(header: Header) -> bytes:
    """Write a header as it is stored and hashed."""
    fields = {"schema": SCHEMA, **header._asdict()}
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def read_header(stored: bytes) -> Header:
    """Read a stored header; fields of a newer schema are left alone.

    Raises:
        LedgerDamaged: the bytes are not a header.
    """
    try:
        fields: Any = json.loads(stored)
        if not isinstance(fields, dict) or fields.get("schema") != SCHEMA or not fields.keys() >= _FIELDS:
            raise ValueError("its fields are not a header's")
        header = Header(**{name: fields[name] for name in Header._fields})
    except (ValueError, RecursionError) as error:
        raise LedgerDamaged(f"a header cannot be read: {error}") from error
    texts = (header.origin, header.prev, header.kind, header.at, header.payload_sha256)
    optional = (header.run, header.key)
    if type(header.seq) is not int or not all(type(text) is str for text in texts):
        raise LedgerDamaged("a header's field has the wrong type")
    if not all(text is None or type(text) is str for text in optional):
        raise LedgerDamaged("a header's field has the wrong type")
    return header


def entry_hash(stored: bytes) -> str:
    """Give the SHA-256 of a header's stored bytes."""
    return sha256(stored).hexdigest()


def as_bytes(value: object) -> bytes:
    """Give a stored column as bytes.

    Raises:
        LedgerDamaged: it holds something else, which only a broken page of the file can.
    """
    if not isinstance(value, (bytes, memoryview)):
        raise LedgerDamaged("a column of bytes holds something else", hint="restore a copy of the ledger")
    return bytes(value)


def new_salt() -> bytes:
    """Make the salt that keeps an erased payload from being guessed out of its digest."""
    return os.urandom(SALT_BYTES)


def payload_hash(salt: bytes, body: bytes) -> str:
    """Give the digest of a payload: of its salt and its JSON."""
    return sha256(salt + body).hexdigest()
