"""Plan one job: when, where, and at which rate it costs least, beside running it at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from vatio.account import IntensityCurve
from vatio.plan.job._asked import Asked, ask, times_of
from vatio.plan.job._gain import Gain, gain
from vatio.plan.job._job import Job, Place, curve_of
from vatio.plan.job._score import Outlook, Site, energy, euros, grams, move_cost, renewable, total_j
from vatio.plan.job._shapes import Choice, at_once, cheapest, cost_of
from vatio.plan.job._windows import windows_of
from vatio.records import Plan, PlanCurve, Quantity, Saving

# The ends of the saved share, and whether the gain is real: one whose ends hold 0 may be worth taking every time.
Guard = Callable[[Outlook], tuple[float, float, bool]]
# Costs that differ by less are the same: the plan is then to run at once, at home.
_SAME_RATIO = 1e-9


def plan_job(
    job: Job,
    curves: Mapping[str, IntensityCurve],
    *,
    now: datetime,
    places: Mapping[str, Place] | None = None,
    home: str | None = None,
    objective: str = "carbon",
    guard: Guard | None = None,
) -> Plan:
    """Plan one job on given curves, whose times are seconds since 1970. The first zone is ``home`` unless it is named.

    The plan is exact for the curve's values; starts are ``now`` and the edges of slots. Nothing is planned into what a curve
    does not know. Where the curve is a forecast, a gain that may be none is not taken: ``guard`` gives the ends of the saved
    share and says whether it is real, else both follow from the curve's own interval.

    Raises:
        UsageError: the deadline is past, or nearer than the job is long; an objective has no curve.
        UnknownName: there is no curve of the home zone.
    """
    start_ns, end_ns, notes = times_of(job, now)
    if not curves:
        return _without_curve(job, start_ns, end_ns, notes)
    asked = ask(
        job,
        curves,
        places=places or {},
        home=home,
        objective=objective,
        times_ns=(start_ns, end_ns),
        notes=notes,
    )
    now_choice = at_once(job, start_ns, end_ns)
    chosen, site = _best(asked, now_choice)
    found = gain(asked.home, now_choice, site, chosen, job=job, objective=objective, guard=guard)
    decided_by, notes = _decided_by(asked, now_choice, chosen, site), asked.notes
    if (chosen is not now_choice or site is not asked.home) and found.is_noise:
        chosen, site, decided_by = now_choice, asked.home, "nothing: no predictable gain"
        notes = (*notes, "the gain lies within the noise of the curve: run now" + _said(found))
        found = gain(site, now_choice, site, chosen, job=job, objective=objective, guard=None)
    return _written(asked, (now_choice, chosen), site, found, decided_by=decided_by, notes=notes)


def _said(found: Gain) -> str:
    if found.value is None or found.low is None or found.high is None:
        return ""
    return f" ({100.0 * found.value:.1f} %, {100.0 * found.low:.1f} to {100.0 * found.high:.1f} %)"


def _best(asked: Asked, now_choice: Choice) -> tuple[Choice, Site]:
    """Give the cheapest choice and its place; running now at home where nothing is cheaper."""
    best, where, least = now_choice, asked.home, _expected(asked, asked.home, now_choice)
    for bound, site in _promising(asked):
        if least is not None and bound >= least:
            continue
        choice = None if site.slots is None else cheapest(asked.job, site.slots)
        cost = None if choice is None else _expected(asked, site, choice)
        if choice is None or cost is None:
            continue
        if least is None or cost < least - _SAME_RATIO * abs(least):
            best, where, least = choice, site, cost
    return best, where


def _promising(asked: Asked) -> list[tuple[float, Site]]:
    """Order places by what the job costs there at least: where the program is long it need not run for most of them."""
    job = asked.job
    if not (job.interruptible and job.resume_cost_s) or job.rates or job.profile or len(asked.sites) == 1:
        return [(-math.inf, site) for site in asked.sites]
    free = replace(job, resume_cost_s=0.0)
    bounds = []
    for at, site in enumerate(asked.sites):
        choice = None if site.slots is None else cheapest(free, site.slots)
        cost = None if choice is None else _expected(asked, site, choice)
        if cost is not None:
            bounds.append((cost, at, site))
    return [(cost, site) for cost, _, site in sorted(bounds, key=lambda bound: bound[:2])]


def _expected(asked: Asked, site: Site, choice: Choice) -> float | None:
    """Give what a choice is expected to cost by the objective, a hole at its dearest; ``None`` where that is not known."""
    if site.slots is None or choice.stretches[-1].end_ns > site.slots.end_ns:
        return None
    joules = cost_of(choice.stretches, site.slots.edges_ns, site.slots.chosen_by)
    return joules * site.place.pue / 3.6e6 + move_cost(site, asked.objective)


def _decided_by(asked: Asked, now_choice: Choice, chosen: Choice, site: Site) -> str:
    if chosen is now_choice and site is asked.home:
        only = asked.home.slots is not None and asked.end_ns - asked.start_ns <= sum(
            one.end_ns - one.start_ns for one in now_choice.stretches
        )
        return "deadline: run now" if only else "nothing: run now"
    what = []
    if site is not asked.home:
        what.append("region")
    if [one[:2] for one in chosen.stretches] != [one[:2] for one in now_choice.stretches]:
        what.append("time")
    if {one.scale for one in chosen.stretches} != {one.scale for one in now_choice.stretches}:
        what.append("scale")
    if {one.power_limit_w for one in chosen.stretches} != {one.power_limit_w for one in now_choice.stretches}:
        what.append("power limit")
    return f"{asked.objective}: {' and '.join(what)}"


def _written(
    asked: Asked, choices: tuple[Choice, Choice], site: Site, found: Gain, *, decided_by: str, notes: Sequence[str]
) -> Plan:
    now_choice, chosen = choices
    windows = windows_of(chosen, site.zone)
    saved = found
    if asked.objective != "carbon":
        saved = gain(asked.home, now_choice, site, chosen, job=asked.job, objective="carbon", guard=None)
        notes = (*notes, *_by_objective(asked.objective, found))
    curve = curve_of(site.place, site.curve, asked.objective)
    return Plan(
        start=windows[0].start,
        finish=windows[-1].end,
        windows=windows,
        emissions_g=grams(chosen, site, asked.job),
        now_emissions_g=grams(now_choice, asked.home, asked.job),
        saved_ratio=Saving(value=saved.value, low=saved.low, high=saved.high),
        energy_j=energy(chosen, site, asked.job),
        cost_eur=euros(chosen, site, asked.job),
        renewable_ratio=renewable(chosen, site),
        decided_by=decided_by,
        solver=chosen.solver,
        curve=PlanCurve(
            source=curve.source,
            kind=getattr(curve, "kind", asked.objective),
            horizon_end=None if curve.end_s is None else datetime.fromtimestamp(curve.end_s, UTC),
        ),
        notes=(*notes, *_resumes(asked.job, chosen), *_unpowered(asked.job)),
    )


def _by_objective(objective: str, found: Gain) -> list[str]:
    """Say what is gained of what was to be least, where that is not grams: ``saved_ratio`` is always of grams."""
    if found.value is None:
        return []
    what = {"price": "price", "renewable": "energy that is not renewable"}[objective]
    return [f"{what}: {100.0 * found.value:.1f} % less than now"]


def _resumes(job: Job, chosen: Choice) -> list[str]:
    burnt = [one.burnt_j for one in chosen.stretches if one.burnt_j]
    if not burnt:
        return []
    share = sum(burnt) / total_j(chosen)
    return [f"{len(burnt)} resume{'s' if len(burnt) > 1 else ''}, {100.0 * share:.1f} % of the energy"]


def _unpowered(job: Job) -> list[str]:
    unknown = job.power_w.is_missing and not (job.rates or job.profile)
    return ["the job's watts are not known: give --power-w, or run it once under `vatio run`, to see grams"] if unknown else []


def _without_curve(job: Job, start_ns: int, end_ns: int, notes: Sequence[str]) -> Plan:
    choice = at_once(job, start_ns, end_ns)
    windows = windows_of(choice, None)
    nothing = Quantity.absent("intensity", source="no curve")
    joules = total_j(choice)
    known = not job.power_w.is_missing or bool(job.rates or job.profile)
    return Plan(
        start=windows[0].start,
        finish=windows[-1].end + timedelta(),
        windows=windows,
        emissions_g=nothing,
        now_emissions_g=nothing,
        saved_ratio=Saving(value=None, low=None, high=None),
        energy_j=Quantity.exact(joules, provenance="modelled", source=job.power_w.source) if known else job.power_w,
        cost_eur=Quantity.absent("price"),
        renewable_ratio=Quantity.absent("renewable share"),
        decided_by="nothing: no curve",
        solver="none",
        curve=PlanCurve(source="none", kind="average"),
        notes=(*notes, "there is no intensity curve: run now", *_unpowered(job)),
    )
