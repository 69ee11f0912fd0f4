"""From options, configuration, files and the ledger to the question of one job, and to its plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from vatio.account import IntensityCurve
from vatio.cli._rim import Rim
from vatio.cli.planning._plan_options import configured
from vatio.cli.planning._plan_places import Places, Within, read_places
from vatio.cli.planning._sourcing import planning_source
from vatio.errors import LedgerError, UnknownName, UsageError, VatioError
from vatio.plan.job import Job, Learnt, PowerStep, is_same, learn, parse_moment, plan_job, read_profile, read_rates
from vatio.records import Plan, Quantity
from vatio.report import duration, power_curve
from vatio.units import parse_duration_s

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config
    from vatio.ledger import Samples

_GIVEN, _LEARNT = "given", "learnt"
_RUNS, _STEPS = 200, 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Hold a plan with what it was made of; ``start`` and ``end`` bound the time that was looked at."""

    plan: Plan
    job: Job
    curve: IntensityCurve | None
    start: datetime
    end: datetime


def planned(
    rim: Rim,
    options: Mapping[str, Any],
    command: Sequence[str],
    *,
    now: datetime | None = None,
    forgiven: tuple[type[VatioError], ...] = (),
) -> Planned:
    """Plan the job that options, configuration and earlier runs of a command describe.

    A source that fails is no error: the plan is made without it, and says so. The same holds of what is ``forgiven``, such
    as files that cannot be read and zones that nobody knows, and then of a ledger too.

    Raises:
        UsageError: an option, file or limit cannot mean anything, or the duration is not known.
    """
    at = now or datetime.now(UTC)
    config = rim.config(configured(options))
    try:
        learnt = _learnt(rim, command, profiled=options["profile"] == _LEARNT)
    except LedgerError:
        if not forgiven:
            raise
        learnt = None  # what cannot be read teaches nothing
    job = _job(config, options, learnt, at)
    start = max(at, job.earliest or at)
    try:
        source, said = planning_source(rim, config)
        found = read_places(config, rim.environ, Within(now=at, start=start, job=job), source=source)
        found = replace(found, notes=(*said, *found.notes))
    except forgiven as error:
        found = Places(curves={}, places={}, home="", notes=(f"no forecast: {error}",))
    plan = plan_job(
        job,
        found.curves,
        now=at,
        places=found.places,
        home=found.home,
        objective=config.plan.objective,
        guard=found.guard,
    )
    plan = replace(plan, notes=(*_told(learnt, options), *found.notes, *plan.notes))
    return Planned(plan=plan, job=job, curve=_curve_of(plan, found), start=start, end=_shown_until(plan, job))


def _learnt(rim: Rim, command: Sequence[str], *, profiled: bool) -> Learnt | None:
    if not command:
        return None
    try:
        ledger = rim.ledger(settled=False)
    except UnknownName:  # there is none yet
        return None
    with ledger:
        records = ledger.runs(_RUNS)
        found = learn(records, command)
        if found is None or not profiled:
            return found
        latest = next(record for record in records if record.status == "finished" and is_same(record.command, command))
        return replace(found, profile=_shape(ledger.samples(latest.id), found))


def _shape(samples: Samples, found: Learnt) -> tuple[PowerStep, ...]:
    """Give how the power of a run went on, stretched to the median duration and watts.

    Raises:
        UsageError: the watts are not known, or the run was too short for a shape.
    """
    curve = power_curve(samples, slots=_STEPS)
    known = [
        (end_s - start_s, watts)
        for (start_s, end_s), watts in zip(pairwise(curve.edges_s), curve.mean_w, strict=True)
        if watts is not None and end_s > start_s
    ]
    whole_s, whole_j = sum(length_s for length_s, _ in known), sum(length_s * watts for length_s, watts in known)
    if found.power_w.value is None or not whole_j > 0.0:
        raise UsageError("how the power goes on is not known", hint="give --power-w, or a file to --power-profile")
    longer, stronger = (found.duration_s.value or 0.0) / whole_s, found.power_w.value * whole_s / whole_j
    return tuple(PowerStep(duration_s=length_s * longer, power_w=watts * stronger) for length_s, watts in known)


def _job(config: Config, options: Mapping[str, Any], learnt: Learnt | None, now: datetime) -> Job:
    duration_s, spare_s = _duration_s(options, learnt)
    earliest = parse_moment(options["earliest"], now=now) if options["earliest"] else None
    chosen = config.plan
    return Job(
        duration_s=duration_s,
        deadline=_deadline(config, options, duration_s, max(now, earliest or now), now),
        power_w=_power_w(options, learnt),
        earliest=earliest,
        interruptible=chosen.interruptible,
        resume_cost_s=chosen.resume_cost_s,
        spare_s=spare_s,
        rates=read_rates(options["rates"]) if options["rates"] else (),
        profile=_profile(options, learnt),
        max_slowdown_ratio=chosen.max_slowdown_ratio,
        max_latency_s=None if chosen.max_latency_ms is None else chosen.max_latency_ms / 1000.0,
        residency=chosen.residency,
    )


def _profile(options: Mapping[str, Any], learnt: Learnt | None) -> tuple[PowerStep, ...]:
    if options["profile"] != _LEARNT:
        return read_profile(options["profile"]) if options["profile"] else ()
    if learnt is None or options["duration"]:
        raise UsageError("--power-profile learnt needs earlier runs of the command, and their duration")
    return learnt.profile


def _duration_s(options: Mapping[str, Any], learnt: Learnt | None) -> tuple[float, float]:
    """Give the time that the job takes, and what it may take beyond that."""
    if options["duration"]:
        return parse_duration_s(options["duration"]), 0.0
    if options["profile"] and options["profile"] != _LEARNT:
        return sum(step.duration_s for step in read_profile(options["profile"])), 0.0
    if learnt is None:
        raise UsageError(
            "how long the job runs is not known", hint="give --duration 24h, or a command that was run under `vatio run`"
        )
    middle_s, most_s = learnt.duration_s.value or 0.0, learnt.duration_s.high or 0.0
    return middle_s, max(0.0, most_s - middle_s)


def _deadline(config: Config, options: Mapping[str, Any], duration_s: float, start: datetime, now: datetime) -> datetime:
    if options["deadline"] and options["slack"]:
        raise UsageError("--deadline and --slack", hint="give one of them")
    if options["deadline"]:
        return parse_moment(options["deadline"], now=now)
    if config.plan.slack_s is None:
        raise UsageError(
            "when the job must have finished is not known", hint="give --deadline 'tomorrow 08:00', or --slack 24h"
        )
    return start + timedelta(seconds=duration_s + config.plan.slack_s)


def _power_w(options: Mapping[str, Any], learnt: Learnt | None) -> Quantity:
    if options["power_w"] is not None:
        try:
            watts = float(options["power_w"])
        except ValueError:
            raise UsageError(f"--power-w {options['power_w']!r} is not a number", hint="watts, such as 450") from None
        if not 0.0 < watts < 1e9:
            raise UsageError(f"--power-w {watts:g}", hint="watts of the job's hardware, such as 450")
        return Quantity.exact(watts, provenance="modelled", source=_GIVEN)
    if learnt is not None:
        return learnt.power_w
    return Quantity.absent("power", source="neither given nor learnt from runs")


def _told(learnt: Learnt | None, options: Mapping[str, Any]) -> list[str]:
    if learnt is None or options["duration"]:
        return []
    low_s, middle_s, high_s = learnt.duration_s.low or 0.0, learnt.duration_s.value or 0.0, learnt.duration_s.high or 0.0
    return [f"takes {duration(middle_s)} ({duration(low_s)} to {duration(high_s)}), {learnt.duration_s.source}"]


def _curve_of(plan: Plan, found: Places) -> IntensityCurve | None:
    return found.curves.get(plan.windows[0].zone or "")


def _shown_until(plan: Plan, job: Job) -> datetime:
    """Give where a picture ends: at the deadline, or where the curve ends, but not before the plan does."""
    horizon = plan.curve.horizon_end
    until = job.deadline if horizon is None else min(job.deadline, horizon)
    return max(until, plan.finish)
