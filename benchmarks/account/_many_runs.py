"""Fill a ledger with very many runs over a year: alone, overlapping, nested in searches, failed, of several projects."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from vatio.ledger import Finished, Ledger
from vatio.records import Component, Emissions, Ended, Footprint, Intensity, Quantity, Started

PROJECTS = ("vision", "speech", "ranking", "churn", "forecast")
STAGES = ("data", "experimentation", "training", "inference")
HOSTS = ("node-1", "node-2", "node-3")
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_YEAR_S = 365 * 86400.0
_TOGETHER = 2000
# Of a hundred runs ten overlap the one before, and twenty are trials within a search.
_OVERLAPPING, _TRIALS, _A_SEARCH = 10, 20, 40
_IDLE_W, _ACTIVE_W = 60.0, 140.0


def fill(ledger: Ledger, runs: int, *, seed: int = 8) -> None:
    """Write so many runs."""
    made = finished_runs(runs, seed=seed)
    while chunk := list(islice(made, _TOGETHER)):
        ledger.take_finished(chunk)


def finished_runs(runs: int, *, seed: int = 8) -> Iterator[Finished]:
    """Give so many runs, in the order of their starts: whole ones, and crowds that touch in time."""
    rng = random.Random(seed)
    step_s = _YEAR_S / runs
    at, left = 0, runs
    while left:
        crowd = 1
        drawn = rng.random() * 100.0
        if drawn < _OVERLAPPING / 2:
            crowd = 2
        elif drawn < _OVERLAPPING / 2 + _TRIALS / _A_SEARCH:
            crowd = _A_SEARCH + 1
        crowd = min(crowd, left)
        yield from _crowd(rng, at, crowd, start_s=at * step_s, step_s=step_s)
        at, left = at + crowd, left - crowd


def _crowd(rng: random.Random, at: int, size: int, *, start_s: float, step_s: float) -> Iterator[Finished]:
    project, stage, host = rng.choice(PROJECTS), rng.choice(STAGES), rng.choice(HOSTS)
    whole_s = step_s * size * 0.9
    if size == 2:  # two that overlap
        yield _finished(rng, at, (project, stage, host), start_s, whole_s * 0.7)
        yield _finished(rng, at + 1, (rng.choice(PROJECTS), stage, host), start_s + whole_s * 0.4, whole_s * 0.6)
        return
    outer = _finished(rng, at, (project, stage, host), start_s, whole_s)
    for trial in range(1, size):
        begin_s = start_s + (trial - 1) * whole_s / size
        yield _finished(rng, at + trial, (project, "training", host), begin_s, whole_s / size, within=outer.started.id)
    yield outer


def _finished(
    rng: random.Random, at: int, where: tuple[str, str, str], start_s: float, length_s: float, *, within: str | None = None
) -> Finished:
    project, stage, host = where
    begun = _BEGIN + timedelta(seconds=start_s)
    run = f"0190{at:08x}-{rng.getrandbits(48):012x}"
    started = Started(
        id=f"{run[:8]}-{run[8:12]}-7{run[13:16]}-8{run[16:19]}-{run[13:25]:0>12}",
        name=f"{project}-{at % 20}",
        project=project,
        series=f"{project}{at % 20}",
        command=("python", "train.py"),
        stage=stage,
        started_at=begun,
        start_monotonic_s=start_s,
        boot=f"boot of {host}",
        host=host,
        interval_s=1.0,
        within=within,
        tags={"team": rng.choice(("red", "blue"))} if rng.random() < 0.5 else {},
    )
    return Finished(started, _ended(rng, started, length_s), _footprint(rng, started, length_s), None, {"tool": "benchmark"})


def _ended(rng: random.Random, started: Started, length_s: float) -> Ended:
    share = rng.random() * 0.4
    idle_j, active_j = _IDLE_W * length_s, _ACTIVE_W * length_s * rng.random()
    own_j, whole_j = idle_j + share * active_j, idle_j + active_j
    cpu = Component(
        component="cpu",
        device="package-0",
        host=started.host,
        meter="rapl",
        energy_j=Quantity.around(whole_j, 0.98 * whole_j, 1.02 * whole_j, provenance="measured"),
        idle_j=Quantity.exact(idle_j),
        workload_j=Quantity.around(own_j, 0.95 * own_j, 1.05 * own_j, provenance="modelled"),
    )
    status = rng.choices(("finished", "failed", "interrupted"), (90, 8, 2))[0]
    return Ended(
        status=status,
        ended_at=started.started_at + timedelta(seconds=length_s),
        duration_s=length_s,
        components=(cpu,),
        basis="workload",
        workload_energy_j=Quantity.around(own_j, 0.95 * own_j, 1.05 * own_j, provenance="modelled"),
        exit_code=0 if status == "finished" else 1,
        cpu_s=length_s * 0.8,
        complete=True,
    )


def _footprint(rng: random.Random, started: Started, length_s: float) -> Footprint:
    operational, embodied = Quantity.exact(rng.random() * 50.0), Quantity.around(2.0, 1.0, 4.0, provenance="default")
    whole = Quantity.around((operational.value or 0.0) + 2.0, (operational.value or 0.0) + 1.0, 60.0, provenance="default")
    absent = Quantity.absent("market")
    return Footprint(
        run=started.id,
        accounted_at=started.started_at + timedelta(seconds=length_s),
        basis="workload",
        energy_j=Quantity.exact(1.0),
        emissions_g=Emissions(operational=operational, operational_market=absent, embodied=embodied, total=whole),
        intensity_g_per_kwh=Intensity(g_per_kwh=Quantity.exact(174.0), zone="ES", year=2023),
        pue=Quantity.exact(1.2),
        water_l=Quantity.absent("wue"),
        cost_eur=Quantity.exact(rng.random()),
        renewable_ratio=Quantity.absent("renewable"),
    )
