"""Read what the entries tell of runs, as plain JSON: of each kind the word that counts, and where it stands in its chain."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from vatio.ledger.chain import as_bytes, read_header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger._backend import Execute

_ENTRIES = """SELECT e.header, e.origin, e.seq, e.kind, e.run, p.body FROM entry e
    JOIN payload p ON p.origin = e.origin AND p.seq = e.seq
    WHERE e.kind IN ('started', 'ended', 'footprint') AND e.run IS NOT NULL"""


class Told(NamedTuple):
    """Hold the payload of each kind of entry of one run, and that entry's origin and number."""

    payloads: dict[str, Mapping[str, Any]]
    entries: dict[str, tuple[str, int]]


def told_of(execute: Execute, run: str) -> Told | None:
    """Read one run; ``None`` when nothing is told of it."""
    return _told(execute(f"{_ENTRIES} AND e.run = ?", (run,))).get(run)


def told_of_all(execute: Execute) -> dict[str, Told]:
    """Read every run."""
    return _told(execute(_ENTRIES))


def _told(found: list[tuple[Any, ...]]) -> dict[str, Told]:
    runs: dict[str, Told] = {}
    for _, origin, seq, kind, run, body in sorted((read_header(as_bytes(item[0])).at, *item[1:]) for item in found):
        known = runs.setdefault(run, Told({}, {}))
        payload = _object(body)
        if kind != "ended" or _replaces(known.payloads.get("ended"), payload):
            known.payloads[kind] = payload
            known.entries[kind] = (origin, seq)
    return runs


def _replaces(known: Mapping[str, Any] | None, payload: Mapping[str, Any]) -> bool:
    # The owner's own word on how a run ended beats that of a passer-by who found it abandoned.
    return known is None or (known.get("status") == "interrupted" != payload.get("status"))


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        payload = json.loads(as_bytes(body))
    except (ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, Mapping) else {}
