"""Read what the entries of one kind say: verdicts, baselines, attestations, plans."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from vatio.ledger._backend import Execute
from vatio.ledger.chain import as_bytes, read_header

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
