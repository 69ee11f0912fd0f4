"""Whoever changes a signed ledger without its key is found, and whoever writes it honestly is not suspected."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.run._signed_ledger import build_signed
from benchmarks.run._tampering import cut_tail, edit_projection, tamperings

from vatio.errors import LedgerError, UsageError
from vatio.ledger import check_evidence, generate_key, places
from vatio.ledger.chain import Signer, is_signed, read_pins
from vatio.testing import a_run, a_start, an_end, ledger_in, user_of

TAMPERINGS = list(tamperings())


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("signed")
    for step in build_signed(str(folder)):
        assert step.verification.findings == (), step.name
        assert step.verification.is_signed
    return folder


@pytest.fixture
def copy(signed: Path) -> Path:
    """The file again at its own path with its own inode: what an attacker leaves behind."""
    kept = signed / "kept"
    if not kept.exists():
        kept.write_bytes((signed / "ledger.sqlite").read_bytes())
    shutil.copyfile(kept, signed / "ledger.sqlite")
    for part in ("ledger.sqlite-wal", "ledger.sqlite-shm"):
        (signed / part).unlink(missing_ok=True)
    return signed


def holds(folder: Path, **asked: object) -> bool:
    with ledger_in(str(folder)) as ledger:
        return ledger.verify(**asked).holds  # type: ignore[arg-type]


def test_there_are_more_than_two_hundred_tamperings() -> None:
    assert len(TAMPERINGS) >= 200


@pytest.mark.parametrize("kind", sorted({tampering.name for tampering in TAMPERINGS}))
def test_a_tampering_is_found(copy: Path, kind: str) -> None:
    kept = (copy / "ledger.sqlite").read_bytes()
    for tampering in [one for one in TAMPERINGS if one.name == kind]:
        (copy / "ledger.sqlite").write_bytes(kept)
        tampering.apply(str(copy / "ledger.sqlite"))
        assert not holds(copy), tampering


def test_an_untouched_copy_holds(copy: Path) -> None:
    assert holds(copy, rebuild=True)


@pytest.mark.parametrize("entries", [1, 2, 3, 7])
def test_a_cut_tail_is_found_against_a_kept_head(copy: Path, entries: int) -> None:
    with ledger_in(str(copy)) as ledger:
        head = ledger.head()
    assert head is not None
    cut_tail(str(copy / "ledger.sqlite"), entries)

    assert not holds(copy, head=head.hash)


@pytest.mark.parametrize("seed", range(10))
def test_an_edited_projection_is_found_when_it_is_rebuilt(copy: Path, seed: int) -> None:
    edit_projection(str(copy / "ledger.sqlite"), seed)

    assert not holds(copy, rebuild=True)
    with ledger_in(str(copy)) as ledger:
        ledger.rebuild()
    assert holds(copy, rebuild=True)


def test_a_stripped_ledger_stays_a_finding_after_its_owner_writes_again(copy: Path) -> None:
    next(one for one in TAMPERINGS if one.name == "downgrade to unsigned").apply(str(copy / "ledger.sqlite"))
    with ledger_in(str(copy)) as ledger:
        a_run(ledger)

    assert not holds(copy)


def test_a_ledger_put_in_the_place_of_a_signed_one_is_found(copy: Path, tmp_path: Path) -> None:
    with ledger_in(str(tmp_path)) as other:
        a_run(other)
    shutil.copyfile(tmp_path / "ledger.sqlite", copy / "ledger.sqlite")

    assert not holds(copy)


def test_another_key_is_not_the_one_that_was_asked_for(copy: Path) -> None:
    assert not holds(copy, key=Signer(b"\x01" * 32).public)
    with pytest.raises(UsageError):
        holds(copy, key="no key")


def test_an_unsigned_seal_by_another_user_is_a_warning(copy: Path, tmp_path: Path) -> None:
    with ledger_in(str(copy)) as ledger:
        started = a_start()
        ledger.start(started)
    # Another user: other folders, no key.
    from vatio.ledger import open_ledger

    with open_ledger(str(copy / "ledger.sqlite"), environ=user_of(str(tmp_path))) as other:
        other.seal(started.id, an_end(status="interrupted"))

    with ledger_in(str(copy)) as ledger:
        findings = ledger.verify().findings
    assert [finding.severity for finding in findings] == ["warning"]


def test_an_unsigned_entry_of_another_kind_is_a_finding(copy: Path, tmp_path: Path) -> None:
    from vatio.ledger import open_ledger

    with open_ledger(str(copy / "ledger.sqlite"), environ=user_of(str(tmp_path))) as other:
        other.append("host", {"host": "x", "idle_w": {}})

    assert not holds(copy)


def test_keys_and_pins_are_for_their_owner_alone(tmp_path: Path) -> None:
    where = places(user_of(str(tmp_path)))
    signer = generate_key(where.key)
    with ledger_in(str(tmp_path)) as ledger:
        a_run(ledger)

    assert Path(where.key).stat().st_mode & 0o777 == 0o600
    assert Path(where.trusted).stat().st_mode & 0o777 == 0o600
    assert [pin.public for pin in read_pins(where.trusted)] == [signer.public]


def test_a_key_is_not_overwritten_unasked(tmp_path: Path) -> None:
    path = str(tmp_path / "key")
    generate_key(path)

    with pytest.raises(UsageError):
        generate_key(path)


def test_a_key_that_cannot_be_read_is_an_error_and_not_a_silent_downgrade(tmp_path: Path) -> None:
    where = places(user_of(str(tmp_path)))
    Path(where.key).parent.mkdir(parents=True)
    Path(where.key).write_text("not a key")

    with ledger_in(str(tmp_path)) as ledger, pytest.raises(LedgerError):
        ledger.append("host", {"host": "x", "idle_w": {}})


def test_a_signature_is_of_one_hash_and_one_key() -> None:
    one, other = Signer(b"\x01" * 32), Signer(b"\x02" * 32)
    signature = one.sign("ab" * 32)

    assert is_signed("ab" * 32, signature, one.public)
    assert not is_signed("ac" * 32, signature, one.public)
    assert not is_signed("ab" * 32, signature, other.public)
    assert not is_signed("ab" * 32, signature[:-1], one.public)


def test_what_proves_a_run_is_checked_where_its_ledger_is_not(tmp_path: Path) -> None:
    generate_key(places(user_of(str(tmp_path))).key)
    with ledger_in(str(tmp_path)) as ledger:
        run = a_run(ledger)
        a_run(ledger)
        items = ledger.evidence(run)

    assert {item.entry.kind for item in items} >= {"key", "started", "ended"}
    assert check_evidence(items) == ()
    for at, item in enumerate(items):
        entry = item.entry
        assert item.body is not None
        for wrong in (
            replace(item, body=item.body[:-2] + b" }"),
            replace(item, salt=b"0" * 16),
            replace(item, salt=None),
            replace(item, entry=replace(entry, header=entry.header.replace(b'"seq"', b'"sep"'))),
            replace(item, entry=replace(entry, hash="0" * 64)),
            replace(item, entry=replace(entry, run="other")),
            replace(item, entry=replace(entry, signature=bytes(64))),
            replace(item, entry=replace(entry, signature=None)),
        ):
            assert check_evidence([*items[:at], wrong, *items[at + 1 :]]), wrong
