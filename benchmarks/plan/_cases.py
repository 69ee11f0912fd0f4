"""Random jobs of every shape, small enough to try everything, each with the cost of its best plan."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from benchmarks.plan import _brute as brute
from vatio.account import IntensityCurve
from vatio.plan.job import Job, Place, PowerStep, Rate
from vatio.records import Quantity

NOW = datetime(2026, 1, 1, tzinfo=UTC)
J_PER_KWH = 3.6e6


class Case(NamedTuple):
    """One job with its places, and what the best plan of it emits."""

    shape: str
    job: Job
    curves: dict[str, IntensityCurve]
    places: dict[str, Place]
    best_g: float


class Grid(NamedTuple):
    """Slots of one zone: edges in seconds after now, and grams for a kilowatt-hour."""

    edges: list[int]
    values: list[float]


def cases(count: int, seed: int = 0) -> list[Case]:
    """Make ``count`` cases, all shapes in turn."""
    rng = random.Random(seed)
    return [SHAPES[at % len(SHAPES)](rng) for at in range(count)]


def long_cases(count: int, seed: int = 0) -> list[Case]:
    """Make cases whose slack goes up to a year; they are tried by sums and sorting, and by a plain program for resumes."""
    rng = random.Random(seed)
    return [_long(rng, ("window", "slots", "resume")[at % 3]) for at in range(count)]


def _values(rng: random.Random, count: int) -> list[float]:
    kind = rng.randrange(5)
    if kind == 0:
        return [float(rng.randrange(0, 4)) for _ in range(count)]  # ties and zeros
    if kind == 1:
        return [300.0] * count
    if kind == 2:
        return [250.0 + 200.0 * math.sin(at / 24 * 2 * math.pi) + rng.gauss(0.0, 20.0) ** 2 for at in range(count)]
    return [rng.uniform(0.0, 900.0) if kind == 3 else rng.lognormvariate(4.0, 1.5) for _ in range(count)]


def _grid(rng: random.Random, most: int) -> Grid:
    """Hourly, half-hourly, irregular, or hourly with a first slot that is cut by now."""
    count = rng.randrange(1, most + 1)
    kind = rng.randrange(4)
    usual = 1800 if kind == 1 else 3600
    lengths = [rng.choice((900, 1800, 3600)) if kind == 2 else usual for _ in range(count)]
    if kind == 3:
        lengths[0] = rng.randrange(60, 3600)
    return Grid([0, *accumulate(lengths)], _values(rng, count))


def _curve(grid: Grid) -> IntensityCurve:
    start = NOW.timestamp()
    return IntensityCurve(
        starts_s=tuple(start + edge for edge in grid.edges[:-1]),
        values_g_per_kwh=tuple(grid.values),
        end_s=start + grid.edges[-1],
    )


def _at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def _duration(rng: random.Random, grid: Grid, share: float = 1.0) -> int:
    room = max(60, int(grid.edges[-1] * share))
    whole = room // 3600 * 3600
    return rng.randrange(1, whole // 3600 + 1) * 3600 if whole and rng.random() < 0.6 else rng.randrange(60, room + 1)


def _made(shape: str, job: Job, grid: Grid, best: float, **places: Place) -> Case:
    return Case(shape, job, {"A": _curve(grid)}, places, best / J_PER_KWH)


def _job(duration_s: float, deadline_s: float, watts: float, **more: object) -> Job:
    return Job(duration_s=duration_s, deadline=_at(deadline_s), power_w=Quantity.exact(watts), **more)  # type: ignore[arg-type]


def _window(rng: random.Random) -> Case:
    grid, watts = _grid(rng, 40), rng.uniform(1.0, 1000.0)
    need = _duration(rng, grid)
    return _made("window", _job(need, grid.edges[-1], watts), grid, brute.window(grid.edges, grid.values, [(need, watts)]))


def _profile(rng: random.Random) -> Case:
    grid = _grid(rng, 30)
    need = max(3, _duration(rng, grid))
    cut = rng.randrange(1, need)
    steps = [(cut, rng.uniform(10.0, 500.0)), (need - cut, rng.uniform(10.0, 500.0))]
    profile = tuple(PowerStep(duration_s=length, power_w=power) for length, power in steps)
    return _made(
        "profile", _job(need, grid.edges[-1], 1.0, profile=profile), grid, brute.window(grid.edges, grid.values, steps)
    )


def _slots(rng: random.Random) -> Case:
    grid, watts = _grid(rng, 9), rng.uniform(1.0, 1000.0)
    need = _duration(rng, grid)
    best = brute.paused(grid.edges, grid.values, need, 0.0) * watts
    return _made("slots", _job(need, grid.edges[-1], watts, interruptible=True), grid, best)


def _resume(rng: random.Random) -> Case:
    grid, watts = _grid(rng, 9), rng.uniform(1.0, 1000.0)
    need, burnt = _duration(rng, grid), rng.choice((60, 360, 900, 1800, 3600, 9000))
    best = brute.paused(grid.edges, grid.values, need, burnt) * watts
    return _made("resume", _job(need, grid.edges[-1], watts, interruptible=True, resume_cost_s=burnt), grid, best)


def _rates(rng: random.Random) -> tuple[Rate, ...]:
    kind, found = rng.randrange(3), []
    for scale in range(1, rng.randrange(2, 4) + 1):
        throughput = {0: scale**0.7, 1: scale**1.3, 2: rng.uniform(0.5, 4.0)}[kind]
        found.append(Rate(throughput_ratio=throughput, power_w=scale * rng.uniform(80.0, 120.0), scale=float(scale)))
    return tuple(found)


def _elastic(rng: random.Random) -> Case:
    grid, rates = _grid(rng, 4), _rates(rng)
    most = max(rate.throughput_ratio for rate in rates) * grid.edges[-1]
    need = rng.uniform(0.05, 0.999) * most
    best = brute.elastic(grid.edges, grid.values, [(rate.throughput_ratio, rate.power_w) for rate in rates], need)
    return _made("elastic", _job(need, grid.edges[-1], 1.0, interruptible=True, rates=rates), grid, best)


def _capped(rng: random.Random) -> Case:
    grid = _grid(rng, 20)
    rates = tuple(
        Rate(
            throughput_ratio=1.0 - 0.02 * at,
            power_w=300.0 - at * rng.uniform(5.0, 40.0),
            power_limit_w=300.0 - 40.0 * at or None,
        )
        for at in range(4)
    )
    need = int(_duration(rng, grid, 0.9))
    usable = [rate for rate in rates if 1.0 / rate.throughput_ratio <= 1.05]
    best = min(
        brute.window(grid.edges, grid.values, [(need / rate.throughput_ratio, rate.power_w)])  # type: ignore[list-item]
        for rate in usable
    )
    return _made("power cap", _job(need, grid.edges[-1], 1.0, rates=rates, max_slowdown_ratio=0.05), grid, best)


def _regions(rng: random.Random) -> Case:
    home = _grid(rng, 9)
    grids = {zone: Grid(home.edges, _values(rng, len(home.values))) for zone in "ABC"}
    watts, need, paused = rng.uniform(10.0, 1000.0), _duration(rng, home), rng.random() < 0.5
    places = {zone: Place(pue=rng.uniform(1.0, 2.0), move_j=0.0 if zone == "A" else rng.uniform(0.0, 1e5)) for zone in grids}
    costs = []
    for zone, grid in grids.items():
        best = (
            brute.paused(grid.edges, grid.values, need, 0.0) if paused else brute.window(grid.edges, grid.values, [(need, 1.0)])
        )
        mean = math.fsum(grid.values) / len(grid.values)
        costs.append((best * watts * places[zone].pue + places[zone].move_j * mean) / J_PER_KWH)
    # Running at once at home is always a way.
    costs.append(brute.integral(home.edges, grids["A"].values, 0, need) * watts * places["A"].pue / J_PER_KWH)
    job = _job(need, home.edges[-1], watts, interruptible=paused)
    return Case("region", job, {zone: _curve(grid) for zone, grid in grids.items()}, places, min(costs))


def _truncated(rng: random.Random) -> Case:
    """The deadline lies past the curve's end: only what is known may be planned."""
    grid, watts = _grid(rng, 9), rng.uniform(1.0, 1000.0)
    need, paused = _duration(rng, grid), rng.random() < 0.5
    best = brute.paused(grid.edges, grid.values, need, 0.0) if paused else brute.window(grid.edges, grid.values, [(need, 1.0)])
    late_s = grid.edges[-1] + rng.randrange(1, 200_000)
    return _made("truncated", _job(need, late_s, watts, interruptible=paused), grid, best * watts)


SHAPES: tuple[Callable[[random.Random], Case], ...] = (
    _window,
    _profile,
    _slots,
    _resume,
    _elastic,
    _capped,
    _regions,
    _truncated,
)


def _long(rng: random.Random, shape: str) -> Case:
    hours, need = rng.choice((1, 6, 24, 48)), 1
    slack = int(10 ** rng.uniform(1.0, math.log10(8760)))
    need = hours * 3600
    grid = Grid([3600 * at for at in range(hours + slack + 1)], _values(rng, hours + slack))
    if shape == "window":
        best = min(math.fsum(grid.values[at : at + hours]) for at in range(slack + 1)) * 3600
        return _made("window", _job(need, grid.edges[-1], 100.0), grid, best * 100.0)
    if shape == "slots":
        best = math.fsum(sorted(grid.values)[:hours]) * 3600
        return _made("slots", _job(need, grid.edges[-1], 100.0, interruptible=True), grid, best * 100.0)
    best = program(grid.values, hours, 0.5) * 3600
    return _made("resume", _job(need, grid.edges[-1], 100.0, interruptible=True, resume_cost_s=1800.0), grid, best * 100.0)


def program(values: list[float], hours: int, overhead: float) -> float:
    """Solve whole hours with resumes as plan.md section 4 writes it down: over (hour, hours done, on or off)."""
    on, off = [math.inf] * (hours + 1), [0.0] + [math.inf] * hours
    for value in values:
        new_on, new_off = [math.inf] * (hours + 1), [math.inf] * (hours + 1)
        for done in range(hours + 1):
            new_off[done] = min(on[done], off[done])
            if done:
                resumed = value * (1.0 + overhead if done > 1 else 1.0)
                new_on[done] = min(on[done - 1] + value, off[done - 1] + resumed)
        on, off = new_on, new_off
    return min(on[hours], off[hours])
