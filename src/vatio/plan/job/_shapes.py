"""Find the cheapest way to run one job in the slots of one place, by the solver that is exact for the job's shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from vatio.plan.job._cheapest import Used, cheapest_slots, first_cheapest, window_costs
from vatio.plan.job._job import Job, PowerStep, Rate
from vatio.plan.job._slots import NS_PER_S, Slots, nanoseconds

WINDOW, SLOTS, PROGRAM, HULL = "sliding window", "cheapest slots", "dynamic program", "convex hull"
ROUGH = "cheapest slots or window, too large for the dynamic program"


class Stretch(NamedTuple):
    """Hold a time at one power. ``burnt_j`` is what a resume at its start burns; ``power_w`` is 1 where it is not known."""

    start_ns: int
    end_ns: int
    power_w: float
    burnt_j: float
    scale: float
    power_limit_w: float | None


class Choice(NamedTuple):
    """Hold when a job runs and which solver said so."""

    stretches: tuple[Stretch, ...]
    solver: str


def power_of(job: Job) -> float:
    """Give the watts of a job that has one power; 1 where they are not known, so that shares can still be told."""
    return 1.0 if job.power_w.value is None else job.power_w.value


def rates_of(job: Job) -> tuple[Rate, ...]:
    """Give the rates that a job may run at: of capped ones those within its slowdown bound; the first is the usual one."""
    if not job.rates:
        return (Rate(throughput_ratio=1.0, power_w=power_of(job)),)
    least = job.rates[0].throughput_ratio / (1.0 + job.max_slowdown_ratio) * (1.0 - 1e-12)
    first, *rest = job.rates
    return (first, *(rate for rate in rest if rate.power_limit_w is None or rate.throughput_ratio >= least))


def steps_of(job: Job, rate: Rate) -> tuple[PowerStep, ...]:
    """Give the powers of a job over its own time at one rate."""
    return job.profile or (PowerStep(duration_s=job.duration_s / rate.throughput_ratio, power_w=rate.power_w),)


def at_once(job: Job, start_ns: int, end_ns: int) -> Choice:
    """Run without a pause from a moment on, at the usual rate, or the first one that ends in time."""
    rates = rates_of(job)
    in_time = (rate for rate in rates if start_ns + nanoseconds(job.duration_s / rate.throughput_ratio) <= end_ns)
    return _from(job, next(in_time, rates[0]), start_ns, WINDOW)


def cheapest(job: Job, slots: Slots) -> Choice | None:
    """Give the cheapest way to run in these slots; ``None`` where the job does not fit."""
    rates = rates_of(job)
    if job.interruptible and len(rates) == 1:
        return _paused(job, slots, rates[0])
    found = [choice for rate in rates if (choice := (_paused if job.interruptible else _window)(job, slots, rate))]
    if job.interruptible and (shared := _elastic(job, slots, rates)):
        found.append(shared)
    costs = [cost_of(choice.stretches, slots.edges_ns, slots.chosen_by) for choice in found]
    return found[first_cheapest(costs)] if found else None


def cost_of(stretches: Sequence[Stretch], edges_ns: Sequence[int], costs: Sequence[float]) -> float:
    """Give what stretches cost on a step curve, in joules times its unit."""
    from math import fsum

    return fsum(energy_j * cost for energy_j, cost in zip(load_of(stretches, edges_ns), costs, strict=True) if energy_j)


def load_of(stretches: Sequence[Stretch], edges_ns: Sequence[int]) -> list[float]:
    """Give the joules that stretches draw in each slot; what lies outside all slots is left out."""
    load = [0.0] * (len(edges_ns) - 1)
    at = 0
    for stretch in sorted(stretches):
        at = 0 if stretch.start_ns < edges_ns[at] else at
        while at < len(load) and edges_ns[at + 1] <= stretch.start_ns:
            at += 1
        if at < len(load) and edges_ns[at] <= stretch.start_ns:
            load[at] += stretch.burnt_j
        here = at
        while here < len(load) and edges_ns[here] < stretch.end_ns:
            inside_ns = min(edges_ns[here + 1], stretch.end_ns) - max(edges_ns[here], stretch.start_ns)
            load[here] += max(0, inside_ns) / NS_PER_S * stretch.power_w
            here += 1
    return load


def _window(job: Job, slots: Slots, rate: Rate) -> Choice | None:
    steps = steps_of(job, rate)
    ends_ns = list(accumulate(nanoseconds(step.duration_s) for step in steps))
    if slots.end_ns - slots.edges_ns[0] < ends_ns[-1]:
        return None
    if len(steps) == 1:
        costs = window_costs(slots.edges_ns, slots.chosen_by, ends_ns[-1])
    else:
        costs = _profile_costs(slots, steps, ends_ns)
    return _from(job, rate, slots.edges_ns[first_cheapest(costs)], WINDOW)


def _profile_costs(slots: Slots, steps: Sequence[PowerStep], ends_ns: Sequence[int]) -> list[float]:
    """Add up what each step costs where it lies, for each start."""
    starts = [edge_ns for edge_ns in slots.edges_ns if edge_ns + ends_ns[-1] <= slots.end_ns]
    integral = _integral(slots)
    return [
        sum(
            step.power_w * (integral(start_ns + end_ns) - integral(start_ns + begin_ns))
            for step, (begin_ns, end_ns) in zip(steps, pairwise((0, *ends_ns)), strict=True)
        )
        for start_ns in starts
    ]


def _integral(slots: Slots) -> Callable[[int], float]:
    from bisect import bisect_right

    edges_ns, costs = slots.edges_ns, slots.chosen_by
    sums = [0.0, *accumulate((late - early) * cost for (early, late), cost in zip(pairwise(edges_ns), costs, strict=True))]

    def until(moment_ns: int) -> float:
        at = min(bisect_right(edges_ns, moment_ns) - 1, len(costs) - 1)
        return sums[at] + (moment_ns - edges_ns[at]) * costs[at]

    return until


def _from(job: Job, rate: Rate, start_ns: int, solver: str) -> Choice:
    edges_ns = [
        start_ns,
        *(start_ns + end_ns for end_ns in accumulate(nanoseconds(one.duration_s) for one in steps_of(job, rate))),
    ]
    powers_w = [step.power_w for step in steps_of(job, rate)]
    return Choice(
        tuple(
            Stretch(early, late, power_w, 0.0, rate.scale, rate.power_limit_w)
            for (early, late), power_w in zip(pairwise(edges_ns), powers_w, strict=True)
        ),
        solver,
    )


def _paused(job: Job, slots: Slots, rate: Rate) -> Choice | None:
    need_ns = nanoseconds(job.duration_s / rate.throughput_ratio)
    if slots.end_ns - slots.edges_ns[0] < need_ns:
        return None
    if not job.resume_cost_s and not job.profile:
        return _spread(job, rate, slots, cheapest_slots(slots.edges_ns, slots.chosen_by, need_ns), SLOTS)
    from vatio.plan.job._resume import Question, fewest_pauses

    energy_of, whole = _energy(job, rate)
    burnt = nanoseconds(job.resume_cost_s) * whole / need_ns
    question = Question(slots.edges_ns, slots.chosen_by, need_ns, energy_of, burnt, not job.profile)
    used = fewest_pauses(question)
    if used is not None:
        return _spread(job, rate, slots, used, PROGRAM)
    rough = [_spread(job, rate, slots, cheapest_slots(slots.edges_ns, slots.chosen_by, need_ns), ROUGH)]
    rough += [choice._replace(solver=ROUGH) for choice in [_window(job, slots, rate)] if choice]
    return min(rough, key=lambda choice: cost_of(choice.stretches, slots.edges_ns, slots.chosen_by))


def _energy(job: Job, rate: Rate) -> tuple[Callable[[int], float], float]:
    """Give the energy of the first nanoseconds of a job, and of all of it; of one power, by its nanoseconds alone."""
    if not job.profile:
        return float, float(nanoseconds(job.duration_s / rate.throughput_ratio))
    edges_ns = [0, *accumulate(nanoseconds(step.duration_s) for step in job.profile)]
    powers = [step.power_w for step in job.profile]
    until = _integral(Slots(edges_ns, powers, powers, powers, powers, 0.0))
    return until, until(edges_ns[-1])


def _spread(job: Job, rate: Rate, slots: Slots, used: Sequence[Used], solver: str) -> Choice:
    """Lay a job's powers over the slots that were chosen, and charge each resume."""
    steps = steps_of(job, rate)
    mean_w = sum(step.duration_s * step.power_w for step in steps) / sum(step.duration_s for step in steps)
    burnt_j = job.resume_cost_s * mean_w
    found: list[Stretch] = []
    left = [[nanoseconds(step.duration_s), step.power_w] for step in steps]
    for at, used_ns in used:
        start_ns, end_ns = slots.edges_ns[at], slots.edges_ns[at] + used_ns
        resumed = bool(found) and found[-1].end_ns < start_ns
        while start_ns < end_ns:
            until_ns = end_ns if len(left) == 1 else min(end_ns, start_ns + int(left[0][0]))
            found.append(Stretch(start_ns, until_ns, left[0][1], burnt_j if resumed else 0.0, rate.scale, rate.power_limit_w))
            left[0][0] -= until_ns - start_ns
            if left[0][0] <= 0 and len(left) > 1:
                left.pop(0)
            start_ns, resumed = until_ns, False
    return Choice(tuple(found), solver)


def _elastic(job: Job, slots: Slots, rates: Sequence[Rate]) -> Choice | None:
    from vatio.plan.job._elastic import cheapest_work

    shares = cheapest_work(slots.edges_ns, slots.chosen_by, rates, job.duration_s)
    found: list[Stretch] = []
    for at, rate, used_ns in shares or ():
        begun = found[-1].end_ns if found and found[-1].end_ns > slots.edges_ns[at] else slots.edges_ns[at]
        resumed = bool(found) and found[-1].end_ns < begun
        burnt_j = job.resume_cost_s * rate.power_w if resumed else 0.0
        found.append(Stretch(begun, begun + used_ns, rate.power_w, burnt_j, rate.scale, rate.power_limit_w))
    return Choice(tuple(found), HULL) if found else None
