"""Replay five policies over a million jobs and a year: plan-09, and the cases that published tables hold.

Jobs are those of a published trace of a cluster (lengths in hours), repeated with shifted arrivals until they are a million;
each may wait 24 h and pause, a resume burns half an hour of its energy. Memory is the process's peak, of its own process.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks._row import Row
from benchmarks.plan._grid import DATA, MISSING
from vatio.account import read_series
from vatio.plan.simulate import JobTrace, Simulation, Year, replay, year_of
from vatio.units import BYTES_PER_GIB, BYTES_PER_KIB, S_PER_MINUTE

COMMAND = "make bench TOPIC=plan ONLY="
JOBS, SLACK_H, RESUME_H, W_PER_CPU = 1_000_000, 24.0, 0.5, 100.0
# Arrivals are shifted so, and kept where the longest job still ends within the year.
SHIFT_H, ARRIVALS_H = 37.37, 8660.0
ZONE = "DE"
GRID = DATA / "grid" / "intensity_hourly_2022.csv.gz"
TRACE = DATA / "jobs" / "gaia_pai-100k.csv.gz"
ROOT = Path(__file__).resolve().parents[2]
# Zone, job, slack, resume in hours, arrivals every so many hours, may it pause -> what the tables of plan.md 3 and 4 print.
PUBLISHED = (
    ("DE", 24, 24, 0.0, 1, True, 13.54),
    ("DE", 24, 24, 0.0, 1, False, 6.52),
    ("US-CAL-CISO", 4, 24, 0.0, 1, False, 30.98),
    ("GB", 24, 168, 0.0, 1, True, 41.64),
    ("DE", 24, 24, 0.5, 7, True, 11.31),
    ("FR", 24, 24, 1.0, 7, True, 7.47),
    ("GB", 12, 24, 0.25, 7, True, 16.39),
)


def rows(peers: bool) -> list[Row]:
    """Give the rows of the simulation."""
    what = f"{JOBS:.0e} jobs x a year, five policies"
    if not TRACE.exists() or not GRID.exists():
        return [_row(name, what, 0.0, None, "", MISSING) for name in ("plan-09a", "plan-09b")]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.plan.simulate"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    found = json.loads(done.stdout)
    return [
        _row("plan-09a", f"{what}: CPU", 10.0, found["cpu_min"], "CPU-min", "; ".join(found["policies"])),
        _row("plan-09b", f"{what}: peak memory", 4.0, found["peak_gib"], "GiB", "; ".join(found["checks"])),
        _row("plan-09-published", "oracle against published cells, worst", 0.01, _apart(), "points", f"{len(PUBLISHED)} cells"),
    ]


def big_trace(jobs: int) -> JobTrace:
    """Repeat the trace of the cluster, each time with arrivals shifted within the year."""
    with gzip.open(TRACE, "rt", encoding="utf-8") as file:
        table = np.array([[float(cell) for cell in line.split(",")] for line in file.read().splitlines()[1:]])
    times = -(-jobs // len(table))
    arrival = np.concatenate([(table[:, 0] + turn * SHIFT_H) % ARRIVALS_H for turn in range(times)])[:jobs]
    return JobTrace(
        arrival_h=arrival,
        length_h=np.tile(table[:, 1], times)[:jobs],
        power_w=np.tile(table[:, 2] * W_PER_CPU, times)[:jobs],
        slack_h=np.full(jobs, SLACK_H),
        interruptible=np.ones(jobs, dtype=bool),
    )


def _year(zone: str) -> Year:
    return year_of(read_series(str(GRID), zone=zone))


def _apart() -> float:
    return max(abs(_oracle(*case[:-1]) - case[-1]) for case in PUBLISHED)


def _oracle(zone: str, job: int, slack: int, resume_h: float, step: int, pauses: bool) -> float:
    year = _year(zone)
    arrival = np.arange(672, year.hours - job - slack + 1, step, dtype=float)
    some = np.ones(len(arrival))
    trace = JobTrace(
        arrival_h=arrival, length_h=some * job, power_w=some, slack_h=some * slack, interruptible=np.full(len(arrival), pauses)
    )
    return 100.0 * replay(trace, year, policies=("oracle",), resume_h=resume_h).outcomes[-1].saved_ratio


def _measured() -> dict[str, object]:
    import resource
    import time

    begun = time.process_time()
    found: Simulation = replay(big_trace(JOBS), _year(ZONE), resume_h=RESUME_H)
    policies = [
        f"{one.policy} saves {100.0 * one.saved_ratio:.2f} %, waits {one.wait_mean_s / 3600.0:.1f} h, {one.cpu_s:.1f} CPU-s"
        for one in found.outcomes
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * BYTES_PER_KIB / BYTES_PER_GIB
    cpu_min = (time.process_time() - begun) / S_PER_MINUTE
    return {"cpu_min": cpu_min, "peak_gib": peak, "policies": policies, "checks": [*found.checks, *found.notes]}


def _row(name: str, what: str, limit: float, got: float | None, unit: str, why: str) -> Row:
    return Row(
        id=name,
        what=what,
        relation="<=",
        limit=limit,
        got=None if got is None else round(got, 4),
        unit=unit,
        command=f"{COMMAND}{name[:7]}",
        why=why,
    )


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measured()))
