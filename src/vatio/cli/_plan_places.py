"""Read where a job may run: curves from files, else the annual table, with price, building, distance of each zone."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from vatio.account import IntensityCurve
from vatio.errors import UnknownName, UsageError
from vatio.plan.job import CurveFile, Place, Steps, read_curve_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config, PlanConfig

# What a zone is called that has no name.
_HERE = "here"
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Hold the curve and the surroundings of each zone; ``home`` is where the job runs when it runs at once."""

    curves: Mapping[str, IntensityCurve]
    places: Mapping[str, Place]
    home: str
    notes: tuple[str, ...]


def read_places(
    config: Config,
    environ: Mapping[str, str],
    *,
    start: datetime,
    end: datetime,
    told: Callable[[str], CurveFile] | None = None,
) -> Places:
    """Read the zones of a configuration: those that are named, else those of the curves' files, else the site's.

    ``told`` asks a source for what it knows of a zone of which no file does.

    Raises:
        UsageError: a file cannot be read, or belongs to no zone.
        UnknownName: a zone has no curve and is not in the table either.
    """
    asked = config.plan.zones or ((config.site.zone,) if config.site.zone else ())
    files = _files(config, asked)
    zones = tuple(dict.fromkeys(asked if config.plan.zones or not files else _of_files(files, config.site.zone))) or (_HERE,)
    files = files if told is None else {**{zone: told(zone) for zone in zones if zone not in files}, **files}
    curves: dict[str, IntensityCurve] = {}
    notes: list[str] = []
    for zone in zones:
        curves[zone], said = _curve(zone, files, config, environ, start)
        notes += said
    places = {zone: _place(zone, zones[0], files.get(zone), config, start=start, end=end) for zone in zones}
    return Places(curves=curves, places=places, home=zones[0], notes=tuple(notes))


def _of_files(files: Mapping[str, CurveFile], home: str | None) -> tuple[str, ...]:
    return tuple(sorted(files, key=lambda zone: zone != home)) if home in files else tuple(files)


def _files(config: Config, zones: tuple[str, ...]) -> dict[str, CurveFile]:
    found: dict[str, CurveFile] = {}
    for entry in config.plan.curves:
        zone, equals, path = entry.partition("=")
        if not equals or os.path.exists(entry):
            zone, path = zones[0] if zones else _HERE, entry
            read = read_curve_file(_there(path, config.root), zone=zone)
            if len(zones) > 1 and list(read) == [zone]:
                raise UsageError(f"--curve {entry} belongs to one of {len(zones)} zones", hint=f"write --curve {zone}={entry}")
        else:
            read = read_curve_file(_there(path, config.root), zone=zone)
        found.update(read)
    return found


def _there(path: str, root: str) -> str:
    """Give a path as it is, or beside the configuration where only that is there."""
    beside = os.path.join(root, path)
    return beside if not os.path.exists(path) and os.path.exists(beside) else path


def _curve(
    zone: str, files: Mapping[str, CurveFile], config: Config, environ: Mapping[str, str], start: datetime
) -> tuple[IntensityCurve, list[str]]:
    notes = []
    if zone in files:
        curve = files[zone].curve
        if curve.end_s is None or curve.end_s > start.timestamp():
            return curve, []
        until = datetime.fromtimestamp(curve.end_s, UTC).strftime("%Y-%m-%d %H:%M")
        notes.append(f"the curve of {zone} ended at {until} UTC: it says nothing of the time to come")
    elif files and zone != _HERE:
        notes.append(f"there is no curve of {zone}")
    return _annual(zone, config, environ), [*notes, f"{zone}: its annual average is used, which knows no hours"]


def _annual(zone: str, config: Config, environ: Mapping[str, str]) -> IntensityCurve:
    """Give a curve that is flat: the table's annual average of a zone, with its interval."""
    from vatio.catalog import open_catalog
    from vatio.catalog import zone as anywhere
    from vatio.cli._estimating import catalog_files

    if zone == _HERE:
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


def _place(zone: str, home: str, file: CurveFile | None, config: Config, *, start: datetime, end: datetime) -> Place:
    chosen = config.plan
    away = zone != home
    return Place(
        pue=config.site.pue or 1.0,
        price_eur_per_kwh=_price(file, config, away=away, start=start, end=end),
        renewable_ratio=None if file is None else file.renewable_ratio,
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


def _price(file: CurveFile | None, config: Config, *, away: bool, start: datetime, end: datetime) -> Steps | None:
    """Give a zone's price: its file's; at home also the site's tariff or price."""
    if file is not None and file.price_eur_per_kwh is not None:
        return file.price_eur_per_kwh
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
