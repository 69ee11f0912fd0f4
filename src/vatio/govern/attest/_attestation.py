"""Attest a replay, and check an attestation by public keys alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vatio.errors import InvalidRecord, UsageError
from vatio.govern.attest._envelope import opened, sealed, signing_keys
from vatio.govern.attest._statement import PREDICATE_TYPE, STATEMENT_TYPE, statement_of
from vatio.ledger import Signer, is_public, key_id
from vatio.records import Replay, RunRecord, dumps, from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """Hold what a check of an attestation found. ``holds``: one of the given keys has signed it, and it states a replay.

    ``why`` says what is wrong with it. ``verdict`` and ``statement`` are given only where it holds: nothing of an envelope
    is to be believed, or even read, before its signature is.
    """

    holds: bool
    why: str
    signed_by: tuple[str, ...] = ()
    statement: Mapping[str, Any] | None = None
    verdict: Replay | None = None


def attestation(verdict: Replay, *, original: RunRecord, replay: RunRecord | None, signer: Signer | None) -> dict[str, Any]:
    """Write the in-toto statement about a replay into a DSSE envelope, signed (Ed25519) where there is a key."""
    return sealed(dumps(statement_of(verdict, original=original, replay=replay)), signer=signer)


def verify_attestation(envelope: object, *, key: str | Sequence[str]) -> Attested:
    """Check an envelope by one or several public keys (64 hexadecimal digits each): one signature by one of them will do.

    Raises:
        UsageError: a key is no public key.
    """
    keys = (key,) if isinstance(key, str) else tuple(key)
    if not keys or not all(is_public(one) for one in keys):
        raise UsageError("a public key is 64 hexadecimal digits", hint="vatio ledger keygen prints it")
    if not isinstance(envelope, Mapping):
        return Attested(holds=False, why="it is no DSSE envelope")
    payload = opened(envelope)
    if payload is None:
        return Attested(holds=False, why="it holds no in-toto statement (payloadType or payload)")
    signed_by = tuple(key_id(public) for public in signing_keys(envelope, keys))
    if not signed_by:
        return Attested(holds=False, why=_unsigned(envelope))
    return _stated(payload, signed_by)


def _stated(payload: bytes, signed_by: tuple[str, ...]) -> Attested:
    """Read a payload whose signature holds: the key's owner may have signed something else with it."""
    try:
        statement = json.loads(payload)
    except (ValueError, RecursionError):
        return Attested(holds=False, why="what is signed is no JSON", signed_by=signed_by)
    if not isinstance(statement, dict) or statement.get("_type") != STATEMENT_TYPE:
        return Attested(holds=False, why="what is signed is no in-toto statement", signed_by=signed_by)
    if statement.get("predicateType") != PREDICATE_TYPE:
        return Attested(holds=False, why="what is signed states no replay", signed_by=signed_by)
    try:
        verdict = from_json(Replay, statement["predicate"]["verdict"])
    except (InvalidRecord, KeyError, TypeError) as error:
        return Attested(holds=False, why=f"what is signed states no whole verdict: {error}", signed_by=signed_by)
    return Attested(holds=True, why="", signed_by=signed_by, statement=statement, verdict=verdict)


def _unsigned(envelope: Mapping[str, Any]) -> str:
    return "no given key has signed it" if envelope.get("signatures") else "it is not signed"
