"""Read where a job may run: what is known of each zone's hours, else the annual table, with price, building, distance."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from vatio.account import GridSeries, IntensityCurve, read_series, read_zones, usual_pue
from vatio.errors import UnknownName, UsageError
from vatio.plan.ahead import Ahead, Known, look_ahead
from vatio.plan.job import Guard, Job, Place, Steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account import IntensitySource
    from vatio.config import Config, PlanConfig

# What a zone is called that has no name.
HERE = "here"
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Hold the curve and the surroundings of each zone; ``home`` is where the job runs when it runs at once.

    ``guard`` judges gains at home, where its hours are a forecast of our own.
    """

    curves: Mapping[str, IntensityCurve]
    places: Mapping[str, Place]
    home: str
    notes: tuple[str, ...]
    guard: Guard | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Hold when one plans, and the job with the time that it may use."""

    now: datetime
    start: datetime
    job: Job


def read_places(
    config: Config,
    environ: Mapping[str, str],
    within: Within,
    *,
    source: IntensitySource | None = None,
) -> Places:
    """Read the zones of a configuration: those that are named, else those of the curves' files, else the site's.

    ``source`` is asked for zones of which no curve reaches so far.

    Raises:
        UsageError: a file cannot be read, or belongs to no zone.
        UnknownName: a zone has no curve and is not in the table either.
    """
    asked = config.plan.zones or ((config.site.zone,) if config.site.zone else ())
    files = _files(config, config.plan.curves, asked, "--curve")
    zones = tuple(dict.fromkeys(asked if config.plan.zones or not files else _of_files(files, config.site.zone))) or (HERE,)
    past = _files(config, config.plan.history, zones, "--history")
    past |= _of_site(config, zones) if not past else {}
    found: dict[str, Ahead] = {}
    notes: list[str] = []
    for zone in zones:
        known = Known(curve=files.get(zone), source=source, history=past.get(zone))
        found[zone], said = _ahead(zone, known, config, environ, within, others=bool(files))
        notes += said
    pue, about_pue = _pue(config, environ)
    return Places(
        curves={zone: ahead.curve for zone, ahead in found.items() if ahead.curve is not None},
        places={zone: _place(zone, zones[0], found[zone], config, within, pue=pue) for zone in zones},
        home=zones[0],
        notes=(*notes, *about_pue),
        guard=found[zones[0]].guard,
    )


def _of_site(config: Config, zones: tuple[str, ...]) -> dict[str, GridSeries]:
    """Read the hours of the site's own zone, if it is among those that are planned for."""
    site, zone = config.site, config.site.zone or zones[0]
    if site.grid is None or zone not in zones or not os.path.exists(site.grid):
        return {}
    return {zone: read_series(site.grid, zone=None if zone == HERE else zone)}


def _of_files(files: Mapping[str, GridSeries], home: str | None) -> tuple[str, ...]:
    return tuple(sorted(files, key=lambda zone: zone != home)) if home in files else tuple(files)


def _files(config: Config, entries: tuple[str, ...], zones: tuple[str, ...], option: str) -> dict[str, GridSeries]:
    found: dict[str, GridSeries] = {}
    for entry in entries:
        zone, equals, path = entry.partition("=")
        whole = not equals or os.path.exists(entry)
        if whole:
            zone, path = zones[0] if zones else HERE, entry
        at = there(path, config.root)
        read = read_zones(at, zone=zone) if whole else {zone: read_series(at, zone=zone)}
        if whole and len(zones) > 1 and list(read) == [zone]:
            raise UsageError(f"{option} {entry} belongs to one of {len(zones)} zones", hint=f"write {option} {zone}={entry}")
        found.update(read)
    return found


def there(path: str, root: str) -> str:
    """Give a path as it is, or beside the configuration where only that is there."""
    beside = os.path.join(root, path)
    return beside if not os.path.exists(path) and os.path.exists(beside) else path


def _ahead(
    zone: str, known: Known, config: Config, environ: Mapping[str, str], within: Within, *, others: bool
) -> tuple[Ahead, list[str]]:
    """Look at a zone's hours to come; where nobody tells of them its annual average stands in, and a note says so."""
    named = "" if zone == HERE else zone
    job = within.job
    found = look_ahead(named, known, now=within.now, start=within.start, end=job.deadline, interruptible=job.interruptible)
    notes = list(found.notes)
    if found.curve is not None:
        return found, notes
    if known.curve is None and others and named:
        notes.append(f"there is no curve of {zone}")
    annual = Ahead(curve=_annual(zone, config, environ))
    return annual, [*notes, f"{zone}: its annual average is used, which knows no hours"]


def _annual(zone: str, config: Config, environ: Mapping[str, str]) -> IntensityCurve:
    """Give a curve that is flat: the table's annual average of a zone, with its interval."""
    from vatio.catalog import open_catalog
    from vatio.catalog import zone as anywhere
    from vatio.cli._estimating import catalog_files

    if zone == HERE:
        factor = anywhere(None)
    else:
        try:
            factor = open_catalog(catalog_files(config, environ, ())).zone(zone)
        except UnknownName as error:
            raise UnknownName(str(error), hint=f"{error.hint} Else give its curve: --curve {zone}=FILE".strip()) from error
    grams = factor.g_per_kwh
    value, low, high = grams.value or 0.0, grams.low or 0.0, grams.high or 0.0
    return IntensityCurve(
        starts_s=(0.0,),
        values_g_per_kwh=(value,),
        low_g_per_kwh=(low,),
        high_g_per_kwh=(high,),
        source=f"annual average: {grams.source or factor.source}",
        zone=zone,
    )


def _pue(config: Config, environ: Mapping[str, str]) -> tuple[float, list[str]]:
    """Give the PUE of the configuration, else the one with which a run of this machine will be accounted, and say so."""
    if config.site.pue is not None:
        return config.site.pue, []
    from vatio.measure import surroundings

    usual = usual_pue(config.site, surroundings(environ).cpu_model)
    return usual.value or 1.0, [f"PUE {usual.value:g}, as receipts count it; --pue or [site] pue says better"]


def _place(zone: str, home: str, ahead: Ahead, config: Config, within: Within, *, pue: float) -> Place:
    chosen = config.plan
    away = zone != home
    return Place(
        pue=pue,
        price_eur_per_kwh=_price(ahead, config, away=away, start=within.start, end=within.job.deadline),
        renewable_ratio=ahead.renewable_ratio,
        move_j=chosen.move_gb * chosen.move_j_per_gb if away else 0.0,
        latency_s=_latency_s(chosen, zone) if away else 0.0,
    )


def _latency_s(chosen: PlanConfig, zone: str) -> float | None:
    text = chosen.latency_ms.get(zone)
    if text is None:
        return None
    try:
        latency_ms = float(text)
    except ValueError:
        latency_ms = -1.0
    if not 0.0 <= latency_ms < 1e6:
        raise UsageError(f"the latency of {zone} is {text!r}", hint=f"milliseconds: --latency {zone}=31")
    return latency_ms / 1000.0


def _price(ahead: Ahead, config: Config, *, away: bool, start: datetime, end: datetime) -> Steps | None:
    """Give a zone's price: its curve's; at home also the site's tariff or price."""
    if ahead.price_eur_per_kwh is not None:
        return ahead.price_eur_per_kwh
    if away:
        return None
    if config.site.tariff and not config.origins.get("site.price_eur_per_kwh", "").startswith("-"):
        return _tariff(config, start, end)
    if config.site.price_eur_per_kwh is None:
        return None
    return Steps(starts_s=(0.0,), values=(config.site.price_eur_per_kwh,), source="given price")


def _tariff(config: Config, start: datetime, end: datetime) -> Steps | None:
    from vatio.account import tariff_of

    tariff = tariff_of(config.site)
    # From the hour in which it starts, so that a plan's slots begin where the tariff's do.
    pieces = tariff.pieces(start, (end - start).total_seconds() + _DAY_S)
    values = tuple(piece.price_eur_per_kwh for piece in pieces)
    if all(value is None for value in values):
        return None
    base_s = start.timestamp()
    return Steps(
        starts_s=tuple(base_s + piece.start_s for piece in pieces),
        values=values,
        end_s=base_s + pieces[-1].end_s,
        source=tariff.source,
    )
