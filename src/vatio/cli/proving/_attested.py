"""Check an attestation of a replay: a file, or an entry of this ledger, by public keys alone."""

from __future__ import annotations

import json
from collections.abc import Iterator

from vatio.cli._rim import Rim
from vatio.cli._terminal import put_json, put_lines
from vatio.cli.proving._replaying import replay_lines
from vatio.errors import UnknownName, UsageError
from vatio.files import regular
from vatio.govern import Attested, verify_attestation

_MOST_BYTES = 64 << 20


def check_attestation(rim: Rim, named: str, *, keys: tuple[str, ...], as_json: bool) -> int:
    """Say whether an attestation holds and what it states; give the exit code.

    Raises:
        UsageError: there is no such attestation, or no key to check it by.
    """
    envelope = _envelope(rim, named)
    found = verify_attestation(envelope, key=keys or _own_keys(rim))
    if as_json:
        put_json({"schema": "vatio.attested/1", "holds": found.holds, "why": found.why, "signed_by": list(found.signed_by),
                  "statement": found.statement})  # fmt: skip
    else:
        put_lines(tuple(_lines(found, given=bool(keys))))
    return 0 if found.holds else 1


def _lines(found: Attested, *, given: bool) -> Iterator[str]:
    whose = "a given key" if given else "this ledger's own key; --key PUB asks for one that you were given"
    if found.verdict is None:
        yield f"does not hold: {found.why}"
        return
    yield f"holds: signed by {', '.join(one[:12] for one in found.signed_by)}, {whose}"
    yield from replay_lines(found.verdict)


def _envelope(rim: Rim, named: str) -> object:
    try:
        with open(named, "rb", opener=regular) as file:
            return json.loads(file.read(_MOST_BYTES))
    except FileNotFoundError:
        pass
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"cannot read the attestation {named}: {error}", hint="vatio reproduce RUN --attest FILE") from error
    with rim.ledger(settled=False) as ledger:
        kept = [one for one in ledger.said("attestation") if len(named) >= 8 and one.hash.startswith(named)]
    if len(kept) != 1:
        raise UsageError(f"there is no attestation {named}, neither a file nor in the ledger", hint="vatio reproduce RUN")
    return kept[0].payload.get("envelope")


def _own_keys(rim: Rim) -> tuple[str, ...]:
    try:
        keys = _kept_keys(rim)
    except UnknownName:
        keys = ()
    if not keys:
        raise UsageError("this ledger has no key to check by", hint="--key PUB")
    return keys


def _kept_keys(rim: Rim) -> tuple[str, ...]:
    with rim.ledger(settled=False) as ledger:
        return tuple(str(one.payload.get("public")) for one in ledger.said("key"))
