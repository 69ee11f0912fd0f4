"""Other processes: they write at the same time, they are killed, they fork, they hold a run's lock and let it go."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from benchmarks.run._writers import run_writers

from vatio.ledger import OwnerLock, is_owned, open_keeper
from vatio.testing import a_start, ledger_in, spooled, user_of

OWNER = """
import os, sys, time
from datetime import UTC, datetime, timedelta
from vatio.ledger import OwnerLock
from vatio.testing import a_start, ledger_in, spooled
folder = sys.argv[1]
ledger = ledger_in(folder)
started = a_start()
spool = ledger.spool_folder(started.id)
os.makedirs(spool)
OwnerLock(spool).acquire()
ledger.start(started)
spooled(spool, started)
print(started.id, flush=True)
time.sleep(60)
"""
RACER = """
import sys
from vatio.testing import ledger_in
sys.stdin.readline()
print(ledger_in(sys.argv[1]).settle())
"""


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_no_acknowledged_entry_is_lost_to_kills(tmp_path: Path) -> None:
    acknowledged = run_writers(str(tmp_path), writers=3, entries=60, kills=4)

    with ledger_in(str(tmp_path)) as ledger:
        kept = {row[0] for row in ledger._backend.query("SELECT hash FROM entry")}
        assert acknowledged <= kept
        assert len(acknowledged) == 180
        assert ledger.verify(rebuild=True).findings == ()


def test_a_killed_owner_leaves_an_interrupted_run_that_many_writers_seal_once(tmp_path: Path) -> None:
    owner = python(OWNER, str(tmp_path))
    run = line_of(owner)
    with ledger_in(str(tmp_path)) as ledger:
        assert ledger.run(run).status == "running"
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        assert ledger.run(run).status == "interrupted"

        racers = [python(RACER, str(tmp_path)) for _ in range(3)]
        for racer in racers:
            racer.communicate("go\n")
        ends = [entry for entry in ledger.run(run).entries if entry.kind == "ended"]

        assert len(ends) == 1
        assert ledger.run(run).energy_j.value == 60.0
        assert ledger.verify(rebuild=True).findings == ()


def test_the_lock_is_seen_by_others_and_not_inherited_by_a_fork(tmp_path: Path) -> None:
    lock = OwnerLock(str(tmp_path))
    assert lock.acquire()
    assert is_owned(str(tmp_path))
    assert not lock.held_elsewhere()
    assert in_child(lambda: OwnerLock(str(tmp_path)).held_elsewhere())
    assert in_child(lambda: not OwnerLock(str(tmp_path)).acquire())
    assert is_owned(str(tmp_path))

    lock.release()

    assert not is_owned(str(tmp_path))
    assert in_child(lambda: OwnerLock(str(tmp_path)).acquire())


def in_child(check) -> bool:  # type: ignore[no-untyped-def]
    pid = os.fork()
    if pid == 0:
        os._exit(0 if check() else 1)
    return os.waitpid(pid, 0)[1] == 0


def test_a_forked_child_writes_to_the_ledger_that_its_parent_has_open(tmp_path: Path) -> None:
    with ledger_in(str(tmp_path)) as ledger:
        ledger.append("host", {"host": "parent", "idle_w": {}})
        assert in_child(lambda: ledger.append("host", {"host": "child", "idle_w": {}}).seq == 2)
        assert ledger.append("host", {"host": "parent", "idle_w": {}}).seq == 3
        assert ledger.verify(rebuild=True).findings == ()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits of a process are POSIX")
def test_a_full_disk_sends_the_run_on_and_keeps_what_was_written(tmp_path: Path) -> None:
    code = """
import resource, signal, sys
from vatio.ledger import open_keeper
from vatio.testing import a_start, ledger_in, user_of
folder = sys.argv[1]
with ledger_in(folder) as ledger:
    ledger.append("host", {"host": "a", "idle_w": {}})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (30000, 30000))
kept = open_keeper(path=ledger.path, environ=user_of(folder), lock_s=0.2)
kept.start(a_start())
print(kept.recorded_in)
"""
    process = python(code, str(tmp_path))
    where = line_of(process)
    process.wait()

    assert where.endswith(".jsonl")
    os.utime(where, (0.0, 0.0))
    with ledger_in(str(tmp_path)) as ledger:
        assert ledger.settle() >= 1
        assert ledger.verify(rebuild=True).findings == ()


def test_a_start_waits_no_longer_than_the_limit(tmp_path: Path) -> None:
    ledger_in(str(tmp_path)).append("host", {"host": "a", "idle_w": {}})
    code = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
time.sleep(30)
"""
    holder = python(code, str(tmp_path / "ledger.sqlite"))
    line_of(holder)
    begin_s = time.monotonic()
    kept = open_keeper(path=str(tmp_path / "ledger.sqlite"), environ=user_of(str(tmp_path)), lock_s=0.3)
    started = a_start()
    kept.start(started)
    waited_s = time.monotonic() - begin_s
    holder.kill()
    holder.wait()

    assert waited_s < 1.0
    assert os.path.exists(kept.recorded_in)
    assert spooled(kept.spool_folder(started.id), started)
