"""Measure what a tracked block costs and how right it is: run-01, run-03, run-04, run-06, run-09 and run-13."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks._cost import BARE_PYTHON, over_bare_python, peak_memory_bytes
from benchmarks._row import Row
from benchmarks.run._block import POWER_W
from vatio.ledger import generate_key, open_ledger

COMMAND = "make bench TOPIC=run ONLY={}"
_IMPORT = "from vatio import track, phase, footprint\ntrack, phase, footprint"
_EMPTY = "from vatio import track\nwith track():\n    pass"
_OFF = {"VATIO_RECORD_ENVIRONMENT": "off"}
_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_DISTRIBUTIONS = 50
MIB = 1024.0**2


def rows(peers: bool) -> list[Row]:
    """Measure every row of the block."""
    return [_import_row(), *_cold_rows(), *_sampler_rows(), _loop_row(), *_memory_rows(), _load_row(), *_rank_rows()]


def _import_row() -> Row:
    got = over_bare_python((sys.executable, "-c", _IMPORT), repetitions=15)
    what = "from vatio import track, phase, footprint, used: over bare Python"
    return _row("run-01", what, 0.03, got, "CPU-s", peer="codecarbon (pyJoules, counters only: 0.014)", peer_got=0.093)


def _cold_rows() -> list[Row]:
    whats = ("environment off", "environment off, signed", f"full snapshot cached, {_DISTRIBUTIONS} distributions more")
    found = []
    for letter, what, limit in zip("abc", whats, (0.06, 0.07, 0.10), strict=True):
        with project(signed=letter != "a", full=letter == "c") as (folder, environ):
            got = over_bare_python((sys.executable, "-c", _EMPTY), repetitions=15, cwd=folder, environ=environ)
        found.append(
            _row(f"run-03{letter}", f"cold process, empty track(), on disk: {what}", limit, got, "CPU-s", peer_got=1.1)
        )
    return found


def _sampler_rows() -> list[Row]:
    slow = [_told("sample", "1", "30", "0")["cpu_s"] for _ in range(3)]
    fast = _told("sample", "0.1", "30", "0")["cpu_s"]
    many = [_told("sample", "1", "30", "10")["cpu_s"] for _ in range(3)]
    one, added = statistics.median(slow), statistics.median(many) - statistics.median(slow)
    what = "sampler, 30 s, 2 zones, all channels, on disk"
    return [
        _row("run-04a", f"{what}: 1 Hz", 0.012, one, "CPU-s", peer="perun", peer_got=0.02),
        _row("run-04b", f"{what}: 10 Hz", 0.11, fast, "CPU-s", peer="perun", peer_got=0.13),
        _row("run-04c", "the same at 1 Hz with 10 child processes attributed: added", 0.02, added, "CPU-s"),
    ]


def _loop_row() -> Row:
    told = {name: ratio * 100.0 for name, ratio in _told("loop").items()}
    why = f"median {told['median_ratio']:.2f} %; the bound of as many bare pairs is {told['control_upper_ratio']:.2f} %"
    what = "slowdown of a pure-Python program's loops under track(), at 10 Hz: upper 95 % bound"
    return _row("run-04d", what, 1.0, told["upper_ratio"], "%", why=why)


def _memory_rows() -> list[Row]:
    bare = statistics.median(peak_memory_bytes(BARE_PYTHON) for _ in range(5))
    block = "import time\nfrom vatio import track\nwith track(interval_s=0.1):\n    time.sleep(2)"
    found = []
    for letter, what, limit in (("a", "unsigned", 12.0), ("b", "signed, with the full snapshot", 16.0)):
        with project(signed=letter == "b", full=letter == "b") as (folder, environ):
            command = (sys.executable, "-c", block)
            peak = statistics.median(peak_memory_bytes(command, cwd=folder, environ=environ) for _ in range(5))
        row = _row(f"run-06{letter}", f"added peak memory in process: {what}", limit, (peak - bare) / MIB, "MiB")
        found.append(row)
    return found


def _load_row() -> Row:
    with tempfile.TemporaryDirectory() as folder:
        errors = _told("load", folder)
    worst = max(errors, key=lambda name: errors[name])
    what = "utilisation, peak memory, bytes read and written, CPU-seconds of a known load: worst error"
    return _row("run-09", what, 5.0, errors[worst] * 100.0, "%", why=f"worst: {worst}")


def _rank_rows() -> list[Row]:
    worst, twice = 0.0, 0
    for ranks in (4, 8):
        error_ratio, more = _ranks(ranks)
        worst, twice = max(worst, error_ratio), twice + more
    what = "4 and 8 ranks on one host without wrapper, the measurer killed"
    energy = _row("run-13a", f"{what}: energy against the truth", 0.1, worst * 100.0, "%", peer="perun (MPI only)")
    return [energy, Row(
        id="run-13b", what=f"{what}: hosts counted twice", relation="==", limit=0, got=twice, unit="hosts",
        peer="perun (MPI only)", command=COMMAND.format("run-13"),
    )]  # fmt: skip


def _ranks(ranks: int) -> tuple[float, int]:
    """Kill the measurer of a job; give the relative error of the run's joules, and the runs that there are too many."""
    with project() as (folder, environ):
        job = {"TORCHELASTIC_RUN_ID": os.path.basename(folder), "WORLD_SIZE": str(ranks)}
        started = []
        for number in range(ranks):
            known = {**os.environ, **environ, **job, "RANK": str(number), "LOCAL_RANK": str(number)}
            command = [sys.executable, "-m", "benchmarks.run._block", "rank", "6"]
            started.append(subprocess.Popen(command, cwd=folder, env=known, stdout=subprocess.PIPE, text=True))
        heads = [json.loads(rank.stdout.readline()) for rank in started if rank.stdout is not None]
        next(rank for rank, head in zip(started, heads, strict=True) if head["measures"]).kill()
        for rank in started:
            rank.communicate(timeout=120)
        with open_ledger(os.path.join(folder, ".vatio", "ledger.sqlite")) as ledger:
            runs = ledger.runs(0)
    truth_j = POWER_W * runs[0].duration_s
    return abs((runs[0].energy_j.value or 0.0) / truth_j - 1.0), len(runs) - 1


@contextmanager
def project(*, signed: bool = False, full: bool = False) -> Iterator[tuple[str, dict[str, str]]]:
    """Make a project with a ledger of its own, and the environment in which a run is signed or has its snapshot."""
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(f"{folder}/.vatio")
        paths = [_ROOT]
        if full:
            paths.append(_distributions(folder))
        environ = {
            "XDG_CONFIG_HOME": f"{folder}/config",
            "XDG_DATA_HOME": f"{folder}/data",
            "XDG_STATE_HOME": f"{folder}/state",
            "XDG_CACHE_HOME": f"{folder}/cache",
            "PYTHONPATH": os.pathsep.join(paths),
            **({} if full else _OFF),
        }
        if signed:
            generate_key(f"{folder}/config/vatio/key")
        yield folder, environ


def _distributions(folder: str) -> str:
    """Make 50 installed distributions of 40 files each."""
    for number in range(_DISTRIBUTIONS):
        name = f"part{number}"
        info = f"{folder}/site/{name}-1.{number}.dist-info"
        os.makedirs(info)
        with open(f"{info}/METADATA", "w", encoding="ascii") as file:
            file.write(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.{number}\n")
        with open(f"{info}/RECORD", "w", encoding="ascii") as file:
            file.writelines(f"{name}/file{at}.py,sha256={at:043d},{at * 100}\n" for at in range(40))
    return f"{folder}/site"


def _told(*command: str) -> dict[str, float]:
    """Run the tracked process in a project of its own, and give what it found."""
    with project() as (folder, environ):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.run._block", *command],
            cwd=folder,
            env={**os.environ, **environ},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _row(
    id: str, what: str, limit: float, got: float, unit: str, *, peer: str = "", peer_got: float | None = None, why: str = ""
) -> Row:
    command = COMMAND.format(id[:6])
    return Row(
        id=id, what=what, relation="<=", limit=limit, got=got, unit=unit, peer=peer, peer_got=peer_got, command=command, why=why
    )
