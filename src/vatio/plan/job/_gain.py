"""Say what a plan gains against running at once, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from vatio.plan.job._job import Job, Steps, curve_of
from vatio.plan.job._score import Outlook, Site, move_cost, spread, total_j
from vatio.plan.job._shapes import Choice, load_of
from vatio.plan.job._slots import Slots, slots_between
from vatio.units import J_PER_KWH


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """Hold a saved share with its ends. ``is_noise``: the curves are uncertain there, and it may be none."""

    value: float | None
    low: float | None
    high: float | None
    is_noise: bool


_UNKNOWN = Gain(value=None, low=None, high=None, is_noise=False)


def gain(
    home: Site,
    now: Choice,
    site: Site,
    chosen: Choice,
    *,
    job: Job,
    objective: str,
    guard: Callable[[Outlook], tuple[float, float, bool]] | None,
) -> Gain:
    """Compare a choice in its place with running now at home, by the objective."""
    sides = [_side(site, choices, objective) for site, choices in _by_place(home, now, site, chosen)]
    if any(side is None for side in sides):
        return _UNKNOWN
    now_cost, saved, below, above = 0.0, -move_cost(site, objective), 0.0, 0.0
    for side in sides:
        if side is None:
            continue
        now_cost += side.baseline
        saved += side.amount
        below, above = math.hypot(below, side.low), math.hypot(above, side.high)
    if not now_cost > 0.0:
        return _UNKNOWN
    value = saved / now_cost
    low, high = (saved - below) / now_cost, (saved + above) / now_cost
    if objective != "price":
        # Nobody emits less than nothing; prices may be below zero, and then more than all of it can be saved.
        high = min(high, max(1.0, value))
    uncertain = below > 1e-12 * now_cost
    is_noise = uncertain and low <= 0.0
    if guard is not None and uncertain and site is home and sides[0] is not None:
        low, high, is_real = guard(sides[0].outlook)
        low, high, is_noise = min(low, value), max(high, value), not is_real
    return Gain(value=value, low=low, high=high, is_noise=is_noise)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """Hold one place's part of the comparison."""

    baseline: float
    amount: float
    low: float
    high: float
    outlook: Outlook


def _by_place(home: Site, now: Choice, site: Site, chosen: Choice) -> list[tuple[Site, tuple[Choice | None, Choice | None]]]:
    if site is home:
        return [(home, (now, chosen))]
    return [(home, (now, None)), (site, (None, chosen))]


def _side(site: Site, choices: tuple[Choice | None, Choice | None], objective: str) -> _Side | None:
    slots = _slots(site, [choice for choice in choices if choice is not None], objective)
    if slots is None:
        return None
    weight = site.place.pue / J_PER_KWH
    now_load_j, plan_load_j = (
        [0.0] * len(slots.value) if one is None else load_of(one.stretches, slots.edges_ns) for one in choices
    )
    outside = [
        0.0 if one is None else max(0.0, total_j(one) - math.fsum(load))
        for one, load in zip(choices, (now_load_j, plan_load_j), strict=True)
    ]
    changes = [(before - after) * weight for before, after in zip(now_load_j, plan_load_j, strict=True)]
    errors = (
        [v - low for v, low in zip(slots.value, slots.low, strict=True)],
        [high - v for v, high in zip(slots.value, slots.high, strict=True)],
    )
    below, above = spread(changes, slots.edges_ns, errors)
    mean, least, most = math.fsum(slots.value) / len(slots.value), min(slots.low), max(slots.high)
    beyond = (outside[0] - outside[1]) * weight
    return _Side(
        baseline=(math.fsum(load * one for load, one in zip(now_load_j, slots.value, strict=True)) + outside[0] * mean)
        * weight,
        amount=math.fsum(change * one for change, one in zip(changes, slots.value, strict=True)) + beyond * mean,
        low=math.hypot(below, abs(beyond) * (mean - least if beyond > 0.0 else most - mean)),
        high=math.hypot(above, abs(beyond) * (most - mean if beyond > 0.0 else mean - least)),
        outlook=Outlook(
            zone=site.zone,
            edges_ns=tuple(slots.edges_ns),
            value=tuple(slots.value),
            low=tuple(slots.low),
            high=tuple(slots.high),
            now_load_j=tuple(now_load_j),
            plan_load_j=tuple(plan_load_j),
        ),
    )


def _slots(site: Site, choices: list[Choice], objective: str) -> Slots | None:
    curve = curve_of(site.place, site.curve, objective)
    values = curve.values if isinstance(curve, Steps) else curve.values_g_per_kwh
    if objective == "renewable":
        values = tuple(None if value is None else 1.0 - value for value in values)
    start_ns = min(choice.stretches[0].start_ns for choice in choices)
    return slots_between(curve, values, start_ns, max(choice.stretches[-1].end_ns for choice in choices))
