"""One link of a ledger's chain (CONTRACT.md 3)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Hold a ledger entry as stored: ``header`` is the exact bytes whose SHA-256 is ``hash``."""

    origin: str
    seq: int
    kind: str
    run: str | None
    hash: str
    header: bytes
    signature: bytes | None
