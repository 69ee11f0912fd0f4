"""From a trace and a curve to policies held against one another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from vatio.cli._rim import Rim
from vatio.errors import UsageError
from vatio.plan.simulate import POLICIES, JobTrace, Simulation, Year, replay, year_of
from vatio.report.simulation import PolicyShown, SimulationShown
from vatio.units import S_PER_HOUR, parse_duration_s

_SLACK, _UNITS = "24h", ("h", "min", "s")
_POWER_W = 1000.0


def simulated(rim: Rim, path: str, options: Mapping[str, Any]) -> Simulation:
    """Replay the policies that the options name.

    Raises:
        UsageError: a file cannot be read, or an option cannot mean anything.
    """
    from dataclasses import replace

    year = _year(options)
    trace = _trace(path, year, options)
    named = tuple(name.strip() for name in options["policies"].split(",")) if options["policies"] else tuple(POLICIES)
    resume_h = parse_duration_s(options["resume_cost"]) / S_PER_HOUR if options["resume_cost"] else 0.0
    told = None if len(trace) < 200_000 else rim.note
    found = replay(trace, year, policies=named, resume_h=resume_h, told=told)
    return replace(found, notes=(*_told(options, path), *found.notes))


def shown(found: Simulation) -> SimulationShown:
    """Give what a simulation's table, picture and page are made of."""
    names = PolicyShown.__slots__
    policies = [
        PolicyShown(name=one.policy, **{name: getattr(one, name) for name in names if name != "name"}) for one in found.outcomes
    ]
    return SimulationShown(
        zone=found.zone,
        source=found.source,
        hours=found.hours,
        jobs=found.jobs,
        policies=tuple(policies),
        checks=found.checks,
        notes=found.notes,
    )


def _year(options: Mapping[str, Any]) -> Year:
    from vatio.account import read_series

    if not options["curve"]:
        raise UsageError("there is no intensity to replay over", hint="give a year of it: --curve FILE.csv [--zone Z]")
    return year_of(read_series(options["curve"], zone=options["zone"]))


def _begin(year: Year, options: Mapping[str, Any]) -> datetime:
    """Give where the trace begins in the curve; what lies before is what forecasts know of the past."""
    from vatio.plan.job import parse_moment

    if not options["earliest"]:
        return year.start
    begin = parse_moment(options["earliest"], now=datetime.now(UTC))
    if not year.start <= begin < year.end:
        known = f"it goes from {year.start:%Y-%m-%d} to {year.end:%Y-%m-%d}"
        raise UsageError(f"the curve does not know {begin:%Y-%m-%d %H:%M} UTC", hint=known)
    return begin


def _trace(path: str, year: Year, options: Mapping[str, Any]) -> JobTrace:
    from vatio.plan.jobs import read_trace

    if options["unit"] and options["unit"] not in _UNITS:
        raise UsageError(f"--length-unit {options['unit']}", hint=f"one of {', '.join(_UNITS)}")
    begin = _begin(year, options)
    return read_trace(
        path,
        begin=begin,
        offset_s=(begin - year.start).total_seconds(),
        unit=options["unit"],
        slack_s=parse_duration_s(options["slack"] or _SLACK),
        power_w=_power_w(options["power_w"]),
        interruptible=not options["in_one_piece"],
    )


def _power_w(text: str | None) -> float:
    try:
        watts = _POWER_W if text is None else float(text)
    except ValueError:
        watts = 0.0
    if not 0.0 < watts < 1e9:
        raise UsageError(f"--power-w {text!r}", hint="watts of a job, or of each of its cpus, such as 450")
    return watts


def _told(options: Mapping[str, Any], path: str) -> list[str]:
    from vatio.plan.jobs import has_column

    if options["power_w"] or has_column(path, "power_w"):
        return []
    return [f"power is not known: {_POWER_W:g} W each (times cpus) is taken; shares hold, grams do not"]
