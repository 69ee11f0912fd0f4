"""run-15: three overlapping unreserved runs, one with twenty nested ones, against the counters that they all read."""

from __future__ import annotations

import random

from benchmarks._row import Row
from benchmarks.run._fake_counter import FakeDevice, build_run
from vatio.account import sum_runs
from vatio.records import RunRecord

COMMAND = "make bench TOPIC=run ONLY=run-15"
LIMIT = 1e-9


def rows(peers: bool) -> list[Row]:
    """Give the greatest relative error over many crowds, and what the counters themselves say of the host."""
    found = [_errors(seed) for seed in range(50)]
    asked = "3 overlapping unreserved runs, one with 20 nested: |(runs - overlap_j + unattributed) / host counter - 1|"
    worst = max(error for error, _, _ in found)
    least = min(unattributed for _, _, unattributed in found)
    return [
        Row(id="run-15", what=asked, relation="<=", limit=LIMIT, got=worst, unit="ratio", command=COMMAND),
        Row(
            id="run-15-host",
            what="the host's joules against the fake counters' truth, wraps included",
            relation="<=",
            limit=LIMIT,
            got=max(error for _, error, _ in found),
            unit="ratio",
            command=COMMAND,
        ),
        Row(
            id="run-15-unattributed",
            what="least unattributed share of the host: below 0, runs would claim more than the counter",
            relation=">=",
            limit=-LIMIT,
            got=least,
            unit="ratio",
            command=COMMAND,
        ),
    ]


def _errors(seed: int) -> tuple[float, float, float]:
    rng = random.Random(seed)
    devices = [
        FakeDevice(
            [idle_w + rng.random() * active_w for _ in range(600)],
            idle_w=idle_w,
            range_j=262_143.0 if name.startswith("package") else 65_000.0,
            start_j=rng.random() * 60_000.0,
            device=name,
        )
        for name, idle_w, active_w in (("package-0", 45.0, 180.0), ("package-1", 40.0, 150.0), ("dram-0", 8.0, 12.0))
    ]
    runs = [_run(f"run {at}", start_s, end_s, devices, rng) for at, (start_s, end_s) in enumerate(_overlapping(rng))]
    outer = runs[1]
    for at in range(20):
        start_s = outer.start_monotonic_s + at * outer.duration_s / 20.0
        runs.append(_run(f"nested {at}", start_s, start_s + outer.duration_s / 25.0, devices, rng, within=outer.id))
    rng.shuffle(runs)
    found = sum_runs(runs)
    end_s = max(run.start_monotonic_s + run.duration_s for run in runs)
    true_j = sum(device.true_j(min(run.start_monotonic_s for run in runs), end_s) for device in devices)
    known = [part.value or 0.0 for part in (found.runs_j, found.overlap_j, found.unattributed_j, found.host_j)]
    balanced_j = known[0] - known[1] + known[2]
    return abs(balanced_j / true_j - 1.0), abs(known[3] / true_j - 1.0), known[2] / true_j


def _overlapping(rng: random.Random) -> list[tuple[float, float]]:
    return [
        (0.0, 250.0 + rng.random() * 100.0),
        (100.0 + rng.random() * 100.0, 400.0 + rng.random() * 100.0),
        (200.0 + rng.random() * 40.0, 500.0 + rng.random() * 99.0),
    ]


def _run(
    name: str, start_s: float, end_s: float, devices: list[FakeDevice], rng: random.Random, *, within: str | None = None
) -> RunRecord:
    parts = tuple(device.seen(start_s, end_s, share=rng.random() * 0.3) for device in devices)
    return build_run(name, start_s, end_s, parts, within=within)
