"""Read runs out of a ledger's tables: the latest word of each kind, and the entries that say it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from vatio.errors import InvalidRecord, LedgerDamaged, UnknownName
from vatio.ledger._backend import Execute
from vatio.ledger.chain import as_bytes, read_header
from vatio.ledger.views._view import ENDED, STARTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records import Ended, EntryRef, Environment, Footprint, Started

_ENTRIES = """SELECT e.header, e.origin, e.seq, e.hash, e.kind, p.body FROM entry e
    LEFT JOIN payload p ON p.origin = e.origin AND p.seq = e.seq WHERE e.run = ?"""
# What is said of a run and used, whether its view shows it or not.
_USED = ("boot", "host", "rank", "ranks_expected", "ranks", "overhead_cpu_s")
_DIGESTS = ("environment_sha256", "samples_sha256", "aggregates_sha256")
_KEPT = frozenset(("schema", *STARTED, *ENDED, *_USED, *_DIGESTS))


class Facts(NamedTuple):
    """Hold what the ledger knows of one run. ``ended`` is ``None`` while nobody has sealed it."""

    started: Started
    ended: Ended | None
    footprint: Footprint | None
    footprints: tuple[str, ...]
    entries: tuple[EntryRef, ...]
    origin: str
    more: Mapping[str, Any]


class Bodies(NamedTuple):
    """Hold the payloads of one run that count, as plain JSON, and its entries: origin, number, hash, kind."""

    payloads: Mapping[str, Mapping[str, Any]]
    footprints: tuple[str, ...]
    entries: tuple[tuple[str, int, str, str], ...]
    origin: str

    @property
    def more(self) -> dict[str, Any]:
        """Give the fields of a newer schema, which are shown and not lost."""
        said = ((name, item) for kind in ("started", "ended") for name, item in self.payloads.get(kind, {}).items())
        return {name: item for name, item in said if name not in _KEPT}


def read_bodies(execute: Execute, run: str) -> Bodies:
    """Read the entries of one run.

    Raises:
        LedgerDamaged: its ``started`` payload is gone, or a payload cannot be read.
    """
    entries: list[tuple[str, int, str, str]] = []
    bodies: dict[str, Mapping[str, Any]] = {}
    footprints: list[str] = []
    origin = ""
    # In the order of their dates, which a chain never turns back: what was said last counts.
    found = sorted((read_header(as_bytes(row[0])).at, *row[1:]) for row in execute(_ENTRIES, (run,)))
    for _, at, seq, digest, kind, body in found:
        entries.append((at, seq, digest, kind))
        if body is None:
            continue
        payload = _object(body, run)
        if kind == "started":
            origin = at
        if kind == "footprint":
            footprints.append(digest)
        if kind != "ended" or bodies.get("ended", {}).get("status", "interrupted") == "interrupted":
            bodies[kind] = payload
    if "started" not in bodies:
        raise LedgerDamaged(f"the start of run {run} has been erased or lost", hint="vatio ledger verify")
    return Bodies(bodies, tuple(footprints), tuple(entries), origin)


def read_facts(execute: Execute, run: str) -> Facts:
    """Read one run as records.

    Raises:
        LedgerDamaged: its ``started`` payload is gone, or a payload cannot be read.
    """
    from vatio.records import Ended, EntryRef, Footprint, Started, from_json

    found = read_bodies(execute, run)
    bodies = found.payloads
    try:
        return Facts(
            started=from_json(Started, bodies["started"]),
            ended=from_json(Ended, bodies["ended"]) if "ended" in bodies else None,
            footprint=from_json(Footprint, bodies["footprint"]) if "footprint" in bodies else None,
            footprints=found.footprints,
            entries=tuple(EntryRef(origin=at, seq=seq, hash=digest, kind=kind) for at, seq, digest, kind in found.entries),
            origin=found.origin,
            more=found.more,
        )
    except InvalidRecord as error:
        raise LedgerDamaged(f"run {run} cannot be read: {error}", hint=error.hint or "vatio ledger verify") from error


def read_blob(execute: Execute, sha256: str) -> bytes | None:
    """Read a blob; ``None`` when there is none of that digest."""
    found = execute("SELECT body FROM blob WHERE sha256 = ?", (sha256,))
    return as_bytes(found[0][0]) if found else None


def named_blob(execute: Execute, sha256: str) -> bytes:
    """Read a blob.

    Raises:
        UnknownName: there is none of that digest.
    """
    found = read_blob(execute, sha256)
    if found is None:
        raise UnknownName(f"no blob {sha256}", hint="it may have been erased: vatio ledger verify")
    return found


def read_environment(execute: Execute, ended: Ended | None) -> Environment | None:
    """Read the environment that a run's end names; ``None`` when it was not taken or cannot be read."""
    from vatio.records import Environment, from_json

    body = read_blob(execute, ended.environment_sha256) if ended is not None and ended.environment_sha256 else None
    if body is None:
        return None
    try:
        return from_json(Environment, json.loads(body))
    except (ValueError, RecursionError, InvalidRecord):
        return None


def _object(body: bytes, run: str) -> Mapping[str, Any]:
    try:
        payload = json.loads(as_bytes(body))
    except (ValueError, RecursionError) as error:
        raise LedgerDamaged(f"a payload of run {run} is not JSON", hint="vatio ledger verify") from error
    if not isinstance(payload, dict):
        raise LedgerDamaged(f"a payload of run {run} is no object", hint="vatio ledger verify")
    return payload
