"""Check a ledger: each byte that the chain proves, each signature, and what must lie beside the entries."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from vatio.errors import LedgerError, LedgerUnavailable, UsageError
from vatio.ledger._backend import Backend, Execute
from vatio.ledger._sqlite import SqliteBackend
from vatio.ledger.books import Read, ShareOut
from vatio.ledger.chain import (
    Identity,
    Link,
    Pin,
    by_origin,
    check_given_key,
    check_links,
    check_origins,
    check_pins,
    check_signatures,
    head_of,
    is_public,
    own_origin,
    read_pins,
)
from vatio.ledger.proof._proof import check_beside, check_projection
from vatio.records import Entry, Finding

_MOST_LOOKS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Hold what a check found. ``after_head`` counts the entries that follow the head that was asked for."""

    findings: tuple[Finding, ...]
    entries: int
    head: Entry | None
    after_head: int | None = None
    is_signed: bool = False

    @property
    def holds(self) -> bool:
        """Tell whether nothing is wrong; warnings do not count."""
        return all(finding.severity != "error" for finding in self.findings)


def verify(
    backend: Backend,
    *,
    path: str,
    trusted: str,
    identity: Identity,
    key: str | None = None,
    head: str | None = None,
    rebuild: bool = False,
    read: Read,
    share_out: ShareOut | None = None,
) -> Verification:
    """Check a whole ledger in one steady view of it; whatever cannot be read is a finding, never an error.

    Raises:
        UsageError: ``key`` is no public key, or ``head`` no hash.
        LedgerUnavailable: it cannot be opened, or was written each time while it was read.
    """
    _check_asked(key, head)
    asked = _Asked(path=path, trusted=trusted, identity=identity, key=key, head=head, rebuild=rebuild)

    def look() -> Verification:
        with backend.transaction(write=False) as execute:
            broken_pages = _broken_pages(execute) if isinstance(backend, SqliteBackend) else ()
            if broken_pages:
                return Verification(findings=broken_pages, entries=0, head=None)
            return _verified(execute, asked, lambda: check_projection(execute, read=read, share_out=share_out))

    try:
        for _ in range(_MOST_LOOKS - 1):
            with suppress(LedgerUnavailable):  # written while it was read: the next look stands beside the writer
                return look()
        return look()
    except LedgerUnavailable:
        raise
    except LedgerError as error:
        broken = Finding(severity="error", where=path, what=str(error), hint=error.hint)
        return Verification(findings=(broken,), entries=0, head=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    path: str
    trusted: str
    identity: Identity
    key: str | None
    head: str | None
    rebuild: bool


def _verified(execute: Execute, asked: _Asked, projection: Callable[[], Iterable[Finding]]) -> Verification:
    links, findings = check_links(execute)
    chains = by_origin(links)
    pins = read_pins(asked.trusted)
    own = own_origin(execute, asked.identity)
    path = os.path.realpath(asked.path)
    for chain in chains.values():
        findings += check_signatures(chain)
    findings += check_pins(chains, pins, path, asked.trusted)
    if asked.key is not None:
        findings += check_given_key(chains, own or _latest(execute), asked.key)
    findings += check_origins(chains, _roots(execute, pins, path))
    findings += check_beside(execute, links)
    if asked.rebuild:
        findings += projection()
    after = _after(links, asked.head) if asked.head else None
    if asked.head and after is None:
        what = "the head that was kept is not in the ledger: its end was cut off, or all of it was written anew"
        findings.append(Finding(severity="error", where=asked.head[:12], what=what, hint="ask for an untouched copy"))
    return Verification(
        findings=tuple(findings),
        entries=len(links),
        head=head_of(execute, own or _latest(execute)),
        after_head=after,
        is_signed=any(link.kind == "key" for link in links),
    )


def _broken_pages(execute: Execute) -> tuple[Finding, ...]:
    # What follows may then trust the types of columns. Five lines tell enough.
    said = [str(row[0]) for row in execute("PRAGMA quick_check(5)")]
    hint = "restore a copy of the ledger"
    return tuple(Finding(severity="error", where="file", what=line, hint=hint) for line in said if line != "ok")


def _roots(execute: Execute, pins: Sequence[Pin], path: str) -> list[str]:
    # Where this user has pinned a key, only chains that begin with one are taken at their word.
    pinned = [pin.origin for pin in pins if pin.path == path]
    return pinned or [row[0] for row in execute("SELECT origin FROM origin")]


def _latest(execute: Execute) -> str | None:
    found = execute("SELECT origin FROM origin ORDER BY born DESC LIMIT 1")
    return found[0][0] if found else None


def _after(links: Sequence[Link], head: str) -> int | None:
    found = next((link for link in links if link.hash.startswith(head)), None)
    return None if found is None else sum(link.origin == found.origin and link.seq > found.seq for link in links)


def _check_asked(key: str | None, head: str | None) -> None:
    if key is not None and not is_public(key):
        raise UsageError("a public key is 64 hexadecimal digits", hint="vatio ledger keygen prints it")
    if head is not None and (len(head) < 8 or not set(head) <= set("0123456789abcdef")):
        raise UsageError(f"{head!r} is no entry's hash", hint="give at least 8 of its hexadecimal digits")
