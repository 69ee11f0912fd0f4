"""Check what lies beside the entries against what they say of it: payloads, samples, aggregates, blobs, projection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from vatio.digest import sha256
from vatio.ledger._backend import Execute
from vatio.ledger._prune import named_blobs
from vatio.ledger.books import Read, ShareOut, rebuild, stored
from vatio.ledger.chain import Link, as_bytes
from vatio.ledger.proof._sums import check_bookings
from vatio.ledger.samples import digest
from vatio.records import Finding

_HINT = "the ledger was changed, or its disk is failing"


class Gone(NamedTuple):
    """Hold what the chain says may be missing."""

    payloads: frozenset[tuple[str, int]]
    samples: frozenset[str]
    runs: frozenset[str]
    blobs: frozenset[str]


def gone(links: Sequence[Link]) -> Gone:
    """Collect what ``pruned`` and ``erased`` entries name; nonsense in one names nothing."""
    payloads: set[tuple[str, int]] = set()
    samples: set[str] = set()
    runs: set[str] = set()
    blobs: set[str] = set()
    for link in links:
        if link.said is None:
            continue
        if link.kind == "pruned":
            samples.update(_texts(link.said.get("runs")))
        elif link.kind == "erased":
            payloads.update(_numbered(link.said.get("entries")))
            blobs.update(_texts(link.said.get("blobs")))
            runs.update(_texts([link.said.get("run")]))
    return Gone(frozenset(payloads), frozenset(samples), frozenset(runs), frozenset(blobs))


def check_beside(execute: Execute, links: Sequence[Link]) -> Iterator[Finding]:
    """Check payloads, samples, aggregates and blobs."""
    missing = gone(links)
    yield from _check_payloads(links, missing)
    yield from _check_once(links)
    ends = _ends(links)
    yield from _check_samples(execute, ends, missing)
    yield from _check_blobs(execute, ends, missing)


def check_projection(execute: Execute, *, read: Read, share_out: ShareOut | None) -> Iterator[Finding]:
    """Compare the projection with what the facts make; shares of runs that touch in time where their rule is given."""
    kept, right = stored(execute), rebuild(execute)
    for run in sorted(kept.keys() | right.keys(), key=str):
        one, other = kept.get(run), right.get(run)
        if one is None or other is None:
            yield _error(f"run {run}", "a row of the projection is " + ("missing" if one is None else "of no run"))
            continue
        wrong = [name for name in other if one[name] != other[name]]
        if wrong:
            yield _error(f"run {run}", f"the projection differs from the entries: {', '.join(wrong)}")
    yield from check_bookings(execute, read=read, share_out=share_out)


def _check_payloads(links: Sequence[Link], missing: Gone) -> Iterator[Finding]:
    for link in links:
        erased = (link.origin, link.seq) in missing.payloads
        if link.said is None and not erased:
            yield _error(link.where, "the payload is gone, and no entry says that it was erased")
        elif link.said is not None and erased:
            yield _error(link.where, "the payload is there, though an entry says that it was erased")


def _check_once(links: Sequence[Link]) -> Iterator[Finding]:
    # A start that was not acknowledged in time is written again elsewhere: once in each origin, and an end once in all.
    seen: set[tuple[str, str | None, str]] = set()
    for link in links:
        sure = link.kind == "ended" and link.said is not None and link.said.get("status") != "interrupted"
        if link.run is None or not (sure or link.kind == "started"):
            continue
        once = (link.kind, link.run, link.origin if link.kind == "started" else "")
        if once in seen:
            yield _error(link.where, f"run {link.run} has {link.kind} twice")
        seen.add(once)


def _ends(links: Sequence[Link]) -> dict[str, Link]:
    # The owner's own word beats that of a passer-by (as in _project).
    ends: dict[str, Link] = {}
    for link in links:
        if link.kind != "ended" or link.said is None or link.run is None:
            continue
        known = ends.get(link.run)
        if known is None or (known.said or {}).get("status") == "interrupted":
            ends[link.run] = link
    return ends


def _check_samples(execute: Execute, ends: Mapping[str, Link], missing: Gone) -> Iterator[Finding]:
    kept = {run: (as_bytes(layout), as_bytes(aggregates)) for run, layout, aggregates in _samples(execute)}
    chunks = {row[0] for row in execute("SELECT DISTINCT run FROM chunk")}
    for run, link in ends.items():
        said = link.said or {}
        if run in kept:
            yield from _check_run(execute, run, link, kept[run], pruned=run in missing.samples and run not in chunks)
        elif said.get("samples_sha256") is not None:
            yield _error(link.where, f"the samples and aggregates of run {run} are gone, and no entry says so")
    for run in sorted((kept.keys() | chunks) - ends.keys()):
        yield _error(
            f"run {run}", "samples of a run that has not ended" if run not in missing.runs else "erased samples are there"
        )


def _check_run(execute: Execute, run: str, link: Link, kept: tuple[bytes, bytes], *, pruned: bool) -> Iterator[Finding]:
    layout, aggregates = kept
    said: Mapping[str, Any] = link.said or {}
    if digest(layout, (aggregates,)) != said.get("aggregates_sha256"):
        yield _error(link.where, f"the aggregates of run {run} are not those that were sealed")
    if pruned:
        return
    rows = execute("SELECT part, body FROM chunk WHERE run = ? ORDER BY part", (run,))
    if [row[0] for row in rows] != list(range(len(rows))):
        yield _error(link.where, f"chunks of run {run} are missing or out of order")
    if digest(layout, (as_bytes(row[1]) for row in rows)) != said.get("samples_sha256"):
        yield _error(link.where, f"the samples of run {run} are not those that were sealed")


def _check_blobs(execute: Execute, ends: Mapping[str, Link], missing: Gone) -> Iterator[Finding]:
    kept = set()
    for (name,) in execute("SELECT sha256 FROM blob"):
        body = as_bytes(execute("SELECT body FROM blob WHERE sha256 = ?", (name,))[0][0])
        kept.add(name)
        if sha256(body).hexdigest() != name:
            yield _error(f"blob {name[:12]}", "its bytes do not have the digest that it is kept under")
    for link in ends.values():
        for name in named_blobs(execute, dict(link.said or {})):
            if name not in kept and name not in missing.blobs:
                yield _error(link.where, f"blob {name[:12]} of run {link.run} is gone, and no entry says so")


def _samples(execute: Execute) -> list[tuple[Any, ...]]:
    return execute("SELECT run, layout, aggregates FROM samples")


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _numbered(value: object) -> list[tuple[str, int]]:
    items = value if isinstance(value, list) else []
    pairs = [(item.get("origin"), item.get("seq")) for item in items if isinstance(item, dict)]
    return [(origin, seq) for origin, seq in pairs if isinstance(origin, str) and isinstance(seq, int)]


def _error(where: str, what: str) -> Finding:
    return Finding(severity="error", where=where, what=what, hint=_HINT)
