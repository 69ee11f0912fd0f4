"""An attestation is checked by public keys alone, and nothing of it is believed before."""

import base64
import copy
import json
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vatio.errors import UsageError
from vatio.govern.attest import PREDICATE_TYPE, attestation, statement_of, verify_attestation
from vatio.govern.attest._envelope import PAYLOAD_TYPE, pae, sealed
from vatio.ledger import Signer, run_record
from vatio.records import Ended, Environment, FileDigest, Quantity, Replay, Started, dumps

KEY, OTHER = Signer(b"k" * 32), Signer(b"o" * 32)
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def verdict(**fields):
    plain = {"outcome": "reached", "tier": "L0", "required": "L1", "diverged": (), "missing": (), "energy": None}
    return Replay(**{**plain, "original": "a", "replay": "b", "attestation": None, **fields})


def record():
    started = Started(
        id="a", name="a", project="p", series="s", command=("true",), stage="other", started_at=NOW, start_monotonic_s=1.0,
        boot="b", host="h", interval_s=1.0,
    )  # fmt: skip
    ended = Ended(
        status="finished", ended_at=NOW, duration_s=1.0, components=(), basis="machine", workload_energy_j=Quantity.absent("x")
    )
    outputs = (FileDigest(path="model.npz", sha256="ab" * 32, bytes=3), FileDigest(path="gone", sha256=None, bytes=None))
    environment = Environment(argv=("true",), cwd="/", outputs=outputs)
    return run_record(started, ended, footprint=None, environment=environment, sealed=True)


def envelope(signer=KEY):
    return attestation(verdict(), original=record(), replay=None, signer=signer)


def test_the_encoding_is_that_of_the_specification():
    assert pae("http://example.com/HelloWorld", b"hello world") == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pae("", b"") == b"DSSEv1 0  0 "
    assert pae("tür", b"1") == b"DSSEv1 4 t\xc3\xbcr 1 1"


def test_the_statement_is_in_toto_and_names_the_outputs():
    statement = statement_of(verdict(), original=record(), replay=None)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == PREDICATE_TYPE
    assert statement["subject"][0] == {"name": "model.npz", "digest": {"sha256": "ab" * 32}}
    assert [one["name"] for one in statement["subject"]] == ["model.npz"]


def test_the_signature_is_plain_ed25519_over_the_encoding():
    made = envelope()
    nacl = pytest.importorskip("nacl.signing")
    key = nacl.VerifyKey(bytes.fromhex(KEY.public))
    payload = base64.b64decode(made["payload"])
    key.verify(pae(PAYLOAD_TYPE, payload), base64.b64decode(made["signatures"][0]["sig"]))


def test_a_signed_attestation_holds_by_its_public_key_and_by_no_other():
    found = verify_attestation(envelope(), key=KEY.public)
    assert found.holds
    assert found.verdict == verdict()
    assert found.signed_by == (KEY.id,)
    other = verify_attestation(envelope(), key=OTHER.public)
    assert not other.holds
    assert other.statement is None
    assert "no given key" in other.why


def test_one_good_signature_among_several_will_do_whatever_the_others_say():
    made = envelope()
    made["signatures"] = [
        {"keyid": KEY.id, "sig": base64.b64encode(b"x" * 64).decode()},
        {"sig": "***"},
        "no signature",
        {"sig": made["signatures"][0]["sig"]},
    ]
    assert verify_attestation(made, key=(OTHER.public, KEY.public)).signed_by == (KEY.id,)


def test_without_a_key_it_is_unsigned_and_does_not_hold():
    made = envelope(signer=None)
    assert made["signatures"] == []
    assert verify_attestation(made, key=KEY.public).why == "it is not signed"


@pytest.mark.parametrize("kind", ["application/vnd.in-toto+xml", "", None, 7])
def test_another_type_of_payload_does_not_hold(kind):
    assert not verify_attestation({**envelope(), "payloadType": kind}, key=KEY.public).holds


@pytest.mark.parametrize("made", [None, [], "x", 3, {}, {"payloadType": PAYLOAD_TYPE}, {"payload": 1, "signatures": 2}])
def test_what_is_no_envelope_does_not_hold(made):
    assert not verify_attestation(made, key=KEY.public).holds


IN_TOTO = {"_type": "https://in-toto.io/Statement/v1"}
SIGNED = (
    b"{}",
    b"[",
    b"7",
    b"[" * 100_000,
    dumps({**IN_TOTO, "predicateType": "other"}),
    dumps({**IN_TOTO, "predicateType": PREDICATE_TYPE, "predicate": {"verdict": {}}}),
)


@pytest.mark.parametrize("payload", SIGNED, ids=range(len(SIGNED)))
def test_what_the_key_has_signed_besides_states_no_replay(payload):
    found = verify_attestation(sealed(payload, signer=KEY), key=KEY.public)
    assert not found.holds
    assert found.signed_by == (KEY.id,)


def test_a_key_that_is_none_is_bad_use():
    with pytest.raises(UsageError):
        verify_attestation(envelope(), key="abc")
    with pytest.raises(UsageError):
        verify_attestation(envelope(), key=())


@settings(max_examples=200, deadline=None)
@given(at=st.integers(min_value=0), flip=st.integers(min_value=1, max_value=255))
def test_any_changed_byte_of_payload_or_signature_breaks_it(at, flip):
    made = envelope()
    place = made if at % 2 else made["signatures"][0]
    name = "payload" if at % 2 else "sig"
    raw = bytearray(base64.b64decode(place[name]))
    raw[at % len(raw)] ^= flip
    changed = copy.deepcopy(made)
    (changed if at % 2 else changed["signatures"][0])[name] = base64.b64encode(bytes(raw)).decode()
    assert not verify_attestation(changed, key=KEY.public).holds


@settings(max_examples=200, deadline=None)
@given(at=st.integers(min_value=0), byte=st.integers(min_value=0, max_value=255))
def test_any_changed_byte_of_the_file_is_refused_or_changes_nothing(at, byte):
    raw = bytearray(json.dumps(envelope()).encode())
    raw[at % len(raw)] = byte
    try:
        changed = json.loads(bytes(raw))
    except ValueError:
        return
    found = verify_attestation(changed, key=KEY.public)
    assert not found.holds or found.verdict == verdict()


def test_every_byte_of_an_attestation_counts_the_hint_of_its_key_too():
    chance, whole = random.Random(20260103), dumps(envelope())
    assert verify_attestation(json.loads(whole), key=KEY.public).holds
    for at in [*range(60), *range(len(whole) - 300, len(whole)), *(chance.randrange(len(whole)) for _ in range(200))]:
        data = bytearray(whole)
        data[at] = (data[at] + chance.randrange(1, 256)) % 256
        try:
            changed = json.loads(data)
        except ValueError:
            continue
        assert not verify_attestation(changed, key=KEY.public).holds, (at, whole[at - 5 : at + 5], data[at])
