"""A run is kept whatever happens to the ledger, and comes home once."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vatio.errors import LedgerUnavailable
from vatio.ledger import Keeper, OwnerLock, generate_key, open_keeper, places
from vatio.ledger.disk._filesystem import file_system, is_network
from vatio.records import Started
from vatio.testing import a_footprint, a_start, an_end, ledger_in, spooled, user_of

MOUNTS = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 22 0:40 / /home/ada rw shared:5 - nfs4 server:/home rw,vers=4.2
41 22 0:41 / /mnt/with\\040space rw - cifs //server/share rw
42 40 0:42 / /home/ada/fast rw - tmpfs tmpfs rw
43 22 0:43 / /mnt/ssh rw - fuse.sshfs ada@host: rw
"""


def keeper(folder: Path, *, network: bool = False, lock_s: float = 0.1) -> Keeper:
    path = str(folder / "ledger.sqlite")
    return open_keeper(path=path, environ=user_of(str(folder)), lock_s=lock_s, is_network=lambda at: network)


def record(kept: Keeper, started: Started | None = None) -> str:
    started = started or a_start()
    folder = kept.spool_folder(started.id)
    os.makedirs(folder, exist_ok=True)
    with OwnerLock(folder):
        kept.start(started)
        folder = spooled(kept.spool_folder(started.id), started)
        kept.blob(b"code")
        kept.seal(started.id, an_end(), spool_folder=folder, footprint=a_footprint(started.id), environment=b'{"argv":[]}')
    return started.id


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / "ledger.sqlite", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


def test_a_usable_ledger_is_written_at_once(tmp_path: Path) -> None:
    kept = keeper(tmp_path)
    run = record(kept)

    assert kept.recorded_in == str(tmp_path / "ledger.sqlite")
    assert kept.fault == ""
    assert ledger_in(str(tmp_path)).run(run).sealed


def test_on_a_network_file_system_a_run_goes_to_the_outbox_and_comes_home_once(tmp_path: Path) -> None:
    kept = keeper(tmp_path, network=True)
    run = record(kept)
    assert kept.recorded_in == str(tmp_path / "outbox" / f"{run}.jsonl")
    assert "network" in kept.fault
    assert not (tmp_path / "ledger.sqlite").exists()
    file = (tmp_path / "outbox" / f"{run}.jsonl").read_bytes()

    with ledger_in(str(tmp_path)) as ledger:
        assert ledger.take_in_outbox() == 1
        first = ledger.run(run)
        head = ledger.head()
        # As if the power had gone between the commit and the removal of the file.
        (tmp_path / "outbox" / f"{run}.jsonl").write_bytes(file)
        ledger.take_in_outbox()

        assert ledger.run(run) == first
        assert ledger.head() == head
        assert first.emissions_g.total.value == 2.0
        assert list(ledger.samples(run).column("package-0")) == [0.0, 30.0, 60.0]
        assert ledger.verify(rebuild=True).findings == ()
    assert os.listdir(tmp_path / "outbox") == []


def test_a_lock_that_is_not_had_in_time_sends_the_run_to_the_outbox(tmp_path: Path) -> None:
    ledger_in(str(tmp_path)).append("host", {"host": "a", "idle_w": {}})
    with locked(tmp_path):
        kept = keeper(tmp_path)
        run = record(kept)
    assert "locked" in kept.fault

    with ledger_in(str(tmp_path)) as ledger:
        assert ledger.settle() == 1
        assert ledger.run(run).status == "finished"


def test_a_lock_that_comes_between_start_and_seal_loses_nothing(tmp_path: Path) -> None:
    kept, started = keeper(tmp_path), a_start()
    folder = kept.spool_folder(started.id)
    os.makedirs(folder)
    with OwnerLock(folder):
        kept.start(started)
        spooled(folder, started)
        with locked(tmp_path):
            kept.seal(started.id, an_end(), spool_folder=folder)

    with ledger_in(str(tmp_path)) as ledger:
        assert ledger.settle() == 1
        assert ledger.run(started.id).status == "finished"
        assert ledger.verify(rebuild=True).findings == ()


def test_the_owners_end_beats_that_of_a_passer_by(tmp_path: Path) -> None:
    kept, started = keeper(tmp_path), a_start()
    folder = kept.spool_folder(started.id)
    kept.start(started)
    spooled(folder, started)
    with locked(tmp_path):
        kept.seal(started.id, an_end(energy_j=60.0), spool_folder=folder)
    with ledger_in(str(tmp_path)) as ledger:
        ledger.seal(started.id, an_end(status="interrupted"))
        ledger.settle()

        assert ledger.run(started.id).status == "finished"
        assert len(ledger.samples(started.id).times_s) == 3
        assert ledger.verify(rebuild=True).findings == ()


def test_a_damaged_ledger_does_not_lose_the_run(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"garbage" * 999)
    kept = keeper(tmp_path)
    run = record(kept)

    assert (tmp_path / "outbox" / f"{run}.jsonl").exists()


def test_a_folder_that_cannot_be_written_sends_the_run_to_the_state_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = str(tmp_path / "file" / "ledger.sqlite")
    kept = open_keeper(path=path, environ=user_of(str(tmp_path)))
    run = record_outside(kept)
    state = places(user_of(str(tmp_path))).state

    assert kept.recorded_in == os.path.join(state, "outbox", f"{run}.jsonl")
    assert stat.S_IMODE(os.stat(kept.recorded_in).st_mode) == 0o600

    (tmp_path / "file").unlink()
    (tmp_path / "file").mkdir()
    from vatio.ledger import open_ledger

    with open_ledger(path, environ=user_of(str(tmp_path))) as ledger:
        assert ledger.settle() == 1
        assert ledger.run(run).sealed


def record_outside(kept: Keeper) -> str:
    started = a_start()
    kept.start(started)
    kept.seal(started.id, an_end(), spool_folder=spooled(kept.spool_folder(started.id), started))
    return started.id


def test_an_outbox_of_another_ledger_stays_where_it_is(tmp_path: Path) -> None:
    record(keeper(tmp_path, network=True))

    assert ledger_in(str(tmp_path), name="other.sqlite").settle() == 0


def test_nowhere_writable_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    blocked = str(tmp_path / "file")
    kept = open_keeper(path=f"{blocked}/ledger.sqlite", environ={"HOME": blocked, "TMPDIR": blocked})

    with pytest.raises(LedgerUnavailable, match="not recorded"):
        kept.start(a_start())


def test_a_run_left_behind_in_the_outbox_is_taken_in_and_sealed(tmp_path: Path) -> None:
    kept = keeper(tmp_path, network=True)
    started = a_start(started_at=datetime.now(UTC) - timedelta(hours=1))
    kept.start(started)
    folder = kept.spool_folder(started.id)
    os.makedirs(folder)
    owner = OwnerLock(folder)
    owner.acquire()
    spooled(folder, started)
    with ledger_in(str(tmp_path)) as ledger:
        assert ledger.settle() == 0
        owner.release()
        assert ledger.settle() == 2

        assert ledger.run(started.id).status == "interrupted"
        assert ledger.run(started.id).energy_j.value == 60.0
        assert ledger.verify(rebuild=True).findings == ()


def test_an_outbox_cut_at_any_line_is_still_a_chain(tmp_path: Path) -> None:
    generate_key(places(user_of(str(tmp_path))).key)
    run = record(keeper(tmp_path, network=True))
    path = tmp_path / "outbox" / f"{run}.jsonl"
    data = path.read_bytes()
    for size in range(0, len(data), 97):
        path.write_bytes(data[:size])
        with ledger_in(str(tmp_path), name=f"ledger.sqlite-{size}") as ledger:
            path.write_bytes(data[:size].replace(b"ledger.sqlite", f"ledger.sqlite-{size}".encode()))
            ledger.take_in_outbox()
            assert ledger.verify(rebuild=True).findings == ()


def test_an_outbox_that_was_changed_is_not_taken_in(tmp_path: Path) -> None:
    run = record(keeper(tmp_path, network=True))
    path = tmp_path / "outbox" / f"{run}.jsonl"
    path.write_bytes(path.read_bytes().replace(b'\\"value\\":30.0', b'\\"value\\":10.0'))

    assert ledger_in(str(tmp_path)).take_in_outbox() == 0
    assert path.exists()


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/", "ext4"),
        ("/home/ada/project", "nfs4"),
        ("/home/adamant", "ext4"),
        ("/home/ada/fast/x", "tmpfs"),
        ("/mnt/with space/x", "cifs"),
        ("/mnt/ssh", "fuse.sshfs"),
    ],
)
def test_the_file_system_of_a_folder_is_that_of_its_nearest_mount(tmp_path: Path, folder: str, expected: str) -> None:
    (tmp_path / "mountinfo").write_text(MOUNTS)

    assert file_system(folder, mounts=str(tmp_path / "mountinfo")) == expected
    assert is_network(folder, mounts=str(tmp_path / "mountinfo")) == (expected in ("nfs4", "cifs", "fuse.sshfs"))


def test_without_a_list_of_mounts_no_folder_is_taken_for_a_network(tmp_path: Path) -> None:
    assert not is_network("/", mounts=str(tmp_path / "nothing"))


def test_whoever_seals_brings_home_what_others_had_to_leave(tmp_path: Path) -> None:
    outside = record(keeper(tmp_path, network=True))
    dead = a_start(started_at=datetime.now(UTC) - timedelta(hours=1))
    with ledger_in(str(tmp_path)) as ledger:
        ledger.start(dead)
        record(keeper(tmp_path))

        assert ledger.run(outside).sealed
        assert ledger.run(dead.id).sealed


def test_a_run_that_has_only_just_begun_is_not_taken_from_its_writer(tmp_path: Path) -> None:
    """Its owner's lock comes after its first entry; what follows an entry that was taken away would belong to no chain."""
    kept = keeper(tmp_path, network=True)
    started = a_start(started_at=datetime.now(UTC))
    kept.start(started)
    with ledger_in(str(tmp_path)) as ledger:
        assert ledger.take_in_outbox() == 0
        kept.seal(started.id, an_end())
        assert ledger.take_in_outbox() == 1
        assert ledger.run(started.id).status == "finished"


def test_what_is_not_a_file_in_the_outbox_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "outbox").mkdir()
    os.mkfifo(tmp_path / "outbox" / "pipe.jsonl")
    with ledger_in(str(tmp_path)) as ledger:
        assert ledger.take_in_outbox() == 0


def test_a_start_that_was_written_twice_because_nobody_answered_is_no_finding(tmp_path: Path) -> None:
    started = a_start(started_at=datetime.now(UTC))
    with ledger_in(str(tmp_path)) as ledger:
        ledger.start(started)
        kept = keeper(tmp_path, network=True)
        kept.start(started)
        kept.seal(started.id, an_end())
        assert ledger.take_in_outbox() == 1
        assert ledger.run(started.id).status == "finished"
        assert ledger.verify(rebuild=True).findings == ()
