"""Check who wrote each entry: signatures, successions of keys, pinned first keys, and origins that nobody vouches for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from vatio.ledger.chain._check import Link
from vatio.ledger.chain._keys import is_public, is_signed, key_id
from vatio.ledger.chain._trust import Pin
from vatio.records import Finding

Chains = Mapping[str, Sequence[Link]]
_HINT = "somebody without the key has written here"


def check_signatures(chain: Sequence[Link]) -> Iterator[Finding]:
    """Check one chain: after its first ``key`` entry each entry is signed by the key in force."""
    public: str | None = None
    for link in chain:
        declared = _declared(link) if link.kind == "key" else None
        if link.kind == "key" and declared is None:
            yield _error(link.where, "a key entry names no key")
            continue
        signer = public or declared
        if signer is None:
            if link.key is not None or link.signature is not None:
                yield _error(link.where, "signed by a key that no entry before it names")
        elif not _is_by(link, signer):
            yield _unsigned(link)
        public = declared or public


def check_pins(chains: Chains, pins: Iterable[Pin], path: str, trusted: str) -> Iterator[Finding]:
    """Check that what this user has pinned of the ledger is still so."""
    for pin in pins:
        chain = chains.get(pin.origin)
        if chain is None:
            if pin.path == path:
                hint = f"if you removed that ledger yourself, take the origin out of {trusted}"
                yield _error(pin.origin, "the chain whose key is pinned for this path is gone", hint)
            continue
        first = next((link for link in chain if link.kind == "key"), None)
        if first is None:
            yield _error(pin.origin, "its key entry is gone: the chain was signed, and no longer is")
        elif first.hash != pin.entry or _declared(first) != pin.public:
            yield _error(first.where, "the first key is not the pinned one")


def check_given_key(chains: Chains, own: str | None, public: str) -> Iterator[Finding]:
    """Check that this file's chain begins with the public key that a person has."""
    chain = chains.get(own or "", ())
    first = next((link for link in chain if link.kind == "key"), None)
    if first is None:
        yield _error(own or "ledger", "no key entry: this ledger is not signed by the given key")
    elif _declared(first) != public:
        yield _error(first.where, "the first key is not the given one")


def check_origins(chains: Chains, roots: Iterable[str]) -> Iterator[Finding]:
    """Check that each chain is written here, or was taken in by one that is, up to the head that was named then."""
    heads = _vouched(chains, roots)
    for origin, chain in chains.items():
        if origin not in heads:
            yield _error(origin, "nobody vouches for this chain: no entry has taken it in")
            continue
        named = heads[origin]
        known = {link.seq: link.hash for link in chain}
        for seq, head in sorted(named.items()):
            if known.get(seq) != head:
                yield _error(f"{origin[-12:]}/{seq}", "the head that was taken in is not in the chain")
        if named and chain[-1].seq > max(named):
            yield _error(chain[-1].where, "entries follow the head that was taken in")


def _vouched(chains: Chains, roots: Iterable[str]) -> dict[str, dict[int, str]]:
    heads: dict[str, dict[int, str]] = {}
    waiting = [origin for origin in roots if origin in chains]
    own = set(waiting)
    while waiting:
        origin = waiting.pop()
        heads.setdefault(origin, {})
        for link in chains[origin]:
            said = link.said if link.kind == "import" else None
            other = said.get("origin") if said else None
            if said and isinstance(other, str) and other not in own and isinstance(said.get("seq"), int):
                if other not in heads and other in chains:
                    waiting.append(other)
                heads.setdefault(other, {})[said["seq"]] = str(said.get("head"))
    return heads


def _declared(link: Link) -> str | None:
    public = link.said.get("public") if link.said else None
    if not is_public(public) or not link.said or link.said.get("id") != key_id(str(public)):
        return None
    return str(public)


def _is_by(link: Link, public: str) -> bool:
    return link.key == key_id(public) and link.signature is not None and is_signed(link.hash, link.signature, public)


def _unsigned(link: Link) -> Finding:
    if link.signature is None and link.key is None:
        if link.kind == "ended" and link.said and link.said.get("status") == "interrupted":
            what = "an interrupted run was sealed without a signature, as another user would"
            return Finding(severity="warning", where=link.where, what=what, hint="check that run yourself")
        return _error(link.where, f"{link.kind} is not signed, and should be")
    return _error(link.where, f"{link.kind} is not signed by the key in force")


def _error(where: str, what: str, hint: str = _HINT) -> Finding:
    return Finding(severity="error", where=where, what=what, hint=hint)
