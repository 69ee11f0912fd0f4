"""Write a fleet's plan for a terminal: each zone's load by the hour over how clean the hour is, zones, jobs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime

from vatio.report._format import clean
from vatio.report.fleet._shown import FleetShown, PlacedJob, ZoneLoad, local
from vatio.units import W_PER_KW

HEAD = ("zone", "jobs", "kWh", "g/kWh met", "g/kWh mean", "peak kW", "of capacity")
_WIDTH, _HEIGHT = 72, 6
_SHADES = " .:-=+*%@"
_MOST_JOBS, _MOST_LOST = 20, 20


def fleet_lines(shown: FleetShown) -> tuple[str, ...]:
    """Write a plan: ``#`` is what it adds, ``o`` what runs there anyway; the row of shades is darker the dirtier the hour."""
    return tuple(_lines(shown))


def _lines(shown: FleetShown) -> Iterator[str]:
    yield shown.headline()
    highest = max(max(zone.g_per_kwh) for zone in shown.zones) or 1.0
    for zone in shown.zones:
        yield ""
        yield from _chart(zone, shown, highest)
    yield ""
    yield from _table([HEAD, *(zone.cells(shown.slot_s) for zone in shown.zones)])
    yield ""
    yield from (f"{name:<10} {value}" for name, value in shown.facts())
    if shown.lost:
        yield ""
        yield from (f"no place   {clean(one.job)}: {_why(one.reason, one.proved)}" for one in shown.lost[:_MOST_LOST])
        if len(shown.lost) > _MOST_LOST:
            yield f"and {len(shown.lost) - _MOST_LOST} more; --json names them all"
    yield ""
    yield from _jobs(shown.placed)
    if shown.notes:
        yield ""
    yield from (clean(note) for note in shown.notes)


def _why(reason: str, proved: bool) -> str:
    return f"{clean(reason)} ({'proved' if proved else 'not proved: more --time-limit may find one'})"


def _chart(zone: ZoneLoad, shown: FleetShown, highest: float) -> Iterator[str]:
    """Draw the mean load of so many slots as a column."""
    wide = max(1, math.ceil(shown.slots / _WIDTH))
    held, whole, grams = (_means(series, wide) for series in (zone.held_w, zone.whole_w, zone.g_per_kwh))
    most = zone.capacity_w if zone.capacity_w < math.inf else max(*whole, 1e-9)
    most = max(most, *whole)
    limit = f"capacity {zone.capacity_w / W_PER_KW:g} kW" if zone.capacity_w < math.inf else "no capacity given"
    yield f"{'':>8} {clean(zone.name)}: kW ({limit}); shades: g/kWh, darker is dirtier"
    for row in range(_HEIGHT, 0, -1):
        mark = f"{most / W_PER_KW * row / _HEIGHT:8.1f}" if row in (_HEIGHT, _HEIGHT // 2) else " " * 8
        cells = "".join(_cell(before / most, all_of / most, row) for before, all_of in zip(held, whole, strict=True))
        yield f"{mark} |{cells}".rstrip()
    shades = "".join(_SHADES[min(len(_SHADES) - 1, int(value / highest * len(_SHADES)))] for value in grams)
    yield f"{'g/kWh':>8} |{shades}".rstrip()
    yield f"{'':>9} {_axis(shown, wide, len(whole))}".rstrip()


def _cell(held_ratio: float, whole: float, row: int) -> str:
    line = (row - 0.5) / _HEIGHT
    if held_ratio >= line:
        return "o"
    # What is planned is seen in the lowest row however little it is.
    return "#" if whole >= line or (row == 1 and whole > held_ratio) else " "


def _means(series: Sequence[float], wide: int) -> list[float]:
    return [math.fsum(series[at : at + wide]) / len(series[at : at + wide]) for at in range(0, len(series), wide)]


def _axis(shown: FleetShown, wide: int, count: int) -> str:
    """Write the days, or the hours of a short plan, under the columns."""
    line, free, before = "", 0, None
    short = (shown.start_of(shown.slots) - shown.begin).total_seconds() <= 36 * 3600.0
    for at in range(count):
        moment = shown.start_of(at * wide).astimezone()
        mark = (moment.date(), moment.hour // 6 if short else 0)
        text = moment.strftime("%a %H:%M" if short or not at else "%a %d")
        if mark != before and at >= free and at + len(text) <= max(count, 12):
            line = line.ljust(at) + text
            free = len(line) + 2
        before = mark
    return line


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for name, *rest in rows:
        yield "  ".join(
            (clean(name).ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)))
        ).rstrip()


def _jobs(placed: Sequence[PlacedJob]) -> Iterator[str]:
    fresh = sorted((one for one in placed if not one.has_begun), key=_first)
    for one in fresh[:_MOST_JOBS]:
        pauses = len(one.windows) - 1
        told = f", {pauses} pause{'s' if pauses > 1 else ''}" if pauses else ""
        yield f"{clean(one.job):<16} {clean(one.zone):<10} {local(one.windows[0][0])} to {local(one.windows[-1][1])}{told}"
    if len(fresh) > _MOST_JOBS:
        yield f"and {len(fresh) - _MOST_JOBS} more; --out FILE writes them all"


def _first(one: PlacedJob) -> datetime:
    return one.windows[0][0]
