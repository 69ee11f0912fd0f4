"""Let go of what policy or law says may go, and say in the chain what went (CONTRACT.md 3: ``pruned``, ``erased``)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import NamedTuple

from vatio.errors import UsageError
from vatio.ledger._backend import Execute
from vatio.ledger.books import project
from vatio.ledger.chain import as_bytes
from vatio.records import Entry

Append = Callable[[Execute, str, object, str | None], Entry]
_ENDED = "SELECT p.body FROM payload p JOIN run r ON p.origin = r.ended_origin AND p.seq = r.ended_seq WHERE r.id = ?"


class Pruned(NamedTuple):
    """Hold which runs lost their samples, and the bytes that those took."""

    runs: tuple[str, ...]
    size_bytes: int
    entry: Entry | None


def prune(execute: Execute, append: Append, *, before: str, runs: Sequence[str] | None) -> Pruned:
    """Drop the chunks of the sealed runs that ended before a date, of ``runs`` only where given. Aggregates stay."""
    found = execute("SELECT c.run, sum(length(c.body)) FROM chunk c GROUP BY c.run ORDER BY c.run")
    old = [(run, size) for run, size in found if (runs is None or run in runs) and _ended_before(execute, run, before)]
    if not old:
        return Pruned((), 0, None)
    for run, _ in old:
        execute("DELETE FROM chunk WHERE run = ?", (run,))
    names = [run for run, _ in old]
    size = sum(size for _, size in old)
    entry = append(execute, "pruned", {"what": "samples", "runs": names, "before": before, "bytes": size}, None)
    return Pruned(tuple(names), size, entry)


def erase(execute: Execute, append: Append, run: str, *, why: str, by: str) -> Entry:
    """Erase every payload of a run, its samples and the blobs that only it names; the entry that says so stays.

    Raises:
        UsageError: the run has not ended, so that its owner would write on.
    """
    if not execute("SELECT 1 FROM run WHERE id = ? AND ended_seq IS NOT NULL", (run,)):
        raise UsageError(f"run {run} has not ended", hint="stop it first")
    blobs = _own_blobs(execute, run)
    gone = execute(
        "SELECT e.origin, e.seq FROM entry e JOIN payload p ON p.origin = e.origin AND p.seq = e.seq WHERE e.run = ?", (run,)
    )
    for origin, seq in gone:
        execute("DELETE FROM payload WHERE origin = ? AND seq = ?", (origin, seq))
    for table in ("chunk", "samples"):
        execute(f"DELETE FROM {table} WHERE run = ?", (run,))
    for digest in blobs:
        execute("DELETE FROM blob WHERE sha256 = ?", (digest,))
    entries = [{"origin": origin, "seq": seq} for origin, seq in gone]
    payload = {"run": run, "entries": entries, "blobs": blobs, "samples": True, "why": why, "by": by}
    entry = append(execute, "erased", payload, None)
    project(execute, run)
    return entry


def named_blobs(execute: Execute, ended: object) -> list[str]:
    """List the blobs that the payload of an ``ended`` entry names, itself or by its environment."""
    digest = ended.get("environment_sha256") if isinstance(ended, dict) else None
    if not isinstance(digest, str):
        return []
    found = execute("SELECT body FROM blob WHERE sha256 = ?", (digest,))
    try:
        git = json.loads(as_bytes(found[0][0])).get("git") if found else None
    except (ValueError, AttributeError, RecursionError):
        git = None
    code = git.get("code_blob") if isinstance(git, dict) else None
    return [digest, code] if isinstance(code, str) else [digest]


def _own_blobs(execute: Execute, run: str) -> list[str]:
    own: set[str] = set()
    others: set[str] = set()
    for of, body in execute(
        "SELECT e.run, p.body FROM entry e JOIN payload p ON p.origin = e.origin AND p.seq = e.seq WHERE e.kind = 'ended'"
    ):
        (own if of == run else others).update(named_blobs(execute, json.loads(as_bytes(body))))
    return sorted(own - others)


def _ended_before(execute: Execute, run: str, before: str) -> bool:
    found = execute(_ENDED, (run,))
    return bool(found) and str(json.loads(as_bytes(found[0][0])).get("ended_at")) < before
