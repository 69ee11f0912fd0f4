"""Runs added up by project, stage, month, host or tag: kWh, kg, litres and euros, each joule once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from vatio.cli._rim import Rim
from vatio.cli._terminal import put, put_json, put_lines, put_table
from vatio.cli.recording._sharing import share_out
from vatio.errors import UnknownName, UsageError
from vatio.ledger import GROUPINGS, GroupSum, since_utc, time_zone, total_of
from vatio.records import Quantity, to_json
from vatio.report import amount, best, clean

RIGHT = (1, 2, 3, 4, 5, 6, 7)
_HEADER = ("runs", "kWh", "kg CO2e", "market-based", "embodied", "L", "EUR")
_COLUMNS = (("energy", "j", "kWh"), ("total", "g", "kg"), ("market", "g", "kg"), ("embodied", "g", "kg"))
_NOBODY = "(none)"


def sum_runs(rim: Rim, *, by: str | None, since: str | None, tz: str | None, form: str | None, as_json: bool) -> None:
    """Add up the runs that have ended, failed and interrupted ones too.

    Raises:
        UsageError: a grouping, date, time zone or form cannot mean anything.
    """
    if form not in (None, "csv") or (form and as_json):
        raise UsageError(f"--as {form}", hint="write --as csv, or --json")
    group, zone = grouping(by or "project"), time_zone(tz) if tz else None
    after = since_utc(since, zone) if since else None
    sums: tuple[GroupSum, ...] = ()
    # Where there is no ledger yet there is nothing to add.
    with suppress(UnknownName), rim.ledger() as ledger:
        sums = ledger.overview.sums(group, since=after, zone=zone, share_out=share_out)
    if as_json:
        put_json(sums_json(sums, group, tz=tz or "UTC", since=after))
    elif form == "csv":
        put(sums_csv(sums, group))
    elif sums:
        put_table((group, *_HEADER), [*map(row, sums), row(total_of(sums)._replace(group="total"))], right=RIGHT)
        put_lines(balance_lines(total_of(sums)))
    else:
        rim.note("no such runs; vatio run -- python train.py makes one")


def grouping(by: str) -> str:
    """Read what to group by.

    Raises:
        UnknownName: there is no such grouping.
    """
    if by not in GROUPINGS and not (by.startswith("tag:") and len(by) > len("tag:")):
        raise UnknownName.among("grouping", by, (*GROUPINGS, "tag:KEY"))
    return by


def row(found: GroupSum) -> tuple[str, ...]:
    """Give the cells of one group."""
    figures = (found.energy_j, found.total_g, found.market_g, found.embodied_g)
    cells = (amount(figure, unit, name) for figure, (_, unit, name) in zip(figures, _COLUMNS, strict=True))
    rest = (amount(found.water_l, "l", "L"), amount(found.cost_eur, "eur", "EUR"))
    return (clean(found.group) or _NOBODY, str(found.runs), *cells, *rest)


def balance_lines(total: GroupSum) -> list[str]:
    """Say how the total comes about: runs less overlap, and what no run answers for."""
    said = [
        f"runs claim {_best(total.runs_j)}",
        f"{_best(total.overlap_j)} of it more than once",
        f"total {_best(total.energy_j)}",
    ]
    lines = ["", ", ".join(said)]
    if not total.host_j.is_missing and not total.unattributed_j.is_missing:
        lines.append(
            f"hosts drew {_best(total.host_j)} meanwhile, {_best(total.unattributed_j)} of it not attributed to any run"
        )
    if total.machine:
        lines.append(f"{total.machine} of {total.runs} runs count their whole machine: their own share is not known")
    return lines


def sum_json(found: GroupSum) -> dict[str, Any]:
    """Give one sum as JSON."""
    grams = {
        "operational": found.operational_g,
        "operational_market": found.market_g,
        "embodied": found.embodied_g,
        "total": found.total_g,
    }
    names = ("runs", "nested", "machine", "energy_j", "runs_j", "overlap_j", "unattributed_j", "host_j", "cpu_s")
    known = {name: to_json(getattr(found, name)) for name in names}
    return {**known, "emissions_g": to_json(grams), "water_l": to_json(found.water_l), "cost_eur": to_json(found.cost_eur)}


def sums_json(sums: Sequence[GroupSum], by: str, *, tz: str, since: str | None) -> dict[str, Any]:
    """Give ``vatio.sums/1``."""
    groups = [{"group": found.group, **sum_json(found)} for found in sums]
    about = {"schema": "vatio.sums/1", "by": by, "tz": tz, "since": since}
    return {**about, "groups": groups, "total": sum_json(total_of(sums))}


def sums_csv(sums: Sequence[GroupSum], by: str) -> str:
    """Write one line for each group; what is not known is empty, and ends of intervals stand beside their values."""
    import csv
    import io

    from vatio.units import G_PER_KG, J_PER_KWH

    joules = ("energy", "runs", "overlap", "unattributed", "host")
    grams = ("total", "operational", "market", "embodied")
    figures = [
        *((name, "_kwh", f"{name}_j", J_PER_KWH) for name in joules),
        *((name, "_kg", f"{name}_g", G_PER_KG) for name in grams),
        ("water", "_l", "water_l", 1.0),
        ("cost", "_eur", "cost_eur", 1.0),
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    heads = (f"{name}{end}{unit}" for name, unit, _, _ in figures for end in ("", "_low", "_high"))
    writer.writerow([by, "runs", "nested", *heads, "cpu_s"])
    for found in sums:
        cells = (cell for _, _, name, size in figures for cell in _cells(getattr(found, name), size))
        writer.writerow([found.group, found.runs, found.nested, *cells, "" if found.cpu_s is None else found.cpu_s])
    return text.getvalue()


def _cells(quantity: Quantity, size: float) -> list[str]:
    return ["" if number is None else repr(number / size) for number in (quantity.value, quantity.low, quantity.high)]


def _best(quantity: Quantity) -> str:
    return "-" if quantity.is_missing else best(quantity, "j")
