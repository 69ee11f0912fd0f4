"""New accounts of runs that have ended, with today's factors or given ones; the old ones stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from vatio.cli._rim import Rim
from vatio.cli._terminal import put_json, put_table
from vatio.errors import UnknownName, UsageError
from vatio.records import to_json
from vatio.report import amount, clean, short_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account import EnergyCurve, GridSeries
    from vatio.config import SiteConfig
    from vatio.ledger import Ledger
    from vatio.records import Footprint, RunRecord

HEADER = ("run", "zone", "g/kWh", "renewable", "PUE", "kg CO2e", "was", "EUR", "was")
RIGHT = (2, 3, 4, 5, 6, 7, 8)
# One transaction for each so many: a flush to the disk costs more than an account.
_TOGETHER = 200


def account_runs(
    rim: Rim,
    refs: Sequence[str],
    *,
    zone: str | None,
    pue: float | None,
    price_eur_per_kwh: float | None,
    grid: str | None,
    every: bool,
    as_json: bool,
) -> None:
    """Write a new account of each run, and show it beside the one before.

    Raises:
        UsageError: no run is named, one of them still goes on, a factor cannot be, or the file of hours cannot be read.
    """
    if bool(refs) == every:
        raise UsageError("--all and names of runs" if every else "no run is named", hint="vatio runs account @1, or --all")
    site = rim.config().site
    series = _series(grid, site, zone or site.zone)
    given = {"zone": zone, "pue": pue, "price_eur_per_kwh": price_eur_per_kwh, "grid": series}
    found: list[tuple[RunRecord, Footprint]] = []
    with rim.ledger() as ledger:
        ids = [run.id for run in ledger.overview.listed(0) if run.sealed] if every else [ledger.find(ref) for ref in refs]
        for at in range(0, len(ids), _TOGETHER):
            records = _ended(ledger, ids[at : at + _TOGETHER])
            pairs = [(record, _account(ledger, record, site, given)) for record in records]
            ledger.account([footprint for _, footprint in pairs])
            found += pairs if not every or as_json else []
            if every:
                rim.note(f"{min(at + _TOGETHER, len(ids))} of {len(ids)} runs accounted for")
    if as_json:
        put_json({"schema": "vatio.footprints/1", "footprints": [to_json(footprint) for _, footprint in found]})
    elif found:
        put_table(HEADER, [row(*pair) for pair in found], right=RIGHT)


def row(record: RunRecord, footprint: Footprint) -> tuple[str, ...]:
    """Give the cells of one new account, with what the one before it said."""
    intensity = footprint.intensity_g_per_kwh
    zone = ("-", "-") if intensity is None else (clean(intensity.zone), amount(intensity.g_per_kwh, "g_per_kwh", "g/kWh"))
    grams, euros = footprint.emissions_g.total, footprint.cost_eur
    return (
        short_id(record.id),
        *zone,
        amount(footprint.renewable_ratio, "ratio", "%"),
        amount(footprint.pue, "ratio", ""),
        amount(grams, "g", "kg"),
        amount(record.emissions_g.total, "g", "kg"),
        amount(euros, "eur", "EUR"),
        amount(record.cost_eur, "eur", "EUR"),
    )


def _ended(ledger: Ledger, ids: Sequence[str]) -> Iterator[RunRecord]:
    for run in ids:
        record = ledger.run(run)
        if not record.sealed:
            raise UsageError(f"run {run} has not ended", hint="account for it when it has")
        yield record


def _account(ledger: Ledger, record: RunRecord, site: SiteConfig, given: Mapping[str, Any]) -> Footprint:
    from vatio.account import footprint

    by_tariff = site.tariff is not None and given["price_eur_per_kwh"] is None
    curve = _curve(ledger, record.id) if by_tariff or given["grid"] is not None else None
    return footprint(record, curve=curve, site=site, **given)


def _series(path: str | None, site: SiteConfig, zone: str | None) -> GridSeries | None:
    """Read the hours that were given, else the site's, once for all runs; what is wrong with the site's, each account says.

    Raises:
        UsageError: the file that was given cannot be read.
    """
    from vatio.account import read_series

    if path is not None:
        return read_series(path, zone=zone)
    if site.grid is not None and zone == site.zone:
        with suppress(UsageError):
            return read_series(site.grid, zone=zone)
    return None


def _curve(ledger: Ledger, run: str) -> EnergyCurve | None:
    """Read how the run drew its energy, for what changed meanwhile; samples may have been pruned."""
    from vatio.account import energy_curve

    with suppress(UnknownName):
        return energy_curve(ledger.samples(run))
    return None
