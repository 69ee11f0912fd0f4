"""Be one tracked process: ``python -m benchmarks.run._block sample|loop|load|rank ...`` prints what it found as JSON."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import vatio
from vatio.measure import surroundings
from vatio.measure.meters import RaplMeter
from vatio.records import Channel
from vatio.testing import FakePowercap

POWER_W = 100.0
# Of 121 sorted values the 71st is above the true median with 95 % certainty (binomial), whatever a neighbour does to some.
_PAIRS, _BOUND = 121, 70


class ClockMeter:
    """Be a device of constant power whose counter runs with CLOCK_MONOTONIC: its joules are known to the microsecond."""

    name = "clock"
    poll_s: float | None = None

    def __init__(self, range_j: float) -> None:
        self._range_j, self._turns, self._last_j = range_j, 0, 0.0
        self.channels = (Channel(name="package-0", unit="j", component="cpu", device="package-0", meter=self.name),)
        self.counter_ranges_j: Mapping[str, float | None] = {"package-0": range_j}

    def read(self) -> Sequence[float | None]:
        now_j = time.monotonic() * POWER_W % self._range_j
        self._turns += now_j < self._last_j
        self._last_j = now_j
        return (now_j + self._turns * self._range_j,)

    def faults(self) -> Mapping[str, str]:
        return {}

    def close(self) -> None:
        return


def two_zones() -> RaplMeter:
    """Open a fake package and a fake memory."""
    root = tempfile.mkdtemp()
    tree = FakePowercap(root)
    tree.add("intel-rapl:0", "package-0", trace=POWER_W)
    tree.add("intel-rapl:0:0", "dram", trace=20.0)
    return RaplMeter.open(surroundings(root=root))


def sample(interval_s: float, duration_s: float, children: int) -> dict[str, float]:
    """Sample beside a process that sleeps; everything that it burns is the sampler's."""
    asleep = [subprocess.Popen(["sleep", "3600"]) for _ in range(children)]
    try:
        with vatio.track(two_zones(), interval_s=interval_s) as run:
            before_s = time.process_time()
            time.sleep(duration_s)
            used_s = time.process_time() - before_s
    finally:
        for child in asleep:
            child.kill()
            child.wait()
    return {"cpu_s": used_s, "recorded": float(run.recorded_in is not None), "columns": float(len(run.record.components))}


def loop() -> dict[str, float]:
    """Run the same pure-Python program with and without a track around it, in shuffled pairs, sampled at 10 Hz.

    A control of bare pairs tells what this machine calls a difference where there is none.
    """
    order = random.Random(4)
    ratios: dict[str, list[float]] = {"tracked": [], "control": []}
    for turn in range(2 * _PAIRS):
        against = "tracked" if turn % 2 else "control"
        arms = [(against, _tracked if against == "tracked" else _bare), ("bare", _bare)]
        order.shuffle(arms)
        used_s = {name: _settled(arm) for name, arm in arms}
        ratios[against].append(used_s[against] / used_s["bare"] - 1.0)
    return {
        "upper_ratio": sorted(ratios["tracked"])[_BOUND],
        "median_ratio": statistics.median(ratios["tracked"]),
        "control_upper_ratio": sorted(ratios["control"])[_BOUND],
    }


def _tracked() -> float:
    with vatio.track(two_zones(), interval_s=0.1, ledger=None):
        return _warm()


def _bare() -> float:
    two_zones().close()
    return _warm()


def _settled(arm: Callable[[], float]) -> float:
    # What the end of a track still has to write would slow the loop down that comes after it.
    time.sleep(0.05)
    return arm()


def _warm() -> float:
    _program(8)  # a processor that has slept is slow at first
    return _program(160)


def _program(rounds: int) -> float:
    """Count words and sort keys into a tree of dictionaries; give the CPU-seconds of the process.

    A loop over one counter will not do: the address of its one integer decides a tenth of its speed, in every process anew,
    and a block that allocates anything at all before it moves that address.
    """
    begin_s = time.process_time()
    for turn in range(rounds):
        keys = random.Random(turn).sample(range(1_000_000), 2_000)
        root: dict[str, Any] = {"key": 500_000}
        words: dict[str, int] = {}
        for key in keys:
            node = root
            while (side := "left" if key < node["key"] else "right") in node:
                node = node[side]
            node[side] = {"key": key}
            word = str(key)[:3]
            words[word] = words.get(word, 0) + 1
        sorted(words, key=words.__getitem__)
    return time.process_time() - begin_s


def load(folder: str) -> dict[str, float]:
    """Use known amounts of CPU time, memory and bytes, and give the relative error of each."""
    path, size_bytes, held_bytes = os.path.join(folder, "file"), 96 << 20, 160 << 20
    before = _stat()
    base_bytes = _resident_bytes()
    with vatio.track(two_zones(), interval_s=0.5) as run:
        begin_s = time.process_time()
        held = bytearray(held_bytes)
        held[::4096] = b"x" * len(held[::4096])
        with open(path, "wb", buffering=0) as file:
            for _ in range(size_bytes >> 20):
                file.write(bytes(1 << 20))
        with open(path, "rb", buffering=0) as file:
            while file.read(1 << 20):
                pass
        while time.process_time() - begin_s < 2.0:
            pass
        used_s = time.process_time() - begin_s
    after = _stat()
    record = run.record
    return {
        "cpu_s": abs((record.cpu_s or 0.0) / used_s - 1.0),
        "peak_memory": abs((record.peak_memory_bytes or 0) / (base_bytes + held_bytes) - 1.0),
        "bytes_read": abs((record.bytes_read or 0) / size_bytes - 1.0),
        "bytes_written": abs((record.bytes_written or 0) / size_bytes - 1.0),
        "utilisation": abs(record.utilisation["cpu"]["mean_ratio"] / ((after[0] - before[0]) / (after[1] - before[1])) - 1.0),
    }


def _stat() -> tuple[int, int]:
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(field) for field in file.readline().split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4] - ticks[7], sum(ticks)


def _resident_bytes() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def rank(seconds: float) -> dict[str, float]:
    """Be one rank of a job for some seconds; say who measures before."""
    with vatio.track(ClockMeter(range_j=250.0), interval_s=0.5) as run:
        print(json.dumps({"measures": getattr(run.measured, "_session", None) is not None}), flush=True)
        time.sleep(seconds)
    return {}


def main(what: str, *given: str) -> None:
    """Do one of the four."""
    if what == "sample":
        found = sample(float(given[0]), float(given[1]), int(given[2]))
    elif what == "loop":
        found = loop()
    elif what == "load":
        found = load(given[0])
    else:
        found = rank(float(given[0]))
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
