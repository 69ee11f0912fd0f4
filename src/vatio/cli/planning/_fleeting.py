"""From a table of jobs, curves and capacities to a plan of all of them, and to what is shown and written of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from vatio.account import GridSeries, read_series
from vatio.cli._rim import Rim
from vatio.cli.planning._fleet_zones import by_zone, read_curves
from vatio.errors import UsageError
from vatio.plan.fleet import FleetPlan, plan_fleet
from vatio.plan.jobs import (
    AskedJob,
    Laid,
    PlannedWindow,
    SlotGrid,
    ZoneAsked,
    begun_jobs,
    lay,
    load_by_slot,
    read_jobs,
    read_load,
    read_plan,
    slot_means,
)
from vatio.report.fleet import FleetShown, LostJob, PlacedJob, ZoneLoad
from vatio.units import J_PER_KWH, parse_duration_s

_SLOT, _LIMIT = "1h", "15s"
_MOST_SLOTS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleeted:
    """Hold a plan of many jobs: as it is shown, and its windows, those of jobs that have begun with them."""

    shown: FleetShown
    windows: tuple[PlannedWindow, ...]
    plan: FleetPlan | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Hold what is to be planned, read and laid on slots."""

    grid: SlotGrid
    zones: tuple[ZoneAsked, ...]
    jobs: tuple[AskedJob, ...]
    kept: tuple[PlannedWindow, ...]
    laid: Laid
    notes: tuple[str, ...]


def fleeted(rim: Rim, path: str, options: Mapping[str, Any], *, now: datetime | None = None) -> Fleeted:
    """Plan the jobs of a table together.

    Raises:
        UsageError: a file cannot be read, or an option or row cannot mean anything.
        MissingExtra: numpy is not installed.
    """
    at = now or datetime.now(UTC)
    asked = _asked(rim, path, options, at)
    limit_s = parse_duration_s(options["time_limit"] or _LIMIT)
    plan = None if asked.laid.fleet is None else plan_fleet(asked.laid.fleet, cpu_limit_s=limit_s, told=rim.note)
    fresh = _windows(asked, plan)
    return Fleeted(shown=_shown(asked, plan, fresh), windows=(*asked.kept, *fresh), plan=plan, now=at)


def _asked(rim: Rim, path: str, options: Mapping[str, Any], now: datetime) -> _Asked:
    capacity_w, devices, pue = (
        by_zone(options[name], f"--{name.replace('_', '-')}") for name in ("capacity_w", "devices", "pue")
    )
    series = read_curves(options["curves"], (*capacity_w, *devices), read=read_series)
    slot_s = parse_duration_s(options["slot"] or _SLOT)
    begin, notes = _begin(options["earliest"], series, slot_s, now)
    windows = read_plan(options["keep"]) if options["keep"] else ()
    jobs = read_jobs(path, begin=_epoch(options, begin, now), unit=options["unit"])
    grid = _grid(begin, slot_s, series, jobs, notes)
    begun = begun_jobs(windows, at=begin)
    kept = tuple(window for window in windows if window.job in begun)
    away = sorted({window.zone for window in kept} - set(series))
    if away:
        raise UsageError(f"{options['keep']} has jobs in {away[0]}, of which there is no curve", hint=f"--curve {away[0]}=FILE")
    base = read_load(options["base_load"], tuple(series), grid) if options["base_load"] else {}
    zones = []
    for name, known in series.items():
        grams, filled = slot_means(known, grid)
        if filled:
            notes.append(f"{name}: {filled} of {grid.count} slots are not known, and taken from their neighbours")
        zones.append(
            ZoneAsked(
                name=name,
                g_per_kwh=grams,
                base_w=base.get(name, (0.0,) * grid.count),
                capacity_w=capacity_w.get(name, math.inf),
                devices=int(devices[name]) if name in devices else None,
                pue=pue.get(name, 1.0),
            )
        )
    unbounded = [name for name in series if name not in capacity_w]
    if unbounded:
        notes.append(f"no capacity is given for {', '.join(unbounded)}: jobs may crowd into one hour there")
    waiting = [job for job in jobs if job.id not in begun]
    laid = lay(waiting, zones, grid, kept=kept, move_j_per_gb=rim.config().plan.move_j_per_gb)
    return _Asked(grid=grid, zones=tuple(zones), jobs=jobs, kept=kept, laid=laid, notes=(*notes, *laid.notes))


def _epoch(options: Mapping[str, Any], begin: datetime, now: datetime) -> datetime:
    """Give the moment from which hours in the table count."""
    from vatio.plan.job import parse_moment

    if options["hours_from"]:
        return parse_moment(options["hours_from"], now=now)
    return begin


def _begin(text: str | None, series: Mapping[str, GridSeries], slot_s: float, now: datetime) -> tuple[datetime, list[str]]:
    """Give where the plan begins: as asked; else with the next slot, or where curves of another time begin."""
    from vatio.plan.job import parse_moment

    if not 60.0 <= slot_s <= 86_400.0:
        raise UsageError(f"--slot of {slot_s:g} s", hint="from 1m to 24h")
    first_s, last_s = max(one.starts_s[0] for one in series.values()), min(one.end_s for one in series.values())
    if last_s <= first_s:
        raise UsageError("the curves have no time in common", hint="give curves of the same days")
    if text:
        begin = parse_moment(text, now=now)
        if not first_s <= begin.timestamp() < last_s:
            known = f"they have {_day(first_s)} to {_day(last_s)} in common"
            raise UsageError(f"the curves do not know {begin:%Y-%m-%d %H:%M} UTC", hint=known)
        return begin, []
    if first_s <= now.timestamp() < last_s - slot_s:
        return datetime.fromtimestamp(math.ceil(now.timestamp() / slot_s) * slot_s, UTC), []
    note = f"the curves do not know the present: the plan begins where they do, {_day(first_s)} UTC"
    return datetime.fromtimestamp(first_s, UTC), [note]


def _grid(
    begin: datetime, slot_s: float, series: Mapping[str, GridSeries], jobs: Sequence[AskedJob], notes: list[str]
) -> SlotGrid:
    """Lay slots from the beginning to the last deadline, but not past the curves; one where all deadlines are past."""
    last_s = min(one.end_s for one in series.values())
    known = int((last_s - begin.timestamp()) / slot_s + 1e-9)
    wanted = [math.ceil((job.deadline - begin).total_seconds() / slot_s) for job in jobs if job.deadline is not None]
    open_end = len(wanted) < len(jobs)
    late = sum(count > known for count in wanted)
    if late:
        notes.append(
            f"the curves end at {_day(last_s)} UTC: nothing is planned past that, though {late} jobs have later deadlines"
        )
    count = known if open_end else min(known, max(1, *wanted))
    if open_end:
        notes.append(f"{len(jobs) - len(wanted)} jobs have no deadline: they end with the curves")
    if not 1 <= count <= _MOST_SLOTS:
        raise UsageError(f"the plan has {max(0, count)} slots", hint=f"from 1 to {_MOST_SLOTS}: cut the curves, or --slot")
    return SlotGrid(begin=begin, slot_s=slot_s, count=count)


def _windows(asked: _Asked, plan: FleetPlan | None) -> list[PlannedWindow]:
    jobs = {job.id: job for job in asked.jobs}
    return [
        PlannedWindow(
            job=one.job,
            zone=one.zone,
            start=start,
            end=end,
            power_w=jobs[one.job].power_w,
            devices=jobs[one.job].devices,
        )
        for one in (plan.placements if plan else ())
        for start, end in asked.grid.windows(one.slots)
    ]


def _shown(asked: _Asked, plan: FleetPlan | None, fresh: Sequence[PlannedWindow]) -> FleetShown:
    lost = [*asked.laid.unfit, *(plan.unplaced if plan else ())]
    kept_g = _kept_g(asked)
    notes = [*asked.notes, *(plan.notes if plan else ())]
    if asked.kept:
        notes.append(f"jobs that have begun go on as planned: {kept_g:.0f} g from here, not counted above")
    return FleetShown(
        begin=asked.grid.begin,
        slot_s=asked.grid.slot_s,
        zones=tuple(_load(zone, asked, fresh) for zone in asked.zones),
        placed=(*_begun(asked), *_placed(asked, plan)),
        lost=tuple(LostJob(job=one.job, reason=one.reason, proved=one.proved) for one in lost),
        emissions_g=plan.emissions_g if plan else 0.0,
        now_g=plan.now_g if plan else None,
        now_both_g=plan.now_both_g if plan else None,
        gap_ratio=plan.gap_ratio if plan else None,
        solver=plan.solver if plan else "none: nothing was left to place",
        notes=tuple(notes),
    )


def _load(zone: ZoneAsked, asked: _Asked, fresh: Sequence[PlannedWindow]) -> ZoneLoad:
    kept_w, _ = load_by_slot(asked.kept, zone.name, asked.grid)
    planned_w, _ = load_by_slot(fresh, zone.name, asked.grid)
    return ZoneLoad(
        name=zone.name,
        g_per_kwh=zone.g_per_kwh,
        held_w=tuple(base + kept for base, kept in zip(zone.base_w, kept_w, strict=True)),
        planned_w=tuple(planned_w),
        capacity_w=zone.capacity_w,
        jobs=len({window.job for window in fresh if window.zone == zone.name}),
    )


def _kept_g(asked: _Asked) -> float:
    """Give what the jobs that have begun will still emit."""
    found = 0.0
    for zone in asked.zones:
        watts, _ = load_by_slot(asked.kept, zone.name, asked.grid)
        met = math.fsum(one * grams for one, grams in zip(watts, zone.g_per_kwh, strict=True))
        found += met * zone.pue * asked.grid.slot_s / J_PER_KWH
    return found


def _begun(asked: _Asked) -> list[PlacedJob]:
    names = dict.fromkeys(window.job for window in asked.kept)
    found = []
    for name in names:
        own = sorted((window for window in asked.kept if window.job == name), key=lambda window: window.start)
        windows = tuple((window.start, window.end) for window in own)
        found.append(PlacedJob(job=name, zone=own[0].zone, windows=windows, emissions_g=0.0, has_begun=True))
    return found


def _placed(asked: _Asked, plan: FleetPlan | None) -> list[PlacedJob]:
    return [
        PlacedJob(job=one.job, zone=one.zone, windows=tuple(asked.grid.windows(one.slots)), emissions_g=one.emissions_g)
        for one in (plan.placements if plan else ())
    ]


def _day(moment_s: float) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=moment_s)).strftime("%Y-%m-%d %H:%M")
