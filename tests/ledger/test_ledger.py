"""Runs are kept once, whole, in order, and shown as they stand."""

import json
import os
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vatio.errors import InvalidRecord, LedgerDamaged, LedgerUnavailable, UnknownName, UsageError, VatioError
from vatio.ledger import Ledger, OwnerLock, new_id
from vatio.records import Environment, Quantity, dumps
from vatio.testing import a_footprint, a_run, a_start, an_end, ledger_in, spooled


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return ledger_in(str(tmp_path))


def test_a_run_is_shown_as_it_was_recorded(ledger: Ledger) -> None:
    environment = Environment(argv=("python",), cwd="/src")
    run = a_run(ledger, environment=dumps(environment))

    record = ledger.run(run)

    assert (record.status, record.sealed, record.exit_code) == ("finished", True, 0)
    assert record.energy_j.value == 30.0
    assert record.above_idle_j.value == 20.0
    assert record.emissions_g.total.value == 2.0
    assert record.environment == environment
    assert [entry.kind for entry in record.entries] == ["started", "ended", "footprint"]
    assert record.footprints == (record.entries[-1].hash,)
    assert ledger.verify(rebuild=True).findings == ()


def test_sealing_keeps_the_samples_and_removes_the_spool(ledger: Ledger) -> None:
    run = a_run(ledger, rows=200)

    assert not os.path.exists(ledger.spool_folder(run))
    assert list(ledger.samples(run).column("package-0")) == [30.0 * row for row in range(200)]
    assert list(ledger.minutes(run).starts_s) == [0.0, 60.0, 120.0, 180.0]


def test_a_run_ends_once(ledger: Ledger) -> None:
    run = a_run(ledger)
    first = ledger.run(run)

    again = ledger.seal(run, an_end(energy_j=99.0))

    assert again.hash == first.entries[1].hash
    assert ledger.run(run) == first


def test_the_latest_footprint_counts_and_the_older_stays(ledger: Ledger) -> None:
    run = a_run(ledger)
    ledger.append("footprint", a_footprint(run, operational_g=5.0), run=run)

    assert ledger.run(run).emissions_g.total.value == 5.0
    assert len(ledger.run(run).footprints) == 2
    assert ledger.verify(rebuild=True).findings == ()


def test_runs_are_found_by_what_people_call_them(ledger: Ledger) -> None:
    first, second = a_run(ledger, "one"), a_run(ledger, "two")

    assert ledger.find(first) == first
    assert ledger.find(first[-9:]) == first
    assert ledger.find("one") == first
    assert ledger.find("@1") == second
    assert ledger.find("@2") == first
    with pytest.raises(UsageError, match="several"):
        ledger.find(first[:2])


@pytest.mark.parametrize("ref", ["onn", "@3", "@0", "@x", "", "@", "%", "'", "@" + "9" * 40])
def test_a_run_that_is_not_there_is_said_to_be_unknown(ledger: Ledger, ref: str) -> None:
    a_run(ledger, "one")

    with pytest.raises(UsageError):
        ledger.find(ref)


def test_runs_are_listed_newest_first_and_filtered(ledger: Ledger) -> None:
    runs = [a_run(ledger, name, project=project) for name, project in (("a", "p"), ("b", "q"), ("c", "p"))]

    assert [record.id for record in ledger.runs()] == runs[::-1]
    assert [record.name for record in ledger.runs(project="p")] == ["c", "a"]
    assert [record.name for record in ledger.runs(1)] == ["c"]
    assert ledger.runs(since=datetime.now(UTC) + timedelta(days=1)) == ()
    with pytest.raises(UnknownName):
        ledger.runs(colour="red")


def test_a_listed_run_has_no_environment(ledger: Ledger) -> None:
    a_run(ledger, environment=dumps(Environment(argv=("a",), cwd="/")))

    assert ledger.runs()[0].environment is None


def test_a_run_whose_owner_lives_is_running_with_its_energy_so_far(ledger: Ledger) -> None:
    started = a_start(started_at=datetime.now(UTC) - timedelta(hours=1))
    folder = ledger.spool_folder(started.id)
    os.makedirs(folder)
    with OwnerLock(folder):
        ledger.start(started)
        spooled(folder, started)

        record = ledger.run(started.id)

        assert (record.status, record.sealed, record.ended_at) == ("running", False, None)
        assert record.energy_j.value == 60.0
        assert ledger.settle() == 0


def test_a_run_whose_owner_has_died_is_interrupted_and_is_sealed_once(ledger: Ledger) -> None:
    started = a_start(started_at=datetime.now(UTC) - timedelta(hours=1))
    folder = ledger.spool_folder(started.id)
    os.makedirs(folder)
    owner = OwnerLock(folder)
    owner.acquire()
    ledger.start(started)
    spooled(folder, started)
    owner.release()

    before = ledger.run(started.id)
    assert (before.status, before.sealed, before.energy_j.value) == ("interrupted", False, 60.0)
    assert ledger.settle() == 1
    assert ledger.settle() == 0

    after = ledger.run(started.id)
    assert replace(after, sealed=False, entries=before.entries) == before
    assert not os.path.exists(folder)
    assert ledger.verify(rebuild=True).findings == ()


def test_a_run_of_another_machine_stays_running_with_its_last_sign(ledger: Ledger) -> None:
    started = a_start(started_at=datetime.now(UTC) - timedelta(hours=1))
    folder = ledger.spool_folder(started.id)
    os.makedirs(folder)
    ledger.start(started)
    spooled(folder, started)
    Path(folder, "owner.lock").write_text("another-machine 1\n")

    assert ledger.run(started.id).status == "running"
    assert ledger.settle() == 0


def test_unknown_kinds_and_fields_are_kept_and_shown(ledger: Ledger) -> None:
    started, ended = a_start(), an_end()
    ledger.append("started", {**json.loads(dumps(started)), "mood": "calm"}, run=started.id)
    ledger.append("tomorrow", {"x": 1}, run=started.id)
    ledger.append("ended", {**json.loads(dumps(ended)), "taste": 3}, run=started.id)

    record = ledger.run(started.id)

    assert record.more == {"mood": "calm", "taste": 3}
    assert "tomorrow" in [entry.kind for entry in record.entries]
    assert ledger.verify(rebuild=True).findings == ()


def test_what_is_no_record_is_refused_and_nothing_is_written(ledger: Ledger) -> None:
    for payload in ([1], 3.0, {"x": float("nan")}, {"x": object()}):
        with pytest.raises(InvalidRecord):
            ledger.append("host", payload)

    assert ledger.head() is None


def test_a_blob_is_kept_once_under_its_digest(ledger: Ledger) -> None:
    assert ledger.blob(b"code") == ledger.blob(b"code")
    assert ledger.read_blob(ledger.blob(b"code")) == b"code"
    with pytest.raises(UnknownName):
        ledger.read_blob("0" * 64)


def test_idle_watts_come_from_the_latest_baseline_of_the_host(ledger: Ledger) -> None:
    for watts in (40.0, 42.0):
        ledger.append("host", {"host": "a", "idle_w": {"package-0": Quantity.exact(watts)}})
    ledger.append("host", {"host": "b", "idle_w": {}})

    assert ledger.host_idle("a")["package-0"].value == 42.0
    assert ledger.host_idle("c") == {}


def test_pruned_samples_leave_proven_aggregates(ledger: Ledger) -> None:
    run = a_run(ledger, rows=500)
    highs = ledger.minutes(run).highs

    pruned = ledger.prune(before=datetime.now(UTC) + timedelta(seconds=1))

    assert pruned.runs == (run,)
    assert ledger.minutes(run).highs == highs
    with pytest.raises(UnknownName, match="pruned"):
        ledger.samples(run)
    assert ledger.verify(rebuild=True).findings == ()
    assert ledger.prune(before=datetime.now(UTC) + timedelta(seconds=1)).entry is None


def test_an_erased_run_is_gone_from_the_disk_and_the_chain_still_holds(ledger: Ledger) -> None:
    other = a_run(ledger, "other")
    run = a_run(ledger, "secret-name", environment=b'{"argv":["secret-argument"]}')

    ledger.erase(run, why="asked to", by="ada")

    assert ledger.verify(rebuild=True).findings == ()
    assert [record.id for record in ledger.runs()] == [other]
    ledger.close()
    whole = b"".join(path.read_bytes() for path in Path(ledger.folder).iterdir() if path.is_file())
    assert b"secret-name" not in whole
    assert b"secret-argument" not in whole


def test_a_copy_goes_on_as_an_origin_of_its_own(tmp_path: Path, ledger: Ledger) -> None:
    a_run(ledger)
    head = ledger.head()
    ledger.close()
    assert head is not None
    (tmp_path / "copy.sqlite").write_bytes((tmp_path / "ledger.sqlite").read_bytes())
    copy = ledger_in(str(tmp_path), name="copy.sqlite")
    assert copy.origin is None
    assert copy.verify(head=head.hash).findings == ()

    a_run(copy)

    assert copy.origin not in (None, ledger.origin)
    assert len(copy.runs()) == 2
    assert copy.verify(rebuild=True, head=head.hash).findings == ()
    imported = json.loads(
        copy._backend.query("SELECT p.body FROM payload p WHERE origin = ? AND seq = 1", (copy.origin,))[0][0]
    )
    assert (imported["origin"], imported["head"]) == (head.origin, head.hash)


def test_a_read_only_ledger_is_not_written(tmp_path: Path, ledger: Ledger) -> None:
    run = a_run(ledger)
    reader = ledger_in(str(tmp_path), readonly=True)

    assert reader.run(run) == ledger.run(run)
    with pytest.raises(LedgerUnavailable):
        reader.append("host", {"host": "a", "idle_w": {}})


def test_there_is_nothing_to_read_where_there_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnavailable):
        ledger_in(str(tmp_path / "nowhere"), readonly=True)
    assert not (tmp_path / "nowhere").exists()


def test_a_payload_that_no_reader_understands_is_damage_of_one_run(ledger: Ledger) -> None:
    started = a_start()
    ledger.append("started", {"name": "half"}, run=started.id)

    with pytest.raises(LedgerDamaged):
        ledger.run(started.id)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.text(max_size=9), st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9), max_size=4))
    )
)
def test_verify_holds_after_any_appends(
    tmp_path_factory: pytest.TempPathFactory, entries: list[tuple[str, dict[str, object]]]
) -> None:
    ledger = ledger_in(str(tmp_path_factory.mktemp("ledger")))
    for kind, payload in entries:
        if "schema" not in payload and kind not in ("key", "import", "erased", "pruned"):
            ledger.append(kind, payload)

    assert ledger.verify(rebuild=True).findings == ()
    ledger.close()


def test_ids_sort_by_time() -> None:
    assert new_id(1.0) < new_id(1.000001) < new_id(2.0)
    assert len({new_id() for _ in range(1000)}) == 1000
    assert new_id()[14] == "7"


def test_a_spool_that_outlived_its_seal_is_swept_away(ledger: Ledger) -> None:
    run = a_run(ledger)
    spooled(ledger.spool_folder(run), a_start())

    ledger.settle()

    assert not os.path.exists(ledger.spool_folder(run))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_file_with_broken_bytes_is_told_and_never_crashes_a_reader(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("broken")
    with ledger_in(str(folder)) as ledger:
        for name in ("one", "two"):
            a_run(ledger, name, environment=dumps(Environment(argv=("a",), cwd="/")))
    path = folder / "ledger.sqlite"
    whole = bytearray(path.read_bytes())
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=30)):
        whole[at] = data.draw(st.integers(0, 255))
    path.write_bytes(whole)

    for act in (
        lambda it: it.verify(rebuild=True),
        lambda it: it.runs(),
        lambda it: it.run("@1"),
        lambda it: it.samples("@1"),
        lambda it: it.minutes("@2"),
        lambda it: it.settle(),
        lambda it: it.append("host", {"host": "a", "idle_w": {}}),
    ):
        with suppress(VatioError), ledger_in(str(folder)) as broken:
            act(broken)


def test_what_entries_of_a_kind_say_is_read_in_their_order(ledger: Ledger) -> None:
    run = a_run(ledger)
    first = ledger.append("verdict", {"schema": "vatio.verdict/1", "outcome": "pass"}, run=run)
    ledger.append("baseline", {"schema": "vatio.baseline/1", "name": "main"})
    second = ledger.append("verdict", {"schema": "vatio.verdict/1", "outcome": "fail"})

    said = ledger.said("verdict")

    assert [(entry.hash, entry.run, entry.payload["outcome"]) for entry in said] == [
        (first.hash, run, "pass"),
        (second.hash, None, "fail"),
    ]
    assert ledger.said("plan") == ()
    ledger.erase(run, why="asked", by="me")
    assert [entry.payload["outcome"] for entry in ledger.said("verdict")] == ["fail"]
