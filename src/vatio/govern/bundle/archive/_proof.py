"""Carry the ledger's entries of a run in a bundle, and check the run's record against them: ``vatio.proof/1``."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from vatio.errors import BundleRefused, InvalidRecord
from vatio.ledger import Evidence, check_evidence
from vatio.records import Entry, Environment, dumps, from_json, to_json

SCHEMA = "vatio.proof/1"
_DERIVED = frozenset(("schema", "notes"))


def proof_bytes(items: Sequence[Evidence]) -> bytes:
    """Write the entries of a run: headers as stored, payloads with their salt, signatures."""
    return dumps({"schema": SCHEMA, "entries": [_written(item) for item in items]})


def read_proof(data: bytes, *, record: Mapping[str, Any], environment: bytes | None) -> str | None:
    """Check entries, and a record and an environment against them; give the public key that they are signed by, if any.

    Raises:
        BundleRefused: an entry, a signature or the record does not hold.
    """
    items = _read(data)
    wrong = [f"{finding.where}: {finding.what}" for finding in check_evidence(items) if finding.severity == "error"]
    try:
        wrong += _contradictions(items, record, environment)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidRecord, RecursionError) as error:
        raise BundleRefused(f"the proof of the run cannot be read: {error}") from error
    if wrong:
        raise BundleRefused(f"the run is not proven: {wrong[0]}", hint=f"{len(wrong)} findings" if len(wrong) > 1 else "")
    keys = [json.loads(item.body) for item in items if item.entry.kind == "key" and item.body is not None]
    return str(keys[0]["public"]) if keys else None


def _contradictions(items: Sequence[Evidence], record: Mapping[str, Any], environment: bytes | None) -> Iterator[str]:
    bodies = {
        item.entry.kind: json.loads(item.body) for item in items if item.body is not None and item.entry.run == record["id"]
    }
    for kind in ("started", "ended"):
        if kind not in bodies:
            yield f"no entry says that the run has {kind}"
            continue
        for name, value in bodies[kind].items():
            if name in record and name not in _DERIVED and record[name] != value:
                yield f"the record's {name} is not what the ledger's entry says"
    named = bodies.get("ended", {}).get("environment_sha256")
    if named is not None and (environment is None or sha256(environment).hexdigest() != named):
        yield "the environment is not the one that the ledger's entry names"
    if environment is not None and to_json(from_json(Environment, json.loads(environment))) != record.get("environment"):
        yield "the record's environment is not the one that was kept"


def _written(item: Evidence) -> dict[str, Any]:
    entry = item.entry
    return {
        "origin": entry.origin,
        "seq": entry.seq,
        "kind": entry.kind,
        "run": entry.run,
        "hash": entry.hash,
        "header": _text(entry.header),
        "signature": _text(entry.signature),
        "salt": _text(item.salt),
        "body": _text(item.body),
    }


def _read(data: bytes) -> list[Evidence]:
    try:
        told = json.loads(data)
        if told["schema"] != SCHEMA:
            raise ValueError(f"schema {told['schema']!r}")
        return [_evidence(item) for item in told["entries"]]
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error, RecursionError) as error:
        raise BundleRefused(f"the proof of the run cannot be read: {error}") from error


def _evidence(item: Mapping[str, Any]) -> Evidence:
    header = _bytes(item["header"])
    texts = (item["origin"], item["kind"], item["hash"])
    if header is None or type(item["seq"]) is not int or not all(isinstance(text, str) for text in texts):
        raise ValueError("an entry is none")
    entry = Entry(
        origin=item["origin"],
        seq=item["seq"],
        kind=item["kind"],
        run=item["run"],
        hash=item["hash"],
        header=header,
        signature=_bytes(item["signature"]),
    )
    return Evidence(entry=entry, salt=_bytes(item["salt"]), body=_bytes(item["body"]))


def _text(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text, validate=True)
