"""Record real interleaved runs of three programs, for the rows about false alarms and about a true +5 %.

``python -m benchmarks.prove._record --blocks 50`` appends blocks to ``recorded_runs.csv``. In a block every program runs three
times in a shuffled order: as ``a1`` and ``a2``, which are the same command, and as ``b``, which does 5 % more CPU-seconds of
the same work; every tenth block it also runs with no work at all (``empty``), which tells what of a run is not work. The
machine is left as it is: nothing is pinned, and whatever else runs there goes on running.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parent
RECORDED = FOLDER / "recorded_runs.csv"
ARMS = ("a1", "a2", "b", "empty")
COLUMNS = ("kind", "block", "load_1min", "order", *(f"{arm}_{what}" for arm in ARMS for what in ("cpu_s", "elapsed_s")))
# Units of work in an ordinary run, and in one that costs 5 % more CPU-seconds, its start included: calibrated on the empty
# runs of the machine that recorded. What the difference came to is computed from the runs and printed with every row.
UNITS = {"loops": (950, 1_001), "arrays": (4_500, 4_825), "files": (330, 348)}


def record(blocks: int, *, first: int) -> Iterator[tuple[object, ...]]:
    """Run that many blocks and give a row for each program in each of them."""
    rng = random.Random(first)
    for block in range(first, first + blocks):
        for kind in rng.sample(sorted(UNITS), len(UNITS)):
            usual, more = UNITS[kind]
            units = {"a1": usual, "a2": usual, "b": more, **({"empty": 0} if block % 10 == 0 else {})}
            order = rng.sample(sorted(units), len(units))
            load = f"{os.getloadavg()[0]:.2f}"
            costs = {arm: run(kind, units[arm]) for arm in order}
            figures = [f"{figure:.4f}" for arm in ARMS for figure in costs.get(arm, ())]
            yield kind, block, load, " ".join(order), *figures


def run(kind: str, units: int) -> tuple[float, float]:
    """Run one program in a process of its own; give the CPU-seconds of its tree and the seconds that passed."""
    # One thread: a matrix product that spins on two cores measures its neighbour.
    environ = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, str(FOLDER / "_workload.py"), kind, str(units)]
    began_s = time.monotonic()
    pid = os.posix_spawn(command[0], command, environ)
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - began_s


def main() -> None:
    """Append blocks to the file, each as soon as it has run."""
    parser = argparse.ArgumentParser(description="Record interleaved runs.")
    parser.add_argument("--blocks", type=int, default=50)
    options = parser.parse_args()
    known = [line for line in RECORDED.read_text().splitlines() if line[:1] != "#"][1:] if RECORDED.exists() else []
    first = 1 + max((int(row.split(",")[1]) for row in known), default=-1)
    with RECORDED.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if not known:
            system = f"{platform.machine()} {platform.system()}, Python {platform.python_version()}"
            file.write(f"# {os.cpu_count()} cores, {system}, first block {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n")
            writer.writerow(COLUMNS)
        for row in record(options.blocks, first=first):
            writer.writerow(row)
            file.flush()


if __name__ == "__main__":
    main()
