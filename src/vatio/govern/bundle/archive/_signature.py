"""Sign a bundle's manifest, and check that it is the one that was signed."""

from __future__ import annotations

import json
from typing import Any

from vatio.errors import BundleRefused
from vatio.ledger import Signer, is_public, is_signed_message, key_id
from vatio.records import dumps

SCHEMA = "vatio.bundle-signature/1"
# What no entry of a ledger and no envelope begins with.
_PREFIX = b"vatio.bundle/1\n"
_FIELDS = {"schema", "manifest_sha256", "key", "public", "signature"}


def signature_bytes(manifest_sha256: str, *, signer: Signer | None) -> bytes:
    """Write the digest of a manifest with its signature; without a key the digest alone."""
    signed = None if signer is None else signer.sign_message(_PREFIX + bytes.fromhex(manifest_sha256)).hex()
    return dumps(
        {
            "schema": SCHEMA,
            "manifest_sha256": manifest_sha256,
            "key": None if signer is None else signer.id,
            "public": None if signer is None else signer.public,
            "signature": signed,
        }
    )


def check_signature(data: bytes, manifest_sha256: str, *, key: str | None = None) -> str | None:
    """Give the public key that has signed a manifest; ``None`` where nobody has. ``key`` has to be the one where it is given.

    Raises:
        BundleRefused: the manifest is another one, or it is not signed by this key.
    """
    told = _read(data)
    if told["manifest_sha256"] != manifest_sha256:
        raise BundleRefused("the manifest is not the one that the bundle was made with", hint="it was changed; fetch it again")
    public, signature = told["public"], told["signature"]
    if public is None and signature is None and told["key"] is None:
        if key is not None:
            raise BundleRefused("the bundle is not signed", hint="ask for one that is signed by the key that you trust")
        return None
    if not is_public(public) or told["key"] != key_id(public) or not _holds(manifest_sha256, signature, public):
        raise BundleRefused("the signature of the manifest does not hold", hint="it was changed; fetch it again")
    if key is not None and public != key:
        raise BundleRefused(f"the bundle is signed by the key {key_id(public)}, not by the given one")
    return str(public)


def _holds(manifest_sha256: str, signature: object, public: str) -> bool:
    if not isinstance(signature, str) or len(signature) != 128:
        return False
    try:
        raw = bytes.fromhex(signature)
    except ValueError:
        return False
    return is_signed_message(_PREFIX + bytes.fromhex(manifest_sha256), raw, public)


def _read(data: bytes) -> dict[str, Any]:
    try:
        told = json.loads(data)
        if not isinstance(told, dict) or told.keys() != _FIELDS or told["schema"] != SCHEMA or dumps(told) != data:
            raise ValueError("its fields are not a signature's")
    except (ValueError, RecursionError) as error:
        raise BundleRefused(f"the bundle's signature cannot be read: {error}") from error
    return told
