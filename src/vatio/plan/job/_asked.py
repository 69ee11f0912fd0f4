"""Turn what is asked of one job into times and places: what may be planned, where, and what is left out and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from vatio.account import IntensityCurve
from vatio.errors import UnknownName, UsageError
from vatio.plan.job._job import Job, Place, Steps, curve_of, fastest
from vatio.plan.job._score import Site
from vatio.plan.job._shapes import rates_of
from vatio.plan.job._slots import NS_PER_S, moment_ns, nanoseconds, slots_between
from vatio.plan.job._windows import moment_of
from vatio.report import duration, local_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Hold a question with its times in nanoseconds and its places at hand; ``home`` is where run-now would run."""

    job: Job
    objective: str
    start_ns: int
    end_ns: int
    sites: tuple[Site, ...]
    home: Site
    notes: tuple[str, ...]


def times_of(job: Job, now: datetime) -> tuple[int, int, tuple[str, ...]]:
    """Give when a job may start and must have ended; the reserve is given up where it leaves no room.

    Raises:
        UsageError: the deadline is past, or too near.
    """
    if now.tzinfo is None:
        raise UsageError("a time without a time zone", hint="use datetime.now(UTC)")
    start_ns = moment_ns(max(now, job.earliest or now).timestamp())
    deadline_ns, need_ns = moment_ns(job.deadline.timestamp()), nanoseconds(job.duration_s / fastest(rates_of(job)))
    if deadline_ns <= start_ns:
        raise UsageError(
            f"the deadline {_local(job.deadline)} is past"
            if job.deadline <= now
            else "the deadline is before the earliest start",
            hint="give a later --deadline, or --slack 24h",
        )
    room_ns = deadline_ns - start_ns
    if room_ns < need_ns:
        raise UsageError(
            f"the job takes {duration(need_ns / NS_PER_S)}, the deadline is in {duration(room_ns / NS_PER_S)}",
            hint="give a later --deadline, or a shorter --duration",
        )
    spare_ns = nanoseconds(job.spare_s)
    if spare_ns and room_ns - spare_ns < need_ns:
        return start_ns, deadline_ns, ("the job may take longer than its deadline leaves: its reserve is given up",)
    return start_ns, deadline_ns - spare_ns, ()


def _local(moment: datetime) -> str:
    return local_time(moment, "%Y-%m-%d %H:%M")


def ask(
    job: Job,
    curves: Mapping[str, IntensityCurve],
    *,
    places: Mapping[str, Place],
    home: str | None,
    objective: str,
    times_ns: tuple[int, int],
    notes: tuple[str, ...],
) -> Asked:
    """Put a job, its zones and its times together, home first; say what is left out and what is not known.

    Raises:
        UsageError: an objective has no curve, or a move cannot be weighed.
        UnknownName: there is no curve of a zone.
    """
    at_home = next(iter(curves)) if home is None else home
    for zone in (at_home, *places):
        if zone not in curves:
            raise UnknownName.among("zone", zone, curves)
    _weighed(job, places)
    allowed, said = _allowed(job, tuple(curves), places, at_home)
    sites = tuple(_site(zone, curves[zone], places.get(zone, Place()), objective, times_ns) for zone in allowed)
    asked_notes = (*notes, *said, *(note for site in sites for note in _about(site, times_ns[1])))
    return Asked(
        job=job, objective=objective, start_ns=times_ns[0], end_ns=times_ns[1], sites=sites, home=sites[0], notes=asked_notes
    )


def _weighed(job: Job, places: Mapping[str, Place]) -> None:
    unknown = job.power_w.is_missing and not (job.rates or job.profile)
    if unknown and any(place.move_j or place.move_g for place in places.values()):
        raise UsageError("the move of the data cannot be weighed against a job of unknown power", hint="give --power-w")


def _allowed(job: Job, zones: Sequence[str], places: Mapping[str, Place], home: str) -> tuple[list[str], list[str]]:
    """Give the zones that meet the limits, home first: the data is there already; say why others do not."""
    allowed, said = [home], []
    for zone in zones:
        latency_s = places.get(zone, Place()).latency_s
        if zone == home:
            continue
        if job.residency and not any(zone == one or zone.startswith(f"{one}-") for one in job.residency):
            said.append(f"{zone} is left out: the data stays in {', '.join(job.residency)}")
        elif job.max_latency_s is not None and (latency_s is None or latency_s > job.max_latency_s):
            far = "its latency is not known" if latency_s is None else f"{1000 * latency_s:.0f} ms away"
            said.append(f"{zone} is left out: {far}")
        else:
            allowed.append(zone)
    return allowed, said


def _site(zone: str, curve: IntensityCurve, place: Place, objective: str, times_ns: tuple[int, int]) -> Site:
    chosen = curve_of(place, curve, objective)
    values = chosen.values if isinstance(chosen, Steps) else chosen.values_g_per_kwh
    if objective == "renewable":
        values = tuple(None if value is None else 1.0 - value for value in values)
    return Site(zone=zone, curve=curve, place=place, slots=slots_between(chosen, values, *times_ns))


def _about(site: Site, end_ns: int) -> list[str]:
    if site.slots is None:
        return [f"nothing is known of {site.zone} for that time"]
    said = []
    if site.slots.holes_s:
        said.append(f"the curve of {site.zone} has holes of {duration(site.slots.holes_s)}: the interval is wider")
    if site.slots.end_ns < end_ns:
        until = moment_of(site.slots.end_ns).strftime("%Y-%m-%d %H:%M")
        said.append(f"the curve of {site.zone} ends at {until} UTC: nothing is planned after it")
    return said
