"""run-10, run-11, run-12: many writers and kills, tamperings without the key, samples packed without loss."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
from array import array
from collections.abc import Iterator, Sequence
from math import fsum

from benchmarks._row import Row
from benchmarks.run._signed_ledger import build_signed
from benchmarks.run._tampering import cut_tail, edit_projection, tamperings
from benchmarks.run._writers import run_writers
from vatio.ledger import Ledger, OwnerLock, Spool, SpoolHeader
from vatio.records import Channel
from vatio.testing import a_start, an_end, ledger_in

COMMAND = "python -m benchmarks run ledger"
WRITERS, ENTRIES, KILLS = 4, 3000, 40
SECONDS, COLUMNS = 1_000_000, 6


def rows(peers: bool) -> list[Row]:
    """Give the three groups; the peer of the last one was measured when the store was chosen (DuckDB)."""
    return [*_writer_rows(), *_tamper_rows(), *_sample_rows()]


def _writer_rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        acknowledged = run_writers(folder, writers=WRITERS, entries=ENTRIES, kills=KILLS)
        with ledger_in(folder) as ledger:
            kept = _hashes(ledger)
            findings = len(ledger.verify(rebuild=True).findings)
    what = f"{WRITERS} writers x {ENTRIES} entries, {KILLS} kills: "
    lost = len(acknowledged - kept)
    return [
        Row(id="run-10a", what=what + "entries lost", relation="==", limit=0, got=lost, unit="entries", command=COMMAND),
        Row(id="run-10b", what=what + "findings", relation="==", limit=0, got=findings, unit="findings", command=COMMAND),
    ]


def _tamper_rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        steps = list(build_signed(folder))
        alarms = sum(len(step.verification.findings) for step in steps)
        path = os.path.join(folder, "ledger.sqlite")
        shutil.copyfile(path, path + ".kept")
        with ledger_in(folder) as ledger:
            head = ledger.head()
        tried = missed = 0
        for found in _attacks(folder, path, head.hash if head else ""):
            tried, missed = tried + 1, missed + (not found)
        shutil.copyfile(path + ".kept", path)
        alarms += len(_findings(folder, rebuild=True))
    what = f"{tried} tamperings of a signed ledger without its key: missed"
    honest = f"{len(steps) + 1} honest steps: findings"
    return [
        Row(id="run-11a", what=what, relation="==", limit=0, got=missed, unit="tamperings", command=COMMAND),
        Row(id="run-11b", what=honest, relation="==", limit=0, got=alarms, unit="findings", command=COMMAND),
    ]


def _attacks(folder: str, path: str, head: str) -> Iterator[bool]:
    for tampering in tamperings():
        shutil.copyfile(path + ".kept", path)
        tampering.apply(path)
        yield bool(_findings(folder))
    for entries in range(1, 16):
        shutil.copyfile(path + ".kept", path)
        cut_tail(path, entries)
        yield bool(_findings(folder, head=head))
    for seed in range(10):
        shutil.copyfile(path + ".kept", path)
        edit_projection(path, seed)
        yield bool(_findings(folder, rebuild=True))


def _findings(folder: str, *, head: str | None = None, rebuild: bool = False) -> Sequence[object]:
    with ledger_in(folder) as ledger:
        return ledger.verify(head=head, rebuild=rebuild).findings


def _sample_rows() -> list[Row]:
    noise = random.Random(12)
    columns = [array("d", [round(noise.gauss(300.0, 1.5), 3) for _ in range(SECONDS)]) for _ in range(COLUMNS)]
    with tempfile.TemporaryDirectory() as folder, ledger_in(folder) as ledger:
        run = _recorded(ledger, columns)
        ledger.close()
        size = os.path.getsize(ledger.path)
        begin_s = time.process_time()
        minutes = ledger.minutes(run)
        query_cpu_s = time.process_time() - begin_s
        kept = ledger.samples(run)
        equal = all(list(kept.columns[at]) == list(columns[at]) for at in range(COLUMNS))
        equal = equal and all(list(minutes.means[at]) == _raw_means(columns[at]) for at in range(COLUMNS))
    why = "" if equal else "not equal to the raw samples"
    what = f"{SECONDS * COLUMNS} values around 300 W, 0.5 % noise, 1 mW, lossless, whole file: bytes a value"
    query = "mean, lowest and highest by the minute of all columns, equal to the raw ones: CPU-s"
    peer = "DuckDB 2.0 (research/platform.md)"
    size_got, query_got = (size / (SECONDS * COLUMNS), query_cpu_s) if equal else (None, None)
    return [
        Row(id="run-12a", what=what, relation="<=", limit=2.5, got=size_got, unit="bytes", command=COMMAND, why=why),
        Row(
            id="run-12b",
            what=query,
            relation="<=",
            limit=0.1,
            got=query_got,
            unit="CPU-s",
            peer=peer,
            peer_got=0.04,
            command=COMMAND,
            why=why,
        ),
    ]


def _recorded(ledger: Ledger, columns: Sequence[array[float]]) -> str:
    channels = tuple(Channel(name=f"power-{at}", unit="w", kind="gauge") for at in range(COLUMNS))
    started = a_start("long")
    folder = ledger.spool_folder(started.id)
    os.makedirs(folder)
    with OwnerLock(folder):
        ledger.start(started)
        spool = Spool.create(folder, SpoolHeader(started=started, channels=channels))
        for at, values in enumerate(zip(*columns, strict=True)):
            spool.append(float(at), values)
        spool.close()
        ledger.seal(started.id, an_end(duration_s=float(SECONDS)), spool_folder=folder)
    return started.id


def _raw_means(column: array[float]) -> list[float]:
    parts = (column[at : at + 60] for at in range(0, len(column), 60))
    return [fsum(part) / len(part) for part in parts]


def _hashes(ledger: Ledger) -> set[str]:
    return {row[0] for row in ledger._backend.query("SELECT hash FROM entry")}
