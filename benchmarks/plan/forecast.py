"""The forecaster on 92 zones of 2022: plan-04, plan-05. The backtest is in ``benchmarks/forecast``.

Parameters were chosen by looking at these zones (ADR 0110, 0112 say which, and how flat the choice is); rows that end in
``-held-out`` are ES and US-CAL-CISO in 2021 and 2023, from another download: they were computed beside, and decided nothing.
Peers are the forecasts that anybody has: the 7-day mean of the hour, yesterday, last week.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from benchmarks._row import Row
from benchmarks.forecast._backtest import KINDS, Zone, backtest
from benchmarks.forecast._series import WIND, held_out, of_2022

COMMAND = "make bench TOPIC=plan ONLY="
LEAST_ORACLE_PERCENT = 1.0
MISSING = "no ../shared/data/grid"
HOPED = "interruptible"


def rows(peers: bool) -> list[Row]:
    """Give every row of the forecaster."""
    zones, others = _tested(of_2022()), _tested(held_out())
    if not zones:
        ids = ("plan-04a", "plan-04b", "plan-04c", "plan-04d", "plan-05a", "plan-05b")
        return [Row(id=name, what="forecast", relation="<=", limit=0.0, got=None, unit="", why=MISSING) for name in ids]
    return [*_captured(zones, others), *_covered(zones, others), *_lost(zones, others)]


def _tested(series: dict[str, object]) -> list[Zone]:
    """Backtest every zone in which there is something to save."""
    found = [backtest(name, values) for name, values in series.items()]
    return [zone for zone in found if zone.oracle[HOPED] >= LEAST_ORACLE_PERCENT]


def _captured(zones: Sequence[Zone], others: Sequence[Zone]) -> list[Row]:
    wind = [zone for zone in zones if zone.name in WIND]
    mean = statistics.fmean(zone.points_above_m7 for zone in wind)
    worst = min(zones, key=lambda zone: zone.points_above_m7)
    what = "share of the oracle's saving above the 7-day mean's"
    each = ", ".join(f"{zone.name} {zone.points_above_m7:+.1f}" for zone in wind)
    naive = ", ".join(f"{label} {_share(wind, label):.1f}" for label in ("m7", "yesterday", "last week"))
    all_mean = statistics.fmean(zone.points_above_m7 for zone in zones)
    found = [
        _row("plan-04a", f"{what}: mean of wind", ">=", 13.0, mean, "points", f"{each}; shares of the oracle: {naive}", "m7"),
        _row("plan-04b", f"{what}: worst zone", ">=", -0.25, worst.points_above_m7, "points",
             f"{worst.name}; mean of {len(zones)} zones {all_mean:+.1f}", "m7"),
    ]  # fmt: skip
    if others:
        least = min(others, key=lambda zone: zone.points_above_m7)
        told = ", ".join(f"{zone.name} {zone.points_above_m7:+.1f}" for zone in others)
        found.append(
            _row("plan-04b-held-out", f"{what}: other years", ">=", -0.25, least.points_above_m7, "points", told, "m7")
        )
    return found


def _share(zones: Sequence[Zone], label: str) -> float:
    return statistics.fmean(100.0 * zone.naive[label][HOPED] / zone.oracle[HOPED] for zone in zones)


def _covered(zones: Sequence[Zone], others: Sequence[Zone]) -> list[Row]:
    what, cpu = (
        "coverage of the 80 % interval, distance in the worst zone",
        "backtest of a zone-year, guard and interval with it",
    )
    found = []
    for name, some in (("plan-04c", zones), ("plan-04c-held-out", others)):
        if some:
            worst = max(some, key=lambda zone: abs(zone.covered - 80.0))
            width = statistics.fmean(zone.width for zone in some)
            why = f"{worst.name} {worst.covered:.1f} %; mean width {width:.2f} of the mean"
            found.append(_row(name, what, "<=", 3.0, abs(worst.covered - 80.0), "points", why))
    slowest = max(zones, key=lambda zone: zone.cpu_s)
    why = f"the slowest of {len(zones)}; median {statistics.median(zone.cpu_s for zone in zones):.2f}"
    return [*found, _row("plan-04d", cpu, "<=", 1.0, slowest.cpu_s, "CPU-s", why)]


def _lost(zones: Sequence[Zone], others: Sequence[Zone]) -> list[Row]:
    found = []
    for suffix, some in (("", zones), ("-held-out", others)):
        if some:
            found += [
                _loss(f"plan-05a{suffix}", "over the year", 0.05, some, lambda zone: zone.guarded),
                _loss(f"plan-05b{suffix}", "over 28 days", 1.0, some, lambda zone: zone.worst_28_days_any_hour),
            ]
    return found


def _loss(name: str, over: str, limit: float, zones: Sequence[Zone], saved: Callable[[Zone], dict[str, float]]) -> Row:
    least = {kind: min(zones, key=lambda zone: saved(zone)[kind]) for kind in KINDS}
    worst = max(-saved(zone)[kind] for kind, zone in least.items())
    told = [f"{kind}: {zone.name} {-saved(zone)[kind]:+.2f}" for kind, zone in least.items()]
    means = ", ".join(f"{kind} {statistics.fmean(zone.guarded[kind] for zone in zones):.2f} %" for kind in KINDS)
    unguarded = max(-zone.raw[kind] for zone in zones for kind in KINDS)
    why = f"{'; '.join(told)}; mean saved {means}; worst year without the guard {unguarded:+.3f}"
    if over != "over the year":
        whole = max(-zone.worst_28_days[kind] for zone in zones for kind in KINDS)
        why = f"{'; '.join(told)}; the 28 days begin at any hour, {whole:.2f} where they begin with a day"
    return _row(name, f"loss against run-now in the worst zone, {over}", "<=", limit, worst, "%", why)


def _row(name: str, what: str, relation: str, limit: float, got: float, unit: str, why: str, peer: str = "") -> Row:
    return Row(
        id=name,
        what=what,
        relation=relation,  # type: ignore[arg-type]
        limit=limit,
        got=round(got, 4),
        unit=unit,
        peer="7-day mean of the hour" if peer else "",
        peer_got=0.0 if peer else None,
        command=f"{COMMAND}{name[:8]}",
        why=why,
    )
