"""Sign bytes as DSSE has it (secure-systems-lab, v1.0.2), and read such an envelope without trusting a byte of it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vatio.ledger import Signer, is_signed_message, key_id

PAYLOAD_TYPE = "application/vnd.in-toto+json"
_MOST_SIGNATURES = 64
_FIELDS = {"payloadType", "payload", "signatures"}


def pae(payload_type: str, payload: bytes) -> bytes:
    """Encode type and payload unambiguously: what DSSE signs (pre-authentication encoding).

    >>> pae("http://example.com/HelloWorld", b"hello world")
    b'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
    """
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sealed(payload: bytes, *, signer: Signer | None) -> dict[str, Any]:
    """Put a payload into an envelope, signed where there is a key."""
    signatures = []
    if signer is not None:
        signed = signer.sign_message(pae(PAYLOAD_TYPE, payload))
        signatures.append({"keyid": signer.id, "sig": base64.b64encode(signed).decode()})
    return {"payloadType": PAYLOAD_TYPE, "payload": base64.b64encode(payload).decode(), "signatures": signatures}


def opened(envelope: Mapping[str, Any]) -> bytes | None:
    """Give the payload of an envelope of our type; ``None`` for anything else, and where it says more than envelopes do."""
    kind, payload = envelope.get("payloadType"), envelope.get("payload")
    if envelope.keys() != _FIELDS:
        return None
    return _unpacked(payload) if kind == PAYLOAD_TYPE and isinstance(payload, str) else None


def signing_keys(envelope: Mapping[str, Any], publics: Sequence[str]) -> tuple[str, ...]:
    """Name those of the public keys that have signed the envelope. The key that a signature names is a hint: it decides
    nothing, but one that names another key than the one that made it was changed.
    """
    payload = opened(envelope)
    if payload is None:
        return ()
    message = pae(PAYLOAD_TYPE, payload)
    signatures = tuple(_signatures(envelope))
    return tuple(
        public
        for public in publics
        if any(named in (None, key_id(public)) and is_signed_message(message, one, public) for named, one in signatures)
    )


def _signatures(envelope: Mapping[str, Any]) -> Iterator[tuple[object, bytes]]:
    """Give each signature with the key that it names, if it names one; one that says more than that is left out."""
    listed = envelope.get("signatures")
    for item in listed[:_MOST_SIGNATURES] if isinstance(listed, list) else ():
        text = item.get("sig") if isinstance(item, dict) and item.keys() <= {"keyid", "sig"} else None
        signature = _unpacked(text) if isinstance(text, str) else None
        if signature is not None:
            yield item.get("keyid"), signature


def _unpacked(text: str) -> bytes | None:
    """Decode base64 in either of its alphabets, strictly: the same bytes are written in one way only."""
    if not {"-", "_"}.isdisjoint(text) and not {"+", "/"}.isdisjoint(text):
        return None
    plain = text.replace("-", "+").replace("_", "/")
    try:
        found = base64.b64decode(plain, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if base64.b64encode(found).decode().rstrip("=") == plain.rstrip("=") else None
