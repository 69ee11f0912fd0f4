"""Measure searches: what finding a good setting costs against searching at random, and what a killed one loses."""

from __future__ import annotations

import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from benchmarks._results import ROOT
from benchmarks._row import Row
from benchmarks.optimise._lattices import HELD_OUT, TUNED, Lattice, lattice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records import RunRecord

_SEEDS = range(30)
_MOST_TRIALS = 60
_NEAR = 0.005
_COMMAND = "make bench TOPIC=optimise ONLY={}"
_KILLS = 20


def rows(peers: bool) -> list[Row]:
    """Measure optimise-07 on the recorded lattices (no training here) and optimise-12 with real processes."""
    del peers  # random search is the peer, in the same run
    tuned, held_out = _compared(TUNED), [_compared(name) for name in HELD_OUT]
    return [
        _row(
            "optimise-07a",
            f"{TUNED}: random's CPU-s over ours (gp, costs told) to within 0.5 pt of the best",
            3.0,
            tuned[0],
            "times",
        ),
        _row("optimise-07b", f"{TUNED}: seeds that get there", 95.0, tuned[1], "%"),
        _row("optimise-07c", f"the same on {' and '.join(HELD_OUT)}: worse", 2.0, min(each[0] for each in held_out), "times"),
        Row(
            id="optimise-12",
            what=f"a search killed {_KILLS} times and resumed: finished trials lost or repeated",
            relation="<=",
            limit=0.0,
            got=float(_lost_or_repeated()),
            unit="trials",
            command=_COMMAND.format("optimise-12"),
        ),
    ]


def _row(row: str, what: str, limit: float, got: float, unit: str) -> Row:
    command = _COMMAND.format(row)
    return Row(id=row, what=what, relation=">=", limit=limit, got=round(got, 2), unit=unit, peer="random", command=command)


def _compared(name: str) -> tuple[float, float]:
    """Give the ratio of the medians over the seeds, the sampler's own CPU time counted, and the share that gets there in %."""
    known = lattice(name)
    ours = [_spent(known, _asked(known, seed)) for seed in _SEEDS]
    drawn = [_spent(known, _drawn(known, seed)) for seed in _SEEDS]
    ratio = statistics.median(cost for cost, _ in drawn) / statistics.median(cost for cost, _ in ours)
    return ratio, 100.0 * sum(found for _, found in ours) / len(ours)


def _spent(known: Lattice, asked: Iterator[tuple[float, ...]]) -> tuple[float, bool]:
    """Give what was spent until a point was near the best, asking included, and whether one was; a miss spends all."""
    trained_s, begun_s = 0.0, time.process_time()
    for point in asked:
        quality, cost_s = known.points[point]
        trained_s += cost_s
        if quality >= known.best - _NEAR:
            return trained_s + time.process_time() - begun_s, True
    return trained_s + time.process_time() - begun_s, False


def _drawn(known: Lattice, seed: int) -> Iterator[tuple[float, ...]]:
    """Draw points at random, none twice."""
    points = list(known.points)
    random.Random(seed).shuffle(points)
    yield from points[:_MOST_TRIALS]


def _asked(known: Lattice, seed: int) -> Iterator[tuple[float, ...]]:
    """Ask as a search with one or two workers does: each point by what those before the last one came to and cost."""
    from vatio.optimise.search import Asking, space_of

    space = space_of({name: {"choices": list(values)} for name, values in known.values.items()})
    asking = Asking(space, strategy="gp", seed=seed, objectives=1)
    losses: dict[int, tuple[float]] = {}
    costs: dict[int, float] = {}
    for number in range(_MOST_TRIALS):
        if number >= 2:
            asking.tell(number - 2, losses[number - 2], cost=costs[number - 2])
        params = asking.ask(number)
        if params is None:
            return
        quality, costs[number] = known.at(params)
        losses[number] = (-quality,)
        yield tuple(float(params[name]) for name in known.values)


_OBJECTIVE = "import time\ndef f(trial):\n    time.sleep(0.05)\n    return -abs(trial['x'] - 0.3)\n"


def _lost_or_repeated() -> int:
    """Kill a search again and again, the group of its processes too, and count trials that finished and were made again."""
    with tempfile.TemporaryDirectory() as folder:
        _write(folder, "work.py", _OBJECTIVE)
        _write(folder, "space.toml", "[x]\nlow = 0.0\nhigh = 1.0\n")
        wait = random.Random(0)
        for _ in range(_KILLS):
            _kill(_started(folder, _resume(folder)), after_s=wait.uniform(0.8, 1.8))
        done = _started(folder, _resume(folder), "--trials", str(_finished(folder)[1] + 3)).wait(timeout=300)
        runs, highest = _finished(folder)
        return done + (len(runs) - len(set(runs))) + len(set(range(highest + 1)) - set(runs))


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def _started(folder: str, resume: str | None, *more: str) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "vatio", "optimise", "search", "work:f", "--space", "space.toml", "--budget", "600cpu-s"]
    words += ["--ledger", "l.db", "--workers", "2", *more] + (["--resume", resume] if resume else [])
    environ = {**os.environ, "PYTHONPATH": os.path.join(ROOT, "src")}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(words, cwd=folder, env=environ, stdout=quiet, stderr=quiet, start_new_session=True)


def _kill(search: subprocess.Popen[bytes], *, after_s: float) -> None:
    time.sleep(after_s)
    os.kill(search.pid, signal.SIGKILL)
    search.wait()
    time.sleep(0.5)  # its workers seal what they had under way


def _records(folder: str) -> tuple[RunRecord, ...]:
    from vatio.config import load_config
    from vatio.ledger import open_keeper

    keeper = open_keeper(load_config(options={"ledger.path": os.path.join(folder, "l.db")}, environ={}))
    try:
        if keeper.ledger is None:
            raise RuntimeError("the ledger of the killed searches cannot be opened")
        keeper.ledger.settle()
        return keeper.ledger.runs(0)
    finally:
        keeper.close()


def _resume(folder: str) -> str | None:
    """Name the latest search."""
    searches = [record for record in _records(folder) if record.name == "search"]
    return max(searches, key=lambda record: record.started_at).id if searches else None


def _finished(folder: str) -> tuple[list[int], int]:
    """Give the numbers of the trials that finished, and the highest."""
    found = []
    for record in _records(folder):
        if "trial" in record.tags and record.status == "finished":
            found.append(int(record.tags["trial"]))
    return found, max(found, default=-1)
