"""Hardware weighed on the terminal: options from names, a table and own runs, and what they come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from vatio.catalog import Catalog, open_catalog
from vatio.cli._estimating import catalog_files
from vatio.cli._rim import Rim
from vatio.cli._terminal import plain_table
from vatio.errors import UnknownName, UsageError
from vatio.plan.hardware import (
    CLOUD,
    OWN,
    PATTERNS,
    BreakEven,
    Option,
    Standing,
    Usage,
    break_even,
    from_catalog,
    from_runs,
    read_options,
    times,
    weigh,
)
from vatio.records import Quantity
from vatio.report import amount, clean, written
from vatio.units import HOURS_PER_WEEK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config

_RUNS = 200
_HEAD = ("option", "where", "J/unit", "hours", "kWh", "g", "embodied g", "EUR", "")
RIGHT = (2, 3, 4, 5, 6, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """Hold what was asked and found."""

    usage: Usage
    standings: tuple[Standing, ...]
    break_evens: tuple[BreakEven, ...]


def weighed(rim: Rim, names: Sequence[str], options: Mapping[str, Any]) -> Weighed:
    """Weigh the hardware that is named, listed in a file, or measured by own runs.

    Raises:
        UsageError: there is nothing to weigh, or an option cannot mean anything.
        UnknownName: the catalog has no such hardware or zone.
    """
    given = {"site.zone": options["zone"], "site.pue": options["pue"], "site.price_eur_per_kwh": options["price"]}
    config = rim.config({key: value for key, value in given.items() if value is not None})
    catalog = open_catalog(catalog_files(config, rim.environ, options["rows"]))
    found = [_finished(_named(name, catalog), None, config, catalog) for name in names]
    for path in options["tables"]:
        found += read_options(path, catalog, finish=lambda option, zone: _finished(option, zone, config, catalog))
    if options["work_unit"]:
        found += [_finished(option, None, config, catalog) for option in _measured(rim, options["work_unit"])]
    if not found:
        raise UsageError(
            "there is nothing to weigh", hint="name hardware: vatio plan hardware A100 p4d.24xlarge; or --table FILE"
        )
    usage = _usage(options)
    standings = weigh(found, usage)
    kept = [standing for standing in standings if standing.excluded is None]
    return Weighed(usage=usage, standings=standings, break_evens=tuple(_pairs(kept, usage)))


def _named(text: str, catalog: Catalog) -> Option:
    name, colon, number = text.rpartition(":")
    if not colon:
        return from_catalog(text, catalog)
    try:
        count = float(number)
    except ValueError:
        count = 0.0
    if not 0.0 < count < 1e6:
        raise UsageError(f"{text!r} names no hardware", hint="NAME:COUNT, such as H100:8")
    return from_catalog(name, catalog, count=count)


def _measured(rim: Rim, unit: str) -> tuple[Option, ...]:
    found: tuple[Option, ...] = ()
    # Where there is no ledger yet nothing was counted.
    with suppress(UnknownName), rim.ledger(settled=False) as ledger:
        found = from_runs(ledger.runs(_RUNS), unit)
    if not found:
        raise UsageError(f"no finished run counted {unit!r}", hint=f"count it in the run: vatio.work({unit}=n)")
    return found


def _finished(option: Option, zone: str | None, config: Config, catalog: Catalog) -> Option:
    """Add what the place says: its grid, and of a machine of one's own its building and price."""
    place = zone or config.site.zone
    changes: dict[str, Quantity] = {}
    if option.g_per_kwh.is_missing and place:
        changes["g_per_kwh"] = catalog.zone(place).g_per_kwh
    if option.where == OWN and config.site.pue is not None and option.pue.provenance in ("default", "missing"):
        changes["pue"] = Quantity.exact(config.site.pue, provenance="modelled", source="configured")
    if option.where == OWN and option.price_eur_per_kwh.is_missing and config.site.price_eur_per_kwh is not None:
        changes["price_eur_per_kwh"] = Quantity.exact(config.site.price_eur_per_kwh, provenance="modelled", source="configured")
    return replace(option, **changes)  # type: ignore[arg-type]


def _usage(options: Mapping[str, Any]) -> Usage:
    latency_ms = options["max_latency_ms"]
    max_latency_s = None if latency_ms is None else latency_ms / 1000.0
    if options["hours_per_week"] is not None:
        if not 0.0 < options["hours_per_week"] <= HOURS_PER_WEEK:
            raise UsageError(f"--hours-per-week {options['hours_per_week']:g}", hint="more than 0, at most 168")
        return Usage.of_week(options["hours_per_week"], max_latency_s=max_latency_s)
    return Usage.of_pattern(options["pattern"] or next(iter(PATTERNS)), max_latency_s=max_latency_s)


def _pairs(kept: Sequence[Standing], usage: Usage) -> Iterator[BreakEven]:
    """Hold each machine that would be bought against each other option; of what is owned already nothing pays back."""
    first_h = usage.busy_h_per_year
    for at, bought in enumerate(kept):
        hours = first_h * (bought.hours_ratio.value or 1.0)
        owned = bought.option.purchase_eur.value == 0.0 and bought.option.embodied_g.value == 0.0
        if bought.option.where == CLOUD or owned:
            continue
        for beside, other in enumerate(kept):
            # Of two that are bought the later one is what replaces the earlier one.
            if other is not bought and (other.option.where == CLOUD or beside < at):
                yield break_even(bought.option, other.option, replace(usage, busy_h_per_year=hours))


def weighed_lines(found: Weighed) -> Iterator[str]:
    """Write the options, then after how many hours of use each pays."""
    first = clean(found.standings[0].option.name)
    yield f"{found.usage.busy_h_per_year:.0f} busy hours a year of {first}; what each needs for the work of one of them:"
    yield ""
    yield from plain_table(_HEAD, [_row(standing) for standing in found.standings], right=RIGHT)
    if found.break_evens:
        rows = [
            (clean(pair.bought), clean(pair.other), _after(pair.cost_h), _after(pair.carbon_h), _after(pair.lifetime_h))
            for pair in found.break_evens
        ]
        yield ""
        yield from plain_table(("bought", "beside", "pays in euros after", "in grams after", "lasts"), rows)
    yield from sources(found.standings)


def _row(standing: Standing) -> tuple[str, ...]:
    ratio = standing.hours_ratio
    energy_j = times(ratio, standing.energy_j_per_h)
    costs = (standing.operational_g_per_h, standing.embodied_g_per_h, standing.total_eur_per_h)
    return (
        clean(standing.option.name),
        standing.option.where,
        _plain(standing.energy_j_per_unit),
        _plain(ratio),
        "unknown" if energy_j.is_missing else amount(energy_j, "j", "kWh"),
        *(_plain(times(ratio, cost)) for cost in costs),
        f"left out: {standing.excluded}" if standing.excluded else "",
    )


def _plain(quantity: Quantity) -> str:
    if quantity.value is None:
        return "unknown"
    if quantity.low == quantity.high:
        return f"{quantity.value:.4g}"
    high = "?" if quantity.high is None else f"{quantity.high:.3g}"
    return f"{quantity.value:.3g} ({quantity.low:.3g}..{high})"


def _after(quantity: Quantity) -> str:
    if quantity.value is None:
        return quantity.source or "unknown"
    if quantity.value == 0.0:
        return "at once"
    return f"{_plain(quantity)} h"


def sources(standings: Sequence[Standing]) -> Iterator[str]:
    """Say of each option where its numbers come from, and what is not known."""
    for standing in standings:
        option = standing.option
        parts = {"power": (option.busy_w, "w"), "embodied": (option.embodied_g, "g"), "grid": (option.g_per_kwh, "g_per_kwh")}
        yield ""
        yield f"{clean(option.name)}:"
        for name, (quantity, unit) in parts.items():
            told = "unknown" if quantity.is_missing else f"{written(quantity, unit)}, {quantity.provenance}"
            yield f"  {name:<9} {told}{f': {clean(quantity.source)}' if quantity.source else ''}"
