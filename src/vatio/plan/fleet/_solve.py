"""Plan a fleet: bound, prices, construction, search; small ones by a solver, to the end."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence

from vatio.errors import MissingExtra
from vatio.plan.fleet._arrays import Arrays, Spot
from vatio.plan.fleet._bound import Bound, lower_bound
from vatio.plan.fleet._exact import MOST_COLUMNS, columns_of, solve
from vatio.plan.fleet._fleet import Fleet, FleetPlan, Placement, Unplaced
from vatio.plan.fleet._improve import Improvement
from vatio.plan.fleet._proof import why_unplaced
from vatio.plan.fleet._search import Search

_TARGET_RATIO = 0.002
# The share of the time that the bound may take.
_BOUND_SHARE = 0.25
# Of a small fleet the search gets this share of the time, and the solver the rest.
_SEARCH_SHARE = 0.3
Told = Callable[[str], None]


def plan_fleet(
    fleet: Fleet, *, cpu_limit_s: float = 15.0, seed: int = 0, target_ratio: float = _TARGET_RATIO, told: Told | None = None
) -> FleetPlan:
    """Place every job where and when it emits least together, within capacity; say how far that may be from the best.

    ``cpu_limit_s`` is spent at the most, less where the plan is within ``target_ratio`` of the bound before.

    Raises:
        MissingExtra: numpy is not installed.
    """
    begun_s = time.process_time()
    arrays = Arrays(fleet)
    first = Search(arrays, seed=seed)
    first.construct()
    at_once = _at_once(arrays)
    bound = lower_bound(arrays, first.cost_g, rounds=_rounds(arrays, cpu_limit_s))
    if told is not None:
        told(f"{len(fleet.jobs)} jobs placed, {len(first.unplaced)} waiting; looking for better places")
    search = Search(arrays, seed=seed, price=bound.price)
    search.construct()
    if (len(first.unplaced), first.cost_g) < (len(search.unplaced), search.cost_g):
        search = Search(arrays, seed=seed, price=bound.price)
        search.place(first.spots)
    end_s = begun_s + cpu_limit_s
    small = columns_of(arrays) <= MOST_COLUMNS and not search.unplaced
    first_s = begun_s + cpu_limit_s * _SEARCH_SHARE if small else end_s
    better = Improvement(arrays, search.spots, price=bound.price, seed=seed)
    better.run(until_cpu_s=first_s, bound_g=bound.total_g, target_ratio=target_ratio)
    search.place(better.spots)
    if small and search.cost_g > bound.total_g * (1.0 + target_ratio):
        bound = _finished(search, bound, limit_s=end_s - time.process_time())
    return _plan(search, bound, at_once=at_once, cpu_s=time.process_time() - begun_s)


def _finished(search: Search, bound: Bound, *, limit_s: float) -> Bound:
    """Let a solver look for anything better than what the search has found; what it proves raises the bound."""
    try:
        solved = solve(search.arrays, search.cost_g, limit_s=limit_s)
    except MissingExtra:  # without scipy the search's plan and bound stand
        return bound
    if solved.spots is not None and None not in solved.spots:
        search.place(solved.spots)
    return bound._replace(total_g=max(bound.total_g, min(solved.bound_g, search.cost_g)))


def _rounds(arrays: Arrays, cpu_limit_s: float) -> int:
    """Choose how often the bound is raised, so that it takes its share of the time."""
    begun_s = time.process_time()
    for job in range(min(50, len(arrays.fleet.jobs))):
        arrays.spot(job, arrays.capacity, arrays.choices_of(job, arrays.g_per_w))
    one_s = (time.process_time() - begun_s) / min(50, len(arrays.fleet.jobs)) * len(arrays.fleet.jobs)
    return max(20, min(400, int(cpu_limit_s * _BOUND_SHARE / max(one_s, 1e-6))))


def _at_once(arrays: Arrays) -> dict[int, float]:
    """Give the grams of each job that finds room when all start as early as there is some."""
    np = arrays.np
    left = arrays.capacity.copy()
    found: dict[int, float] = {}
    order = sorted(range(len(arrays.fleet.jobs)), key=lambda job: arrays.fleet.jobs[job].earliest)
    rising = np.broadcast_to(np.arange(arrays.fleet.horizon, dtype=float), arrays.g_per_w.shape)
    for job in order:
        spot = arrays.spot(job, left, arrays.choices_of(job, rising * (float(arrays.g_per_w.max()) + 1.0)))
        if spot is not None:
            arrays.take(job, spot, left)
            found[job] = spot.cost_g
    return found


def _plan(search: Search, bound: Bound, *, at_once: Mapping[int, float], cpu_s: float) -> FleetPlan:
    fleet = search.arrays.fleet
    placed = [(job, spot) for job, spot in enumerate(search.spots) if spot is not None]
    unplaced = tuple(
        Unplaced(job=fleet.jobs[job].id, reason=reason, proved=proved) for job, (reason, proved) in why_unplaced(search).items()
    )
    emissions_g = math.fsum(spot.cost_g for _, spot in placed)
    bound_g = max(0.0, bound.total_g)
    return FleetPlan(
        placements=tuple(
            Placement(
                job=fleet.jobs[job].id,
                zone=fleet.zones[spot.zone].name,
                slots=tuple(int(slot) for slot in spot.slots),
                emissions_g=spot.cost_g,
            )
            for job, spot in placed
        ),
        unplaced=unplaced,
        emissions_g=emissions_g,
        bound_g=bound_g,
        gap_ratio=None if unplaced or not emissions_g else max(0.0, 1.0 - bound_g / emissions_g),
        now_g=math.fsum(at_once.values()) if len(at_once) == len(placed) == len(fleet.jobs) else None,
        now_both_g=_both(placed, at_once),
        solver="prices, then large neighbourhood search",
        cpu_s=cpu_s,
    )


def _both(placed: Sequence[tuple[int, Spot]], at_once: Mapping[int, float]) -> tuple[float, float] | None:
    """Give the grams at once and as planned of the jobs that have a place in both; ``None`` where there are none."""
    pairs = [(at_once[job], spot.cost_g) for job, spot in placed if job in at_once]
    return (math.fsum(one for one, _ in pairs), math.fsum(two for _, two in pairs)) if pairs else None
